package io.github.k12sso.classlink.it.launchpad;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.github.k12sso.classlink.it.support.Await;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A user signs out of an app in the browser. ClassLink has no logout for apps. */
@WithTestEnvironment
class LogoutIT {

    private TestEnvironment environment;
    private TestRealm realm;
    private Browser browser;
    private JsonNode tokens;

    @BeforeEach
    void aSignedInUser(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        realm.configureClient(TestRealm.APP, app -> attributes(app).put("post.logout.redirect.uris", "+"));
        signIn();
    }

    private void signIn() {
        browser = realm.newBrowser();
        tokens = realm.redeem(realm.login(browser, "student"), TestRealm.APP, TestRealm.APP_SECRET);
    }

    @Test
    void byDefaultKeycloaksLogoutPageIsShown() {
        WebPage back = logOut(Map.of("post_logout_redirect_uri", TestRealm.APP_CALLBACK.toString(), "state", "s1"));

        assertThat(back.address()).hasToString(TestRealm.APP_CALLBACK + "?state=s1");
        assertLoggedOut();
    }

    @Nested
    class GivenASignOutPageOfLaunchPad {

        private String signOutUrl;

        @BeforeEach
        void setting() {
            signOutUrl = environment.classLink().baseUrl() + "/logout";
            realm.configure("launchpadSignOutUrl", signOutUrl);
        }

        @Test
        void thenThePageExplainsTheLaunchPadSessionAndLinksToItAndToTheApp() {
            WebPage page = logOut(Map.of("post_logout_redirect_uri", TestRealm.APP_CALLBACK.toString(), "state", "s1"));

            assertThat(page.status()).isEqualTo(200);
            assertThat(page.text())
                    .contains("You are logged out")
                    .contains("You may still be signed in to ClassLink.")
                    .contains("Do other people use this device?")
                    .doesNotContain("{");
            assertThat(link(page, "#classlink-sign-out")).isEqualTo(signOutUrl);
            assertThat(link(page, "#classlink-back")).isEqualTo(TestRealm.APP_CALLBACK + "?state=s1");
            assertLoggedOut();
            assertThat(realm.state().events("LOGOUT")).hasSize(1);
        }

        @Test
        void withoutAHomeUrlThenThePageHasNoLinkToTheApp() {
            WebPage page = logOut(Map.of());

            assertThat(link(page, "#classlink-sign-out")).isEqualTo(signOutUrl);
            assertThat(page.document().selectFirst("#classlink-back")).isNull();
            assertLoggedOut();
        }

        @Test
        void thenUsersWithoutAClassLinkLoginDoNotSeeIt() {
            Browser local = realm.newBrowser();
            WebPage loginPage = local.open(realm.loginRequest(TestRealm.APP, "openid", Map.of()));
            WebPage callback = local.press(loginPage, "#kc-login", Map.of("username", "local", "password", "local"));
            tokens = realm.redeem(callback, TestRealm.APP, TestRealm.APP_SECRET);
            browser = local;

            WebPage page = logOut(Map.of());

            assertThat(page.text()).contains("You are logged out").doesNotContain("ClassLink");
        }

        @Test
        void thenFrontChannelLogoutStillWorks() {
            realm.configureClient(TestRealm.APP, app -> {
                app.put("frontchannelLogout", true);
                attributes(app).put("frontchannel.logout.url", "http://app.example/front-channel-logout");
            });

            WebPage page = logOut(Map.of());

            assertThat(page.html()).contains("http://app.example/front-channel-logout");
            assertThat(page.document().selectFirst("#classlink-sign-out")).isNull();
        }

        @ParameterizedTest
        @ValueSource(strings = {"javascript:alert(1)", "https://evil.example/", "launchpad"})
        void thenOnlyAllowedUrlsAreAccepted(String url) {
            var answer = realm.tryToConfigure(
                    provider -> ((ObjectNode) provider.get("config")).put("launchpadSignOutUrl", url));

            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("LaunchPad: sign-out page");
        }
    }

    /** OpenID Connect Back-Channel Logout: another app with a session of the same user is notified. */
    @ParameterizedTest
    @ValueSource(strings = {"", "https://launchpad.classlink.com/maple-valley"})
    void otherAppsAreNotifiedInAnyCase(String signOutUrl) throws IOException, ParseException {
        realm.configure("launchpadSignOutUrl", signOutUrl);
        List<String> told = new CopyOnWriteArrayList<>();
        HttpServer otherApp = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        otherApp.createContext("/", exchange -> {
            told.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        otherApp.start();
        try {
            realm.addApps("other-app");
            realm.configureClient(
                    "other-app",
                    app -> attributes(app)
                            .put(
                                    "backchannel.logout.url",
                                    "http://localhost:" + otherApp.getAddress().getPort() + "/logout")
                            .put("backchannel.logout.session.required", "true"));
            realm.redeem(
                    browser.open(realm.loginRequest("other-app", "openid", Map.of())), "other-app", "other-secret");

            logOut(Map.of());

            assertThat(told).singleElement().satisfies(form -> {
                String token = URLDecoder.decode(form.substring("logout_token=".length()), StandardCharsets.UTF_8);
                assertThat(SignedJWT.parse(token).getJWTClaimsSet().getStringClaim("sid"))
                        .isEqualTo(SignedJWT.parse(tokens.get("id_token").textValue())
                                .getJWTClaimsSet()
                                .getStringClaim("sid"));
            });
        } finally {
            otherApp.stop(0);
        }
    }

    @Test
    void anUnresponsiveClassLinkDoesNotDelayTheLogout() {
        logOut(Map.of());
        environment.classLink().tokenMode(TokenMode.GUIDE);
        environment.classLink().revocation(true);
        realm.configure("revocationUrl", environment.classLink().baseUrl() + "/oauth2/v2/revoke");
        realm.configure("forgetTokensOnLogout", "true");
        signIn();
        environment.classLink().faults().inject(Endpoint.REVOKE, Fault.stall(Duration.ofSeconds(5)));
        long start = System.nanoTime();

        logOut(Map.of());

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
        assertThat(realm.state().sessions()).isZero();
        Await.until(
                "the revocation",
                () -> environment.classLink().requests().stream()
                        .anyMatch(request -> request.endpoint() == Endpoint.REVOKE));
        environment.classLink().revocation(false);
    }

    @Test
    void theNextLoginIsSilentIfTheClassLinkSessionIsActive() {
        logOut(Map.of());

        WebPage callback = browser.open(realm.loginRequest("openid"));

        assertThat(callback.handedToApp()).containsKey("code");
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    private WebPage logOut(Map<String, String> parameters) {
        Map<String, String> query = new LinkedHashMap<>(parameters);
        query.put("id_token_hint", tokens.get("id_token").textValue());
        return browser.open(URI.create(realm.url("/protocol/openid-connect/logout") + "?" + Http.query(query)));
    }

    private void assertLoggedOut() {
        assertThat(realm.state().sessions()).isZero();
        WebPage loginPage = browser.open(realm.loginRequest(TestRealm.APP, "openid", Map.of()));
        assertThat(loginPage.document().selectFirst("#kc-login")).isNotNull();
    }

    private static String link(WebPage page, String selector) {
        return page.document().select(selector).attr("href");
    }

    private static ObjectNode attributes(ObjectNode client) {
        return (ObjectNode) client.get("attributes");
    }
}
