package io.github.k12sso.classlink.it.support.browser;

import org.openqa.selenium.By;

/** Where a tile led to. */
public final class TileApp {

    private final Chromium browser;

    TileApp(Chromium browser) {
        this.browser = browser;
    }

    /** Whom the app takes the person for. */
    public String person() {
        browser.await(By.xpath("//*[@id='person'][normalize-space()!='']"));
        return browser.await(By.id("person")).getText();
    }

    /** The text of the page on which a launch that failed ends. */
    public String error() {
        return browser.await(By.id("kc-error-message")).getText();
    }

    /** At ClassLink's question whether the app may. */
    public TileApp deny() {
        browser.click(By.id("consent-deny"));
        return this;
    }
}
