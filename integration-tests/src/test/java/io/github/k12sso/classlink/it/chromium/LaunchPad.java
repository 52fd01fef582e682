package io.github.k12sso.classlink.it.chromium;

import io.github.k12sso.classlink.simulator.district.Persona;
import org.openqa.selenium.By;

/** The local ClassLink's pages. */
public final class LaunchPad {

    private final Chromium browser;

    LaunchPad(Chromium browser) {
        this.browser = browser;
    }

    /** At the page where people look for their district. */
    public LaunchPad districtSearch() {
        browser.await(By.cssSelector("[id^=district-]"));
        return this;
    }

    public LaunchPad chooseDistrict(Persona persona) {
        browser.click(By.id("district-" + persona.districtCode()));
        browser.await(By.cssSelector("[id^=persona-]"));
        return this;
    }

    public AppPage choosePersona(Persona persona) {
        browser.click(By.id("persona-" + persona.id()));
        return AppPage.of(browser);
    }

    public AppPage signIn(Persona persona) {
        return chooseDistrict(persona).choosePersona(persona);
    }

    public LaunchPad asked() {
        browser.await(By.id("consent-deny"));
        return this;
    }

    public LoginPage deny() {
        browser.click(By.id("consent-deny"));
        return new LoginPage(browser);
    }

    /** Keycloak did not take the person to the app. */
    public LoginPage refused() {
        return new LoginPage(browser);
    }
}
