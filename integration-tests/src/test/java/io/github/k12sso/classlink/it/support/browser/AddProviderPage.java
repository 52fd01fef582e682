package io.github.k12sso.classlink.it.support.browser;

import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** "Add ClassLink provider" in Keycloak's admin console. */
public final class AddProviderPage {

    private static final By HELP = By.cssSelector(".pf-v5-c-popover__body");

    private final Chromium browser;

    private AddProviderPage(Chromium browser) {
        this.browser = browser;
    }

    static AddProviderPage shown(Chromium browser) {
        browser.await(field("clientId"));
        browser.await(field("revocationUrl"));
        return new AddProviderPage(browser);
    }

    /** The visible text without help texts. */
    public String text() {
        return browser.await(By.tagName("main")).getText();
    }

    public AddProviderPage type(String setting, String value) {
        WebElement input = browser.await(field(setting));
        input.clear();
        input.sendKeys(value);
        return this;
    }

    public String value(String setting) {
        return browser.await(field(setting)).getDomProperty("value");
    }

    /** The help text of a field. */
    public String help(String setting) {
        By questionMark = By.cssSelector("[data-testid='help-label-config." + setting
                + "'], [data-testid='help-label-classlink.settings." + setting + ".label']");
        browser.click(questionMark);
        String text = browser.await(HELP).getText();
        browser.click(questionMark);
        browser.awaitGone(HELP);
        return text;
    }

    /** Waits until the console shows the saved provider. */
    public void add() {
        browser.click(By.cssSelector("[data-testid='createProvider']"));
        browser.await(By.xpath("//button[normalize-space()='Save']"));
    }

    /** The console's message if the server refuses the values. */
    public String addInVain() {
        browser.click(By.cssSelector("[data-testid='createProvider']"));
        return browser.await(By.cssSelector(".pf-v5-c-alert")).getText();
    }

    private static By field(String setting) {
        return By.cssSelector("main [name='config." + setting + "']");
    }
}
