package io.github.k12sso.classlink.it.launchpad;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.browser.Chromium;
import io.github.k12sso.classlink.it.support.browser.LaunchPad;
import io.github.k12sso.classlink.it.support.browser.TileApp;
import io.github.k12sso.classlink.it.support.clients.StockApps;
import io.github.k12sso.classlink.it.support.machine.Installed;
import io.github.k12sso.classlink.it.support.machine.Needs;
import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Tile launches from LaunchPad in a real browser, to apps without support for tiles: a browser app with keycloak-js and a
 * server app with openid-client. Each has its own tile and provider for the same ClassLink.
 */
@WithTestEnvironment
@Needs({Installed.CHROMIUM, Installed.NODE})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ResourceLock(Chromium.ONE_AT_A_TIME)
class TileLaunchInChromiumIT {

    private static final String READING = "reading";
    private static final String MATH = "math";
    private static final String MATH_SECRET = "math-secret";
    private static final String MATH_ALIAS = "classlink-math";
    private static final String STUDENT = "mira.fernwick.2";
    private static final String TEACHER = "orla.thistledown.2";

    private TestEnvironment environment;
    private TestRealm realm;
    private StockApps apps;
    private Chromium browser;

    @BeforeAll
    void aRealmWithTwoAppsAndTwoTiles(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        apps = StockApps.start(realm, MATH_SECRET);
        addClient(READING, apps.reading(), client -> client.put("publicClient", true));
        addClient(MATH, apps.math(), client -> client.put("secret", MATH_SECRET));
        realm.configure(provider ->
                ((ObjectNode) provider.get("config")).put("clientId", READING).put("launchpadClient", READING));
        addSecondProvider();
        register(READING, TestRealm.ALIAS);
        register(MATH, MATH_ALIAS);
    }

    @AfterAll
    void stopApps() {
        apps.close();
    }

    @BeforeEach
    void aNewBrowser() {
        browser = Chromium.start();
        environment.classLink().clearRequests();
    }

    @AfterEach
    void noSessionRemains() {
        browser.close();
        environment.classLink().switches().stateOnCodes(true);
        realm.configure(provider -> provider.put("enabled", true));
        for (JsonNode user : realm.state().users()) {
            if (!user.get("username").textValue().equals("local")) {
                AdminApi.require(
                        realm.admin()
                                .delete("/realms/" + realm.name() + "/users/"
                                        + user.get("id").textValue()),
                        "remove user");
            }
        }
    }

    @Full // starts a browser
    @Test
    void oneClickSignsInToAnAppInTheBrowser() {
        LaunchPad launchPad = signedIn("student");
        browser.sized(1280, 320).screenshot("tile-launchpad");

        TileApp app = launchPad.tile(READING);

        assertThat(app.person()).isEqualTo(STUDENT);
        browser.screenshot("tile-reading");
        assertThatNoPageWasInBetween(apps.reading());
        assertThatNoUnsolicitedCodeWasRedeemed();
    }

    @Test
    void oneClickSignsInToAnAppOnAServer() {
        TileApp app = signedIn("student").tile(MATH);

        assertThat(app.person()).isEqualTo(STUDENT);
        assertThatNoPageWasInBetween(apps.math());
        assertThatNoUnsolicitedCodeWasRedeemed();
    }

    /** Two providers but one user: no second account and no form. */
    @Full // starts a browser
    @Test
    void oneUserOpensBothTiles() {
        assertThat(signedIn("student").tile(READING).person()).isEqualTo(STUDENT);
        assertThat(home().tile(MATH).person()).isEqualTo(STUDENT);
        assertThat(home().tile(READING).person()).isEqualTo(STUDENT);

        assertThatNoPageWasInBetween(apps.reading(), apps.math());
        assertThat(realm.state().links(realm.state().user(STUDENT)))
                .extracting(link -> link.get("identityProvider").textValue())
                .containsExactlyInAnyOrder(TestRealm.ALIAS, MATH_ALIAS);
        assertThat(realm.state().users()).hasSize(2);
    }

    @Full // starts a browser
    @Test
    void aDoubleClickAndTheBackButtonCauseNoError() {
        JsonNode failures = realm.state().events("IDENTITY_PROVIDER_LOGIN_ERROR");
        TileApp app = signedIn("student").tileTwiceAtOnce(MATH);
        assertThat(app.person()).isEqualTo(STUDENT);

        browser.back();
        assertThat(home().tile(MATH).person()).isEqualTo(STUDENT);

        assertThat(realm.state().events("IDENTITY_PROVIDER_LOGIN_ERROR")).isEqualTo(failures);
        assertThatNoUnsolicitedCodeWasRedeemed();
    }

    @Full // starts a browser
    @Test
    void theNextUserOfASharedDeviceGetsTheirOwnSession() {
        assertThat(signedIn("student").tile(MATH).person()).isEqualTo(STUDENT);
        home().signOut();

        assertThat(signedIn("teacher").tile(READING).person()).isEqualTo(TEACHER);
    }

    @Full // starts a browser
    @Test
    void refusingConsentShowsAMessage() {
        environment.classLink().consent(true);
        TileApp app = signedIn("student").tile(MATH);

        assertThat(app.deny().error())
                .startsWith("You chose not to share your ClassLink (Math) account, so you weren’t signed in.");
        browser.screenshot("tile-denied");
        assertThat(realm.state().sessions()).isZero();
    }

    @Full // starts a browser
    @Test
    void aWebLinkTileOfADisabledProviderShowsAMessage() {
        LaunchPad launchPad = signedIn("student");
        environment
                .classLink()
                .registerClient(
                        READING,
                        TestRealm.CLASSLINK_SECRET,
                        List.of(callback(TestRealm.ALIAS)),
                        realm.url("/classlink/" + TestRealm.ALIAS + "/launch").toString());
        realm.configure(provider -> provider.put("enabled", false));

        assertThat(launchPad.tile(READING).error()).contains("available here right now");
        browser.screenshot("tile-closed");
        register(READING, TestRealm.ALIAS);
    }

    /** If ClassLink drops the state, every login looks like a tile launch, which would cause an endless redirect loop. */
    @Full // starts a browser
    @Test
    void aRedirectLoopIsStopped() {
        environment.classLink().switches().stateOnCodes(false);

        TileApp app = signedIn("student").tile(MATH);

        assertThat(app.error()).startsWith("Sign-in kept redirecting, so we stopped it.");
        browser.screenshot("tile-circle");
        assertThatNoUnsolicitedCodeWasRedeemed();
        assertThat(realm.state().sessions()).isZero();
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    private LaunchPad signedIn(String personaId) {
        Persona persona = environment.classLink().persona(personaId);
        home().districtSearch().signIn(persona);
        return home();
    }

    private LaunchPad home() {
        return LaunchPad.open(browser, environment.classLink().baseUrl());
    }

    /** The user sees pages of ClassLink and the app but none of Keycloak. */
    private void assertThatNoPageWasInBetween(URI... allowed) {
        Set<String> places = List.of(allowed).stream().map(URI::getAuthority).collect(Collectors.toSet());
        places.add(environment.classLink().baseUrl().getAuthority());
        assertThat(browser.history())
                .filteredOn(page -> "http".equals(page.getScheme()))
                .extracting(URI::getAuthority)
                .isSubsetOf(places)
                .hasSizeGreaterThan(1);
    }

    /** Tile codes have no state; every redeemed code had one. */
    private void assertThatNoUnsolicitedCodeWasRedeemed() {
        List<RecordedRequest> redeemed = environment.classLink().requests().stream()
                .filter(request -> request.endpoint() == Endpoint.TOKEN)
                .toList();
        assertThat(redeemed)
                .allSatisfy(request -> assertThat(request.parameters())
                        .as("a login started by Keycloak has a PKCE verifier, unlike a tile's code")
                        .containsKey("code_verifier"));
    }

    // ---- the realm -------------------------------------------------------------------------------------------------

    private void addClient(String id, URI home, Consumer<ObjectNode> more) {
        ObjectNode client = (ObjectNode) Http.json("{}");
        client.put("clientId", id).put("baseUrl", home.toString());
        client.putArray("redirectUris").add(home + "*");
        client.putArray("webOrigins").add("+");
        client.set(
                "defaultClientScopes",
                Http.json("[\"basic\", \"acr\", \"profile\", \"email\", \"roles\", \"web-origins\"]"));
        more.accept(client);
        AdminApi.require(realm.admin().post("/realms/" + realm.name() + "/clients", client), "new client " + id);
    }

    private void addSecondProvider() {
        String providers = "/realms/" + realm.name() + "/identity-provider/instances";
        ObjectNode second = (ObjectNode) realm.admin().get(providers + "/" + TestRealm.ALIAS);
        second.remove("internalId");
        second.put("alias", MATH_ALIAS).put("displayName", "ClassLink (Math)");
        ((ObjectNode) second.get("config"))
                .put("clientId", MATH)
                .put("clientSecret", TestRealm.CLASSLINK_SECRET)
                .put("launchpadClient", MATH);
        AdminApi.require(realm.admin().post(providers, second), "second provider");
    }

    /** Registers the client at ClassLink, as in the Partner Portal. */
    private void register(String id, String alias) {
        environment
                .classLink()
                .registerClient(id, TestRealm.CLASSLINK_SECRET, List.of(callback(alias)), callback(alias));
    }

    private String callback(String alias) {
        return realm.url("/broker/" + alias + "/endpoint").toString();
    }
}
