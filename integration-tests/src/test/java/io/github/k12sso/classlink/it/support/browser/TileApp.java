package io.github.k12sso.classlink.it.support.browser;

import java.util.List;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** An app opened by a tile. */
public final class TileApp {

    private final Chromium browser;

    TileApp(Chromium browser) {
        this.browser = browser;
    }

    /** The username that the app shows. */
    public String person() {
        browser.await(By.xpath("//*[@id='person'][normalize-space()!='']"));
        return browser.await(By.id("person")).getText();
    }

    /** Waits for the items of a list. */
    public List<String> listed(String id) {
        browser.await(By.cssSelector("#" + id + " li"));
        return browser.all(By.cssSelector("#" + id + " li")).stream()
                .map(WebElement::getText)
                .toList();
    }

    /** Waits for the app's error message. */
    public String problem() {
        browser.await(By.xpath("//*[@id='error'][normalize-space()!='']"));
        return browser.await(By.id("error")).getText();
    }

    /** The text of the page after a failed launch. */
    public String error() {
        return browser.await(By.id("kc-error-message")).getText();
    }

    /** On ClassLink's consent page. */
    public TileApp deny() {
        browser.click(By.id("consent-deny"));
        return this;
    }
}
