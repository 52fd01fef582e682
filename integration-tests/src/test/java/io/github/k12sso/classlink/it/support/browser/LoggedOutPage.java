package io.github.k12sso.classlink.it.support.browser;

import org.openqa.selenium.By;

/** The page after a logout that links to LaunchPad's sign-out. */
public final class LoggedOutPage {

    private static final By PAGE = By.id("classlink-logged-out");

    private final Chromium browser;

    private LoggedOutPage(Chromium browser) {
        this.browser = browser;
    }

    static LoggedOutPage shown(Chromium browser) {
        browser.await(PAGE);
        return new LoggedOutPage(browser);
    }

    public String text() {
        return browser.await(PAGE).getText();
    }

    public AppPage backToApp() {
        browser.click(By.id("classlink-back"));
        return AppPage.of(browser);
    }

    /** Waits for ClassLink's page. */
    public LaunchPad signOutOfClassLink() {
        browser.click(By.id("classlink-sign-out"));
        return new LaunchPad(browser).districtSearch();
    }
}
