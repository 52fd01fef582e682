package io.github.k12sso.classlink.it.support.browser;

import java.net.URI;
import org.openqa.selenium.By;

/** The page that a trial sign-in link opens. */
public final class TrialPage {

    private static final By PAGE = By.id("classlink-trial");
    private static final By COPY = By.id("classlink-trial-copy");

    private final Chromium browser;

    private TrialPage(Chromium browser) {
        this.browser = browser;
    }

    public static TrialPage open(Chromium browser, URI link) {
        browser.open(link);
        browser.await(PAGE);
        return new TrialPage(browser);
    }

    /** Agrees to share ids with the administrator and goes to ClassLink. */
    public LaunchPad agreeAndStart() {
        browser.click(By.name("consent"));
        browser.click(By.id("classlink-trial-start"));
        return new LaunchPad(browser).districtSearch();
    }

    /** Waits for the report. */
    public TrialPage report() {
        browser.await(COPY);
        return this;
    }

    public String text() {
        return browser.await(PAGE).getText();
    }

    /** Clicks the button and returns its text afterwards. */
    public String copy() {
        String before = browser.await(COPY).getText();
        browser.click(COPY);
        browser.awaitGone(By.xpath("//button[@id='classlink-trial-copy' and normalize-space()='" + before + "']"));
        return browser.await(COPY).getText();
    }
}
