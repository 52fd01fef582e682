package io.github.k12sso.classlink.it.launchpad;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jwt.JWTParser;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Server side of tile launches from LaunchPad. */
@WithTestEnvironment
class TileLaunchIT {

    private static final URI HOME = URI.create("http://app.example/home?from=tile");
    /** An authorization code of a user, as LaunchPad sends it. */
    private static final String FOREIGN_CODE = "c1447346832048436a0395c74d20f9a37e06f62cc04431";

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealmWithATile(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        realm.configure("launchpadClient", TestRealm.APP);
        realm.configureClient(TestRealm.APP, app -> app.put("baseUrl", HOME.toString()));
    }

    @Test
    void signsInAndOpensTheAppsHomeUrl() {
        Browser browser = realm.newBrowser();

        WebPage home = clickTile(browser, "student");

        assertThat(home.address()).isEqualTo(HOME);
        assertThat(realm.state().user("mira.fernwick.2")).isNotNull();
        assertThat(realm.state().sessions()).isEqualTo(1);
        assertThat(redeemedCodes()).hasSize(1).doesNotContain(FOREIGN_CODE);
        assertThat(silentLogin(browser)).containsKey("code");
    }

    @Test
    void theStartUrlWorksTheSameWay() {
        Browser browser = realm.newBrowser();

        WebPage home = realm.choosePersona(browser, browser.open(startUrl()), "student");

        assertThat(home.address()).isEqualTo(HOME);
        assertThat(silentLogin(browser)).containsKey("code");
    }

    @Test
    void ofTheSignedInUserKeepsTheSession() {
        Browser browser = realm.newBrowser();
        JsonNode before = realm.redeem(realm.login(browser, "student"), TestRealm.APP, TestRealm.APP_SECRET);

        WebPage home = browser.open(tile());

        assertThat(home.address()).isEqualTo(HOME);
        assertThat(realm.state().sessions()).isEqualTo(1);
        assertThat(realm.exchange(before.get("access_token").textValue()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void ofAnotherUserEndsTheFirstUsersSession() throws ParseException {
        Browser shared = realm.newBrowser();
        JsonNode first = realm.redeem(realm.login(shared, "student"), TestRealm.APP, TestRealm.APP_SECRET);
        signOutOfLaunchPad(shared);

        WebPage home = clickTile(shared, "teacher");

        assertThat(home.address()).isEqualTo(HOME);
        assertThat(realm.exchange(first.get("access_token").textValue()).statusCode())
                .isEqualTo(400);
        assertThat(realm.state().sessions()).isEqualTo(1);
        assertThat(usernameOfSilentLogin(shared)).isEqualTo("orla.thistledown.2");
        JsonNode logout = realm.state().events("LOGOUT").get(0);
        assertThat(logout.at("/details/reason").textValue()).isEqualTo("launch_by_another_person");
    }

    @Test
    void concurrentLaunchesInTwoTabsBothOpenTheHomeUrl() {
        Browser browser = realm.newBrowser();
        WebPage firstTab = browser.open(tile());
        WebPage secondTab = browser.open(tile());

        WebPage first = realm.choosePersona(browser, firstTab, "student");
        WebPage second = browser.open(tile());

        assertThat(first.address()).isEqualTo(HOME);
        assertThat(second.address()).isEqualTo(HOME);
        assertThat(secondTab.status()).isEqualTo(200);
        assertThat(realm.state().sessions()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redirect_uri=http://evil.example/",
                "target_link_uri=http://evil.example/",
                "client_id=other-app",
                "iss=http://evil.example/",
                "next=//evil.example"
            })
    void requestParametersDoNotChangeTheTarget(String parameter) {
        realm.addApps("other-app");
        Browser browser = realm.newBrowser();

        WebPage home = realm.choosePersona(browser, browser.open(URI.create(tile() + "&" + parameter)), "student");

        assertThat(home.address()).isEqualTo(HOME);
    }

    /** Login CSRF: a link with a valid code of an attacker, opened by a user with or without a ClassLink session. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInjectedCodeDoesNotSignInItsOwner(boolean signedInAtClassLink) throws ParseException {
        // The client is shared by all realms, so its tile opens none of them.
        Browser teacher = new Browser().stoppingAt(address -> address.getPath().endsWith("/realms/"));
        WebPage districts =
                teacher.open(environment.classLink().baseUrl().resolve("/launch/" + TestRealm.CLASSLINK_CLIENT));
        URI trap = URI.create(realm.callbackUrl() + "?"
                + realm.choosePersona(teacher, districts, "teacher").address().getRawQuery());
        Browser student = realm.newBrowser();
        if (signedInAtClassLink) {
            realm.choosePersona(
                    student, student.open(environment.classLink().baseUrl().resolve("/home")), "student");
        }

        WebPage home = student.open(trap);
        if (!signedInAtClassLink) {
            home = realm.choosePersona(student, home, "student");
        }

        assertThat(home.address()).isEqualTo(HOME);
        assertThat(usernameOfSilentLogin(student)).isEqualTo("mira.fernwick.2");
        assertThat(redeemedCodes())
                .hasSize(1)
                .doesNotContain(new WebPage(trap, 0, "").parameters().get("code"));
        assertThat(realm.state().users())
                .as("only the student and the local user")
                .hasSize(2);
    }

    @Test
    void callingTheLandingUrlDirectlyOpensNoOtherTarget() {
        WebPage home =
                realm.newBrowser().open(realm.url("/classlink/classlink/launched?redirect_uri=http://evil.example/"));

        assertThat(home.address()).isEqualTo(HOME);
    }

    @Test
    void aRedirectLoopEndsOnAPage() {
        Browser browser = realm.newBrowser();
        WebPage page = browser.open(tile());
        for (int launch = 1; launch <= 5; launch++) {
            page = browser.open(tile());
        }

        assertThat(page.status()).isEqualTo(400);
        assertThat(page.error()).contains("kept redirecting");
        assertReason(page, "launch_loop");
    }

    /** The login timed out or the browser lost its cookie, so Keycloak has no authentication session. */
    @Test
    void aLostLoginShowsAPageThatRestartsIt() {
        Browser browser = new Browser()
                .stoppingAt(address -> address.getPath().endsWith("/endpoint")
                        && address.getRawQuery().contains("state="));
        WebPage callback = realm.choosePersona(browser, browser.open(startUrl()), "student");
        Browser another = realm.newBrowser();

        WebPage page = another.open(callback.address());

        assertThat(page.status()).isEqualTo(400);
        assertReason(page, "launch_expired");
        WebPage home =
                realm.choosePersona(another, another.click(page, "#kc-error-message a[href$=launch]"), "student");
        assertThat(home.address()).isEqualTo(HOME);
    }

    @Test
    void aDeniedLaunchShowsAPageEvenIfAUserIsSignedIn() {
        Browser browser = realm.newBrowser();
        realm.login(browser, "student");
        signOutOfLaunchPad(browser);
        environment.classLink().consent(true);
        WebPage consent = clickTile(browser, "teacher");

        WebPage page = browser.press(consent, "#consent-deny");

        assertThat(page.status()).isEqualTo(403);
        assertThat(realm.state().failureOn(page).at("/details/reason").textValue())
                .isEqualTo("access_denied");
        assertThat(browser.visited()).doesNotContain(HOME);
    }

    @Test
    void anErrorWithoutStateDoesNotStartALaunch() {
        WebPage page = realm.newBrowser().open(URI.create(realm.callbackUrl() + "?error=access_denied"));

        assertThat(page.status()).isEqualTo(403);
        assertReason(page, "access_denied");
    }

    @Test
    void isRefusedIfNoClientIsConfigured() {
        realm.configure("launchpadClient", "");

        WebPage page = realm.newBrowser().open(tile());

        assertThat(page.status()).isEqualTo(400);
        assertThat(page.error()).contains("LaunchPad: tile client");
        assertReason(page, "launch_not_configured");
    }

    /** Otherwise, an image or frame on any page could end the session of a visitor. */
    @ParameterizedTest
    @CsvSource({"no-cors, image", "navigate, iframe", "cors, empty"})
    void isRefusedInAFrameOrImage(String mode, String destination) {
        for (URI address : List.of(startUrl(), tile())) {
            HttpResponse<String> answer = new Http()
                    .send(HttpRequest.newBuilder(address)
                            .header("Sec-Fetch-Mode", mode)
                            .header("Sec-Fetch-Dest", destination)
                            .header("Sec-Fetch-Site", "cross-site"));

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).contains("inside another page");
            assertReason(new WebPage(address, 403, answer.body()), "launch_embedded");
        }
    }

    @Test
    void startsOnTopLevelNavigation() {
        HttpResponse<String> answer = new Http()
                .send(HttpRequest.newBuilder(startUrl())
                        .header("Sec-Fetch-Mode", "navigate")
                        .header("Sec-Fetch-Dest", "document")
                        .header("Sec-Fetch-Site", "cross-site"));

        assertThat(answer.statusCode()).isEqualTo(303);
    }

    @ParameterizedTest
    @CsvSource({"enabled, false, provider_disabled", "linkOnly, true, provider_link_only"})
    void isRefusedForALinkOnlyOrDisabledProvider(String member, boolean value, String reason) {
        realm.configure(provider -> provider.put(member, value));

        WebPage page = realm.newBrowser().open(startUrl());

        assertThat(page.status()).isEqualTo(403);
        assertReason(page, reason);
        // Keycloak has no callback endpoint for a disabled provider.
        assertThat(realm.newBrowser().open(tile()).status()).isIn(403, 404);
    }

    @Test
    void worksForAProviderHiddenOnTheLoginPage() {
        realm.configure(provider -> provider.put("hideOnLogin", true));

        assertThat(clickTile(realm.newBrowser(), "student").address()).isEqualTo(HOME);
    }

    @Test
    void isRefusedIfTheClientIsDisabled() {
        realm.configureClient(TestRealm.APP, app -> app.put("enabled", false));

        WebPage page = realm.newBrowser().open(tile());

        assertThat(page.status()).isEqualTo(400);
        assertReason(page, "launch_app_unusable");
    }

    @Test
    void isRefusedIfTheClientHasNoHomeUrl() {
        realm.configureClient(TestRealm.APP, app -> app.put("baseUrl", ""));

        WebPage page = realm.newBrowser().open(tile());

        assertThat(page.status()).isEqualTo(400);
        assertReason(page, "launch_home_missing");
    }

    @Test
    void isRefusedOverHttpIfTheRealmRequiresHttps() {
        realm.configureRealm(settings -> settings.put("sslRequired", "all"));

        WebPage page = realm.newBrowser().open(startUrl());

        assertThat(page.status()).isEqualTo(403);
        assertReason(page, "https_required");
    }

    @Test
    void aRelativeHomeUrlIsResolvedAgainstTheRootUrl() {
        realm.configureClient(
                TestRealm.APP, app -> app.put("rootUrl", "http://app.example").put("baseUrl", "/start"));

        assertThat(clickTile(realm.newBrowser(), "student").address())
                .isEqualTo(URI.create("http://app.example/start"));
    }

    /**
     * Keycloak rejects these parameters in redirect URIs since 26.7.3. A Home URL is not a redirect URI, so they are allowed.
     */
    @Test
    void aHomeUrlMayHaveParametersOfALoginResponse() {
        URI home = URI.create("http://app.example/start?state=CA&code=7&session_state=none");
        realm.configureClient(TestRealm.APP, app -> app.put("baseUrl", home.toString()));

        assertThat(clickTile(realm.newBrowser(), "student").address()).isEqualTo(home);
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    private URI tile() {
        return URI.create(realm.callbackUrl() + "?code=" + FOREIGN_CODE + "&response_type=code");
    }

    private URI startUrl() {
        return realm.url("/classlink/" + TestRealm.ALIAS + "/launch");
    }

    private WebPage clickTile(Browser browser, String personaId) {
        return realm.choosePersona(browser, browser.open(tile()), personaId);
    }

    private void signOutOfLaunchPad(Browser browser) {
        browser.open(environment.classLink().baseUrl().resolve("/logout"));
    }

    /** The username of a login with prompt=none. */
    private Map<String, String> silentLogin(Browser browser) {
        return browser.open(realm.loginRequest(TestRealm.APP, "openid", Map.of("prompt", "none")))
                .handedToApp();
    }

    private String usernameOfSilentLogin(Browser browser) throws ParseException {
        WebPage callback = browser.open(realm.loginRequest(TestRealm.APP, "openid profile", Map.of("prompt", "none")));
        JsonNode tokens = realm.redeem(callback, TestRealm.APP, TestRealm.APP_SECRET);
        return JWTParser.parse(tokens.get("access_token").textValue())
                .getJWTClaimsSet()
                .getStringClaim("preferred_username");
    }

    private List<String> redeemedCodes() {
        return environment.classLink().requests().stream()
                .filter(request -> request.endpoint() == Endpoint.TOKEN)
                .map(RecordedRequest::parameters)
                .map(parameters -> parameters.get("code"))
                .toList();
    }

    private void assertReason(WebPage page, String reason) {
        assertThat(realm.state().failureOn(page).at("/details/reason").textValue())
                .isEqualTo(reason);
        assertThat(redeemedCodes()).isEmpty();
        assertThat(realm.state().sessions()).isZero();
    }
}
