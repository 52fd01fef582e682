package io.github.k12sso.classlink.it.support.browser;

import java.net.URI;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** Keycloak's admin console, used with mouse and keyboard. Counts clicks and fields. */
public final class AdminConsole {

    private static final By ALERT = By.cssSelector(".pf-v5-c-alert-group .pf-v5-c-alert");

    /** Position in the list of sync modes. */
    private static final int FORCE = 3;

    private final Chromium browser;
    private int clicks;
    private int fields;

    private AdminConsole(Chromium browser) {
        this.browser = browser;
    }

    /** Signs in without counting and opens the realm settings. */
    public static AdminConsole open(Chromium browser, URI keycloak, String realm, String user, String password) {
        browser.open(keycloak.resolve("/admin/master/console/#/" + realm + "/realm-settings"));
        browser.await(By.id("username")).sendKeys(user);
        browser.await(By.id("password")).sendKeys(password);
        browser.click(By.id("kc-login"));
        browser.await(testId("realmSettingsGeneralTab-save"));
        return new AdminConsole(browser);
    }

    public int clicks() {
        return clicks;
    }

    /** Number of fields filled in. */
    public int fields() {
        return fields;
    }

    // ---- common elements -----------------------------------------------------------------------------

    /** Opens a section of the realm, such as {@code identity-providers}. */
    public AdminConsole menu(String section) {
        return click(By.id("nav-item-" + section));
    }

    public AdminConsole press(String testId) {
        return click(testId(testId));
    }

    /** Clicks a button of the page by its text. */
    public AdminConsole pressText(String text) {
        return click(By.xpath("//main//button[normalize-space()='" + text + "']"));
    }

    /** Types into a field and replaces its content. */
    public AdminConsole type(String name, String value) {
        WebElement input = browser.await(By.cssSelector("main [name='" + name + "']"));
        input.clear();
        input.sendKeys(value);
        fields++;
        return this;
    }

    /** Types into an empty field identified by its test id, such as the first of several lines. */
    public AdminConsole typeInto(String testId, String value) {
        browser.await(testId(testId)).sendKeys(value);
        fields++;
        return this;
    }

    /** Selects by position in the list, starting at 0. */
    public AdminConsole choose(String select, int place) {
        click(By.id(select));
        return click(By.cssSelector("[data-testid='select-" + select + "'] li:nth-child(" + (place + 1) + ") button"));
    }

    /** Clicks a link on the page. */
    public AdminConsole follow(String text) {
        return click(By.xpath("//main//a[normalize-space()='" + text + "']"));
    }

    /** Selects by text in the list. */
    public AdminConsole choose(String select, String text) {
        click(By.id(select));
        return option(text);
    }

    private AdminConsole option(String text) {
        return click(By.xpath("//*[@role='option' or @role='menuitem'][normalize-space()='" + text + "']"));
    }

    public AdminConsole flip(String name) {
        return click(By.cssSelector("label[for='" + name + "']"));
    }

    /** Turns a switch or check box, identified by its id or test id, on or off if it is not yet. */
    public AdminConsole turn(String id, boolean on) {
        WebElement box =
                browser.awaitPresent(By.cssSelector("main [id='" + id + "'], main [data-testid='" + id + "']"));
        return box.isSelected() == on ? this : flip(box.getDomAttribute("id"));
    }

    /** Selects by text in the list with this label. */
    public AdminConsole pick(String label, String text) {
        click(By.xpath("//div[contains(concat(@class, ' '), 'c-form__group ')][.//label[contains(., '" + label
                + "')]]//*[contains(@class, 'c-menu-toggle')]"));
        return option(text);
    }

    /** Scrolls a heading or label to the top of the window. */
    public AdminConsole scrollToText(String text) {
        browser.scrollTo(By.xpath("//main//*[self::h1 or self::h2 or self::label][normalize-space()='" + text + "']"));
        return this;
    }

    /** Returns and closes the newest notification. */
    public String alert() {
        WebElement alert = browser.await(ALERT);
        String text = alert.getText();
        browser.click(By.cssSelector(".pf-v5-c-alert-group .pf-v5-c-alert__action button"));
        browser.awaitGone(ALERT);
        return text;
    }

    // ---- user profile and flows ------------------------------------------------------------------------------------

    /** Opens an attribute in the user profile and makes it optional. */
    public AdminConsole notRequired(String attribute) {
        return follow(attribute).flip("kc-required");
    }

    public String saveAttribute() {
        return press("attribute-create").alert();
    }

    /** Adds a required step to the open flow. */
    public AdminConsole addRequiredStep(String step) {
        press("addExecution").press(step).press("modal-add").alert();
        click(By.cssSelector(".keycloak__authentication__requirement-dropdown"));
        option("Required").alert();
        return this;
    }

    // ---- clients ---------------------------------------------------------------------------------------------------

    /** Assigns a client scope to the open client, as {@code Default} or {@code Optional}. */
    public AdminConsole addClientScope(String scope, String type) {
        pressText("Add client scope");
        click(By.xpath("//*[@role='dialog']//tr[td[normalize-space()='" + scope + "']]//input[@type='checkbox']"));
        press("add-dropdown");
        option(type).alert();
        browser.await(By.xpath("//main//td[normalize-space()='" + scope + "']"));
        return this;
    }

    /** Opens the form for the first protocol mapper of the open client scope. */
    public AdminConsole newProtocolMapper(String type) {
        pressText("Configure a new mapper");
        return click(By.xpath("//*[@role='dialog']//*[text()='" + type + "']"));
    }

    // ---- organizations ---------------------------------------------------------------------------------------------

    /** For an empty list. */
    public AdminConsole createFirst() {
        return click(By.cssSelector("[data-testid$='-empty-action']"));
    }

    public AdminConsole typeAttribute(String key, String value) {
        return typeInto("attributes-key", key).typeInto("attributes-value", value);
    }

    // ---- identity provider -----------------------------------------------------------------------------------------

    /** Opens the form for a new ClassLink provider. */
    public AddProviderPage addProvider() {
        menu("identity-providers").press("classlink-card");
        return AddProviderPage.shown(browser);
    }

    /** Clicks the button at the end of the provider's form. */
    public String saveProvider() {
        return pressText("Save").alert();
    }

    /** Opens the form for a new mapper and the list of types. */
    public AdminConsole newMapper() {
        click(By.cssSelector("[data-testid='addMapper'], [data-testid$='-empty-action']"));
        click(By.id("identityProviderMapper"));
        browser.await(testId("classlink-role-mapper"));
        return this;
    }

    /** Whether the open list of mapper types contains this one. */
    public boolean offers(String mapper) {
        return !browser.all(testId(mapper)).isEmpty();
    }

    /** Selects a type from the open list and the sync mode FORCE. */
    public AdminConsole mapper(String mapper, String name) {
        press(mapper);
        type("name", name);
        return choose("config.syncMode", FORCE);
    }

    /** The console's message. */
    public String saveMapper() {
        return press("new-mapper-save-button").alert();
    }

    public AdminConsole backToMappers() {
        press("new-mapper-cancel-button");
        browser.await(testId("addMapper"));
        return this;
    }

    /** The first ClassLink role in the role mapper's form. */
    public AdminConsole classLinkRole(String role) {
        browser.await(By.cssSelector("[data-testid='config.classlinkRoles0'], [data-testid='classlinkRoles']"))
                .sendKeys(role);
        fields++;
        return this;
    }

    /** A field in the mapper's form. */
    public AdminConsole realmRole(String role) {
        press("add-role-mapping-button").press("roles-role");
        click(By.xpath("//tr[td[normalize-space()='" + role + "']]//input[@type='radio']"));
        press("assign");
        browser.awaitGone(testId("assign"));
        return this;
    }

    private AdminConsole click(By element) {
        browser.click(element);
        clicks++;
        return this;
    }

    private static By testId(String id) {
        return By.cssSelector("[data-testid='" + id + "']");
    }
}
