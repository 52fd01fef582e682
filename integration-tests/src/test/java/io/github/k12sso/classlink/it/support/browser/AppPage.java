package io.github.k12sso.classlink.it.support.browser;

import java.net.URI;
import java.util.List;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** The roster app. */
public final class AppPage {

    private static final By SIGN_IN = By.id("sign-in");
    private static final By CLASSES = By.cssSelector(".classes");

    private final Chromium browser;

    private AppPage(Chromium browser) {
        this.browser = browser;
    }

    public static AppPage open(Chromium browser, URI home) {
        browser.open(home);
        return new AppPage(browser);
    }

    static AppPage of(Chromium browser) {
        return new AppPage(browser);
    }

    /** On the page for users who are not signed in. */
    public AppPage welcome() {
        browser.await(SIGN_IN);
        return this;
    }

    public LoginPage signIn() {
        browser.click(SIGN_IN);
        return new LoginPage(browser);
    }

    public LaunchPad signInWithClassLink() {
        browser.click(By.id("sign-in-classlink"));
        return new LaunchPad(browser);
    }

    public AppPage withClasses() {
        browser.await(CLASSES);
        return this;
    }

    /** Opens Keycloak's account console. */
    public void personalInfo() {
        browser.await(By.cssSelector("[data-testid='page-heading']"));
    }

    /** The text shown instead of classes. */
    public String note(String id) {
        return browser.await(By.id(id)).getText();
    }

    public AppPage reload() {
        browser.reload();
        return this;
    }

    /** The progress on the loading page. */
    public String progress() {
        return browser.await(By.id("loading-text")).getText();
    }

    /** The calls of the page, all expanded. */
    public AppCallsPage whatJustHappened() {
        browser.click(By.id("calls"));
        return AppCallsPage.shown(browser);
    }

    public LinkPage connect() {
        browser.click(By.id("connect-classlink"));
        return new LinkPage(browser);
    }

    /** Goes to ClassLink and, because the user is signed in there, returns immediately. */
    public AppPage renew() {
        browser.click(By.id("sign-in-classlink"));
        return this;
    }

    public AppPage signOut() {
        browser.click(By.id("sign-out"));
        return this;
    }

    /** Signs out; returns Keycloak's logout page. */
    public LoggedOutPage loggedOut() {
        return LoggedOutPage.shown(browser);
    }

    public String name() {
        return browser.await(By.id("person-name")).getText();
    }

    public String role() {
        return browser.await(By.id("person-role")).getText();
    }

    public String district() {
        return browser.await(By.id("person-district")).getText();
    }

    public List<String> classTitles() {
        return texts(".card h2");
    }

    public List<String> students() {
        return texts(".card li.student");
    }

    public List<String> teachers() {
        return texts(".card li.teacher");
    }

    private List<String> texts(String selector) {
        withClasses();
        return browser.all(By.cssSelector(selector)).stream()
                .map(WebElement::getText)
                .toList();
    }
}
