package io.github.k12sso.classlink.it.support.browser;

import io.github.k12sso.classlink.it.support.SecretSearch;
import io.github.k12sso.classlink.it.support.machine.Installed;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openqa.selenium.By;
import org.openqa.selenium.ElementClickInterceptedException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.support.ui.ExpectedCondition;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * A headless browser with its own profile. Records everything that a user or a script could read at each stop, so that it can
 * be searched for secrets.
 */
public final class Chromium implements AutoCloseable {

    /** Lock of classes that start a browser, because two browsers and a Keycloak are too much for two cores. */
    public static final String ONE_AT_A_TIME = "Chromium";

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** Endless animations, such as a spinner, don't count. */
    private static final String STILL =
            "return document.getAnimations().every(animation => animation.playState !== 'running'"
                    + " || animation.effect.getComputedTiming().endTime === Infinity)";

    /** Logs a warning about an unknown DevTools version; the only command sent exists in all versions. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium.devtools");

    static {
        SELENIUM.setLevel(Level.SEVERE);
    }

    private final ChromeDriver driver;
    private final WebDriverWait patience;
    private final Path screenshots;
    private final List<String> seen = new ArrayList<>();

    private Chromium(ChromeDriver driver, Path screenshots) {
        this.driver = driver;
        this.patience = new WebDriverWait(driver, PATIENCE);
        this.screenshots = screenshots;
    }

    /**
     * Starts {@code /usr/bin/chromium} by {@code /usr/bin/chromedriver}, or the programs in {@code -Dchromium.binary} and
     * {@code -Dchromium.driver}. The window has 1280 by 800 CSS pixels, and the color scheme is light.
     */
    public static Chromium start() {
        Path work = Path.of(System.getProperty("work.dir"));
        try {
            Path screenshots = Files.createDirectories(work.resolve("screenshots"));
            Path profiles = Files.createDirectories(work.resolve("chromium"));
            ChromeOptions options = new ChromeOptions();
            options.setBinary(existing(Installed.chromium()));
            options.addArguments(
                    "--headless=new",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--disable-dev-shm-usage",
                    "--lang=en-US",
                    "--window-size=1280,900",
                    "--user-data-dir=" + Files.createTempDirectory(profiles, "profile-"));
            // With an explicit driver, Selenium does not download one.
            ChromeDriverService service = new ChromeDriverService.Builder()
                    .usingDriverExecutable(existing(Installed.chromiumDriver()))
                    .usingAnyFreePort()
                    .withLogFile(work.resolve("chromedriver.log").toFile())
                    .withAppendLog(true)
                    .build();
            return new Chromium(new ChromeDriver(service, options), screenshots)
                    .sized(1280, 800)
                    .preferring("light");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static File existing(File program) {
        if (!program.canExecute()) {
            throw new AssertionError("Program not found: " + program + "; this test needs " + Installed.CHROMIUM);
        }
        return program;
    }

    void open(URI address) {
        driver.get(address.toString());
    }

    /** Emulates a window size in CSS pixels, because a real window cannot be as narrow as a phone. */
    public Chromium sized(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        return this;
    }

    /** Emulates the color scheme {@code light} or {@code dark}. */
    public Chromium preferring(String colorScheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colorScheme))));
        return this;
    }

    void reload() {
        driver.navigate().refresh();
    }

    /** Waits for a visible element and records the page. */
    WebElement await(By element) {
        WebElement found = await(ExpectedConditions.visibilityOfElementLocated(element), element.toString());
        remember();
        return found;
    }

    /** Waits for an element that may be invisible, such as the check box of a switch. */
    WebElement awaitPresent(By element) {
        return await(ExpectedConditions.presenceOfElementLocated(element), element.toString());
    }

    private <T> T await(ExpectedCondition<T> condition, String what) {
        try {
            return patience.until(browser -> onTheCurrentPage(condition, browser));
        } catch (org.openqa.selenium.TimeoutException e) {
            screenshot("failed-" + seen.size());
            throw new AssertionError(
                    "no " + what + " at " + driver.getCurrentUrl() + ": "
                            + driver.findElement(By.tagName("body")).getText(),
                    e);
        }
    }

    /** Chromium's driver reports some elements of a replaced page with this error instead of as stale. */
    private static <T> T onTheCurrentPage(ExpectedCondition<T> condition, WebDriver browser) {
        try {
            return condition.apply(browser);
        } catch (WebDriverException e) {
            if (!String.valueOf(e.getMessage()).contains("does not belong to the document")) {
                throw e;
            }
            return null; // retried
        }
    }

    void awaitGone(By element) {
        await(ExpectedConditions.invisibilityOfElementLocated(element), "end of " + element);
    }

    /** Waits until nothing covers it, because the console's notifications do for some seconds. */
    void click(By element) {
        await(element);
        await(
                browser -> {
                    try {
                        browser.findElement(element).click();
                        return true;
                    } catch (ElementClickInterceptedException | StaleElementReferenceException covered) {
                        // A bar at the edge of the page may also cover it.
                        driver.executeScript(
                                "arguments[0].scrollIntoView({block: 'center'})", browser.findElement(element));
                        return false;
                    }
                },
                "click on " + element);
    }

    void doubleClick(By element) {
        new Actions(driver).doubleClick(await(element)).perform();
    }

    /** Like the browser's button. */
    public void back() {
        driver.navigate().back();
    }

    /** URLs of pages shown in this tab, oldest first, without redirects. */
    public List<URI> history() {
        Map<String, Object> history = driver.executeCdpCommand("Page.getNavigationHistory", Map.of());
        return ((List<?>) history.get("entries"))
                .stream()
                        .map(entry -> URI.create((String) ((Map<?, ?>) entry).get("url")))
                        .toList();
    }

    /** Current elements; call it after waiting for the page. */
    List<WebElement> all(By elements) {
        return driver.findElements(elements);
    }

    /** Whether the page needs horizontal scrolling. */
    public boolean isTooWide() {
        return (Boolean) driver.executeScript(
                "return document.documentElement.scrollWidth > document.documentElement.clientWidth");
    }

    public URI address() {
        return URI.create(driver.getCurrentUrl());
    }

    void scrollTo(By element) {
        driver.executeScript("arguments[0].scrollIntoView({block: 'start'})", await(element));
    }

    /** Saves a screenshot in {@code target/screenshots} when nothing on the page moves, such as a switch. */
    public Path screenshot(String name) {
        patience.until(browser -> driver.executeScript(STILL));
        try {
            return Files.write(screenshots.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** URLs, pages, cookies and stored values recorded at each stop. */
    public List<String> seen() {
        return List.copyOf(seen);
    }

    private void remember() {
        URI address = address();
        Map<String, String> now = Map.of(
                "page",
                driver.getPageSource(),
                "cookies",
                driver.executeCdpCommand("Storage.getCookies", Map.of()).toString(),
                "storage",
                String.valueOf(driver.executeScript("return JSON.stringify([localStorage, sessionStorage])")));
        SecretSearch.ofThisRun().page(address, now);
        seen.add(address.toString());
        seen.addAll(now.values());
    }

    @Override
    public void close() {
        driver.quit();
    }
}
