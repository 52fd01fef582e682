package io.github.k12sso.classlink.it.support.browser;

import java.util.List;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

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

    /** The items of a list, once there are any. */
    public List<String> listed(String id) {
        browser.await(By.cssSelector("#" + id + " li"));
        return browser.all(By.cssSelector("#" + id + " li")).stream()
                .map(WebElement::getText)
                .toList();
    }

    /** What the app says of a failure, once it does. */
    public String problem() {
        browser.await(By.xpath("//*[@id='error'][normalize-space()!='']"));
        return browser.await(By.id("error")).getText();
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
