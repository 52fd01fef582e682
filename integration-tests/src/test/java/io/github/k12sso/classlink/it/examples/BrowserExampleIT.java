package io.github.k12sso.classlink.it.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.browser.Chromium;
import io.github.k12sso.classlink.it.support.browser.LaunchPad;
import io.github.k12sso.classlink.it.support.browser.TileApp;
import io.github.k12sso.classlink.it.support.clients.ExampleApp;
import io.github.k12sso.classlink.it.support.machine.Installed;
import io.github.k12sso.classlink.it.support.machine.Needs;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.ResourceLock;

/** {@code examples/browser}: a public client that reads the roster from another origin. */
@Full // starts a browser
@WithTestEnvironment
@Needs({Installed.CHROMIUM, Installed.NODE})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ResourceLock(Chromium.ONE_AT_A_TIME)
class BrowserExampleIT {

    private TestEnvironment environment;
    private TestRealm realm;
    private Roster roster;
    private ExampleApp app;
    private Chromium browser;

    @BeforeAll
    void start(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        roster = Roster.withPartnerKey(environment, realm);
        roster.schoolYear(-100, 100);
        roster.putClassesIntoTokens();
        app = ExampleApp.of("browser");
        app.edit("settings.json", "{\"issuer\": \"%s\", \"clientId\": \"%s\"}".formatted(realm.url(""), TestRealm.APP));
        realm.configureClient(TestRealm.APP, client -> {
            ExampleTests.describe(client, app.url(), "/");
            client.put("publicClient", true).putArray("webOrigins").add("+");
        });
        realm.configure("launchpadClient", TestRealm.APP);
        environment
                .classLink()
                .registerClient(
                        TestRealm.CLASSLINK_CLIENT,
                        TestRealm.CLASSLINK_SECRET,
                        List.of(realm.callbackUrl().toString()),
                        realm.callbackUrl().toString());
        app.start(Map.of());
    }

    @AfterAll
    void stop() {
        app.close();
    }

    @BeforeEach
    void theTeacherSignsInToLaunchPad() {
        browser = Chromium.start();
        home().districtSearch().signIn(environment.classLink().persona("teacher"));
    }

    @AfterEach
    void closeBrowser() {
        browser.close();
    }

    @Test
    void aTileOpensItWithTheClassesOfTokenAndRoster() {
        TileApp page = clickTile();

        assertThat(page.person()).isEqualTo(ExampleTests.TEACHER);
        List<String> classes = ExampleTests.titlesAtTheSource(environment, roster);
        assertThat(page.listed("token")).containsExactlyInAnyOrderElementsOf(classes);
        assertThat(page.listed("roster")).containsExactlyInAnyOrderElementsOf(classes);
    }

    @Test
    void itShowsWhyTheRosterIsRefused() {
        realm.configure("rosterRequestsPerMinute", "1");
        try {
            clickTile().listed("roster");

            assertThat(clickTile().problem()).startsWith("429: ").contains(" s)");
        } finally {
            realm.configure("rosterRequestsPerMinute", "10000");
        }
    }

    private TileApp clickTile() {
        return home().tile(TestRealm.CLASSLINK_CLIENT);
    }

    private LaunchPad home() {
        return LaunchPad.open(browser, environment.classLink().baseUrl());
    }
}
