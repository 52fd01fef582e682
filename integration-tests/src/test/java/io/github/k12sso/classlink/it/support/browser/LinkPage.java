package io.github.k12sso.classlink.it.support.browser;

import org.openqa.selenium.By;

/** Keycloak's confirmation page for linking an account. */
public final class LinkPage {

    private static final By CONTINUE = By.id("kc-continue");

    private final Chromium browser;

    LinkPage(Chromium browser) {
        this.browser = browser;
    }

    public LinkPage shown() {
        browser.await(CONTINUE);
        return this;
    }

    public LaunchPad proceed() {
        browser.click(CONTINUE);
        return new LaunchPad(browser);
    }
}
