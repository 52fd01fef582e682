package io.github.k12sso.classlink.it.support.browser;

import io.github.k12sso.classlink.simulator.district.Persona;
import java.net.URI;
import org.openqa.selenium.By;

/** The local ClassLink's pages. */
public final class LaunchPad {

    private final Chromium browser;

    LaunchPad(Chromium browser) {
        this.browser = browser;
    }

    /** The page with the tiles, or, for somebody who is not signed in, the way there. */
    public static LaunchPad open(Chromium browser, URI classLink) {
        browser.open(classLink.resolve("/home"));
        return new LaunchPad(browser);
    }

    /** The one click. */
    public TileApp tile(String app) {
        browser.click(By.id("tile-" + app));
        return new TileApp(browser);
    }

    /** The same, where the app is the demo's. */
    public AppPage tileOfTheDemo() {
        browser.click(By.id("tile-classlink-demo"));
        return AppPage.of(browser);
    }

    public TileApp tileTwiceAtOnce(String app) {
        browser.doubleClick(By.id("tile-" + app));
        return new TileApp(browser);
    }

    public LaunchPad signOut() {
        browser.click(By.id("sign-out"));
        return districtSearch();
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

    /** And waits until the page is left: whoever opens another before that stops the sign-in on its way. */
    public AppPage choosePersona(Persona persona) {
        By choice = By.id("persona-" + persona.id());
        browser.click(choice);
        browser.awaitGone(choice);
        return AppPage.of(browser);
    }

    public AppPage signIn(Persona persona) {
        return chooseDistrict(persona).choosePersona(persona);
    }

    /** At the page with the tiles. */
    public LaunchPad home() {
        browser.await(By.cssSelector("[id^=tile-]"));
        return this;
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
