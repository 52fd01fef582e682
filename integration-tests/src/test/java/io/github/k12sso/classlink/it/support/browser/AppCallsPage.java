package io.github.k12sso.classlink.it.support.browser;

import java.util.List;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** The roster app's page <i>What just happened</i>. */
public final class AppCallsPage {

    private final Chromium browser;

    private AppCallsPage(Chromium browser) {
        this.browser = browser;
    }

    static AppCallsPage shown(Chromium browser) {
        browser.await(By.id("call-1"));
        return new AppCallsPage(browser);
    }

    /** The calls, oldest first. */
    public List<String> titles() {
        return browser.all(By.cssSelector("[id^=call-] .title")).stream()
                .map(WebElement::getText)
                .toList();
    }

    /** Expands a call. @return request, response and command */
    public String unfold(int number) {
        browser.click(By.cssSelector("#call-" + number + " summary"));
        return browser.await(By.cssSelector("#call-" + number + "[open]")).getText();
    }

    /** Clicks Copy. @return the button's text afterwards */
    public String copy(int number) {
        By button = By.cssSelector("[data-copy='call-" + number + "-curl']");
        browser.click(button);
        return browser.await(By.xpath("//button[@data-copy='call-" + number + "-curl'][text()='Copied']"))
                .getText();
    }

    public AppPage back() {
        browser.click(By.id("back"));
        return AppPage.of(browser);
    }
}
