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

    /** Opens the page with the tiles or, without a session, the sign-in page. */
    public static LaunchPad open(Chromium browser, URI classLink) {
        browser.open(classLink.resolve("/home"));
        return new LaunchPad(browser);
    }

    /** Clicks a tile. */
    public TileApp tile(String app) {
        browser.click(By.id("tile-" + app));
        return new TileApp(browser);
    }

    /** Clicks the tile of the demo's app. */
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

    /** On the page with the district search. */
    public LaunchPad districtSearch() {
        browser.await(By.cssSelector("[id^=district-]"));
        return this;
    }

    public LaunchPad chooseDistrict(Persona persona) {
        browser.click(By.id("district-" + persona.districtCode()));
        browser.await(By.cssSelector("[id^=persona-]"));
        return this;
    }

    /** Waits until the browser leaves the page, because opening another page earlier would cancel the sign-in. */
    public AppPage choosePersona(Persona persona) {
        By choice = By.id("persona-" + persona.id());
        browser.click(choice);
        browser.awaitGone(choice);
        return AppPage.of(browser);
    }

    public AppPage signIn(Persona persona) {
        return chooseDistrict(persona).choosePersona(persona);
    }

    /** On the page with the tiles. */
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

    /** Keycloak showed a page instead of the app. */
    public LoginPage refused() {
        return new LoginPage(browser);
    }
}
