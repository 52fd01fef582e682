package io.github.k12sso.classlink.it.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.clients.ExampleApp;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tests of every server-side example: login by tile, classes from the token, classes from the roster. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ExampleTests {

    static final String TEACHER = "orla.thistledown.2";

    private final String name;
    private final String homePath;
    private final String rosterPath;
    TestEnvironment environment;
    TestRealm realm;
    Roster roster;
    ExampleApp app;

    /**
     * @param homePath path that a tile opens
     * @param rosterPath path of the page with the roster's classes
     */
    ExampleTests(String name, String homePath, String rosterPath) {
        this.name = name;
        this.homePath = homePath;
        this.rosterPath = rosterPath;
    }

    @BeforeAll
    void start(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        roster = Roster.withPartnerKey(environment, realm);
        roster.schoolYear(-100, 100);
        roster.putClassesIntoTokens();
        app = ExampleApp.of(name);
        realm.configureClient(TestRealm.APP, client -> describe(client, app.url(), homePath));
        realm.configure("launchpadClient", TestRealm.APP);
        Map<String, String> settings = new HashMap<>(Map.of(
                "ISSUER",
                realm.url("").toString(),
                "CLIENT_ID",
                TestRealm.APP,
                "CLIENT_SECRET",
                TestRealm.APP_SECRET,
                "SESSION_KEY",
                "a key of 32 characters or of more",
                "CLASSLINK_API",
                environment.classLink().baseUrl().toString()));
        String url = app.url().toString().replaceFirst("/$", "");
        settings.putAll(Map.of("APP_URL", url, "NEXTAUTH_URL", url, "NEXTAUTH_SECRET", "a secret"));
        app.start(settings);
    }

    static void describe(ObjectNode client, URI app, String homePath) {
        client.putArray("redirectUris").add(app + "*");
        client.put("baseUrl", app.resolve(homePath).toString());
    }

    @AfterAll
    void stop() {
        if (app != null) {
            app.close();
        }
    }

    @Test
    void aTileOpensItWithTheClassesOfTheToken() {
        WebPage page = openTile(new Browser(), "teacher");

        assertThat(page.address().getAuthority()).isEqualTo(app.url().getAuthority());
        assertThat(page.text()).contains(TEACHER).contains(titlesAtTheSource());
    }

    @Test
    void aUserSignsInAtTheApp() {
        WebPage page = signIn(new Browser(), "teacher");

        assertThat(page.address().getAuthority()).isEqualTo(app.url().getAuthority());
        assertThat(page.text()).contains(TEACHER);
    }

    @Test
    void itReadsTheClassesOfTheRoster() {
        Browser browser = new Browser();
        openTile(browser, "teacher");

        assertThat(browser.open(address(rosterPath)).text()).contains(titlesAtTheSource());
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    /** Opens the web link; ClassLink shows its sign-in page, because there is no session. */
    final WebPage openTile(Browser browser, String personaId) {
        WebPage districtSearch = browser.open(realm.url("/classlink/" + TestRealm.ALIAS + "/launch"));
        return realm.choosePersona(browser, districtSearch, personaId);
    }

    /** Uses the button on Keycloak's login page. */
    final WebPage signIn(Browser browser, String personaId) {
        WebPage loginPage = browser.open(address("/"));
        return realm.choosePersona(browser, browser.click(loginPage, "#social-" + TestRealm.ALIAS), personaId);
    }

    final URI address(String path) {
        return app.url().resolve(path);
    }

    private List<String> titlesAtTheSource() {
        return titlesAtTheSource(environment, roster);
    }

    /** The teacher's classes. */
    static List<String> titlesAtTheSource(TestEnvironment environment, Roster roster) {
        String teacher = environment.classLink().persona("teacher").sourcedId();
        JsonNode classes = roster.atTheSource("maplevalley", "teachers/" + teacher + "/classes")
                .get("classes");
        assertThat(classes).isNotEmpty();
        return StreamSupport.stream(classes.spliterator(), false)
                .map(each -> each.get("title").textValue())
                .toList();
    }

    /** Signs in a user who has no ClassLink account. */
    final void signInWithPassword(Browser browser) {
        WebPage loginPage = browser.open(address("/"));
        browser.press(loginPage, "#kc-login", Map.of("username", "local", "password", "local"));
    }
}
