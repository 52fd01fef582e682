package io.github.k12sso.classlink.it.support.browser;

import io.github.k12sso.classlink.simulator.district.Persona;
import java.net.URI;
import org.openqa.selenium.By;

/** Keycloak's pages for somebody who lets a device or a command in. */
public final class DevicePage {

    private final Chromium browser;

    private DevicePage(Chromium browser) {
        this.browser = browser;
    }

    /**
     * The page where a device is let in.
     *
     * @param complete its address with the code of the device
     */
    public static DevicePage open(Chromium browser, URI complete) {
        browser.open(complete);
        return new DevicePage(browser);
    }

    /** Signs in with ClassLink, and says yes. @return the text of the last page */
    public String allow(Persona persona) {
        browser.click(By.id("social-classlink"));
        LaunchPad launchPad = new LaunchPad(browser).chooseDistrict(persona);
        launchPad.choosePersona(persona);
        browser.click(By.cssSelector("[name=accept]"));
        browser.awaitGone(By.cssSelector("[name=accept]"));
        return browser.await(By.id("kc-page-title")).getText();
    }
}
