package io.github.k12sso.classlink.it.support.browser;

import io.github.k12sso.classlink.simulator.district.Persona;
import java.net.URI;
import org.openqa.selenium.By;

/** Keycloak's pages of the device flow. */
public final class DevicePage {

    private final Chromium browser;

    private DevicePage(Chromium browser) {
        this.browser = browser;
    }

    /**
     * Opens the page that authorizes a device.
     *
     * @param complete the verification_uri_complete
     */
    public static DevicePage open(Chromium browser, URI complete) {
        browser.open(complete);
        return new DevicePage(browser);
    }

    /** Signs in with ClassLink and allows access. @return the text of the last page */
    public String allow(Persona persona) {
        browser.click(By.id("social-classlink"));
        LaunchPad launchPad = new LaunchPad(browser).chooseDistrict(persona);
        launchPad.choosePersona(persona);
        browser.click(By.cssSelector("[name=accept]"));
        browser.awaitGone(By.cssSelector("[name=accept]"));
        return browser.await(By.id("kc-page-title")).getText();
    }
}
