package io.github.k12sso.classlink.it.support.browser;

import java.net.URI;
import org.openqa.selenium.By;

/** "Linked accounts" in Keycloak's account console. */
public final class AccountConsole {

    private static final By LINK = By.id("classlink-idp-link");
    private static final By UNLINK = By.id("classlink-idp-unlink");

    private final Chromium browser;

    private AccountConsole(Chromium browser) {
        this.browser = browser;
    }

    /** Opens the page and signs in with a password. */
    public static AccountConsole open(Chromium browser, URI linkedAccounts, String username, String password) {
        browser.open(linkedAccounts);
        new LoginPage(browser).signIn(username, password);
        return new AccountConsole(browser).shown();
    }

    public AccountConsole shown() {
        browser.await(By.cssSelector("[id^='classlink-idp-'][id$='link']"));
        return this;
    }

    /** Confirms on Keycloak's page and goes to ClassLink. */
    public LaunchPad link() {
        browser.click(LINK);
        return new LinkPage(browser).shown().proceed();
    }

    public AccountConsole linked() {
        browser.await(UNLINK);
        return this;
    }

    /** The ClassLink username. */
    public String linkedAs() {
        return browser.await(By.id("classlink-idp-username")).getText();
    }

    public AccountConsole unlink() {
        browser.click(UNLINK);
        browser.await(LINK);
        return this;
    }
}
