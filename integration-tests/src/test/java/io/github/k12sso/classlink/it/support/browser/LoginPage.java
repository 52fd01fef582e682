package io.github.k12sso.classlink.it.support.browser;

import java.net.URI;
import org.openqa.selenium.By;

/** Keycloak's login page or error page. */
public final class LoginPage {

    private static final By CLASSLINK = By.id("social-classlink");

    private final Chromium browser;

    LoginPage(Chromium browser) {
        this.browser = browser;
    }

    /** Opens an app's login request. */
    public static LoginPage open(Chromium browser, URI loginRequest) {
        browser.open(loginRequest);
        return new LoginPage(browser);
    }

    /** On the page with the password form and the ClassLink button. */
    public LoginPage shown() {
        browser.await(CLASSLINK);
        return this;
    }

    /** Whether the password field is on the same page as the username. */
    public boolean asksForThePassword() {
        return !browser.all(By.id("password")).isEmpty();
    }

    public String classLinkButton() {
        return browser.await(CLASSLINK).getText();
    }

    /** The icon of a provider's button. */
    public String icon(String alias) {
        return browser.await(By.cssSelector("#social-" + alias + " > span")).getCssValue("background-image");
    }

    /** Size in CSS pixels. */
    public int buttonWidth(String alias) {
        return browser.await(By.id("social-" + alias)).getSize().getWidth();
    }

    /** Color of "Sign In". */
    public int buttonWidth() {
        return browser.await(By.id("kc-login")).getSize().getWidth();
    }

    public LaunchPad chooseClassLink() {
        browser.click(CLASSLINK);
        return new LaunchPad(browser);
    }

    /** With organizations enabled, Keycloak asks for the password on a second page. */
    public AppPage signIn(String username, String password) {
        browser.await(By.id("username")).sendKeys(username);
        if (browser.all(By.id("password")).isEmpty()) {
            browser.click(By.id("kc-login"));
        }
        browser.await(By.id("password")).sendKeys(password);
        browser.click(By.id("kc-login"));
        return AppPage.of(browser);
    }

    /** The message above the form. */
    public String message() {
        return browser.await(By.cssSelector(".pf-v5-c-alert")).getText();
    }

    public String error() {
        return browser.await(By.cssSelector("#kc-error-message .instruction")).getText();
    }

    public AppPage backToApplication() {
        browser.click(By.id("backToApplication"));
        return AppPage.of(browser);
    }
}
