package io.github.k12sso.classlink.it.idp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests to the callback that do not complete a login. */
@WithTestEnvironment
class CallbackIT {

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
    }

    @Nested
    class State {

        @Test
        void isMissingTogetherWithTheCode() {
            WebPage page = realm.newBrowser().open(realm.callbackUrl());

            assertThat(page.status()).isEqualTo(400);
            assertThat(page.error()).contains("did not start in your app");
            assertFailure(page, "missing_state");
            assertNothingHappened();
        }

        @Test
        void isForged() {
            WebPage page = realm.newBrowser().open(URI.create(realm.callbackUrl() + "?code=c1&state=a.b.c"));

            assertThat(page.status()).isEqualTo(400);
            assertFailure(page, "invalid_state");
            assertNothingHappened();
        }

        @Test
        void belongsToAnotherBrowser() {
            Browser victim = realm.newBrowser();
            URI callback = callbackOf(realm.newBrowser());

            WebPage page = victim.open(callback);

            assertThat(page.parameters()).doesNotContainKey("session_state");
            assertThat(page.status()).isEqualTo(400);
            assertNothingHappened();
        }

        @Test
        void isReusedAfterTheLogin() {
            Browser browser = realm.newBrowser();
            realm.login(browser, "student");
            URI callback = callbackIn(browser);
            environment.classLink().clearRequests();

            browser.open(callback);

            assertThat(environment.classLink().requests()).noneMatch(request -> request.endpoint() == Endpoint.TOKEN);
            assertThat(realm.state().sessions()).isEqualTo(1);
        }

        @Test
        void belongsToALoginStartedBeforePkceWasSwitchedOn() {
            realm.configure("pkceEnabled", "false");
            Browser browser = realm.newBrowser();
            URI callback = callbackOf(browser);
            realm.configure("pkceEnabled", "true");

            WebPage page = browser.open(callback);

            assertThat(page.status()).isEqualTo(400);
            assertFailure(page, "pkce_verifier_missing");
            assertNothingHappened();
        }

        @Test
        void belongsToAUserWithoutAnIdentityInTheProfile() {
            environment.classLink().overrideProfile("student", profile -> {
                profile.remove("UserId");
                return profile;
            });

            WebPage page = realm.login(realm.newBrowser(), "student");

            assertThat(page.status()).isEqualTo(502);
            assertFailure(page, "profile_without_identity");
            assertNothingHappenedButCalls();
        }

        @Test
        void comesWithAnExpiredCode() {
            Browser browser = realm.newBrowser();
            URI callback = callbackOf(browser);
            environment.classLink().clock().advance(Duration.ofMinutes(6));

            WebPage page = browser.open(callback);

            assertThat(page.status()).isEqualTo(502);
            assertThat(page.error()).contains("took too long");
            assertFailure(page, "code_rejected");
            assertNothingHappenedButCalls();
        }

        @Test
        void comesWithTheCodeOfAnotherLogin() {
            String foreignCode = new WebPage(callbackOf(realm.newBrowser()), 0, "")
                    .parameters()
                    .get("code");
            Browser browser =
                    new Browser().stoppingAt(address -> address.getPath().endsWith("/broker/classlink/endpoint"));
            Map<String, String> parameters =
                    new LinkedHashMap<>(realm.login(browser, "teacher").parameters());
            parameters.put("code", foreignCode);

            WebPage page = browser.stoppingAt(address -> "app.example".equals(address.getHost()))
                    .open(URI.create(realm.callbackUrl() + "?" + Http.query(parameters)));

            assertThat(page.status()).isEqualTo(502);
            assertFailure(page, "code_rejected");
            assertNothingHappenedButCalls();
        }
    }

    @Nested
    class ErrorsThatClassLinkSends {

        @ParameterizedTest
        @CsvSource({
            "invalid_scope, 502, scope_rejected",
            "unauthorized_client, 502, client_rejected",
            "invalid_client, 502, client_rejected",
            "redirect_uri_mismatch, 502, redirect_uri_rejected",
            "invalid_request, 502, request_rejected",
            "server_error, 503, classlink_unavailable",
            "temporarily_unavailable, 503, classlink_unavailable",
            "<script>alert(1)</script>, 502, request_rejected"
        })
        void showAPageWithARemedy(String error, int status, String reason) {
            WebPage page = answerWith(Map.of("error", error, "error_description", "<b>secret</b>"));

            assertThat(page.status()).isEqualTo(status);
            assertThat(page.html()).doesNotContain("alert(1)").doesNotContain("<b>secret");
            assertFailure(page, reason);
            assertNothingHappened();
        }

        @Test
        void anUnknownScope() {
            realm.configure("defaultScope", "openid roster.read");

            WebPage page = realm.login(realm.newBrowser(), "student");

            assertThat(page.status()).isEqualTo(502);
            assertThat(page.error()).contains("not set up correctly");
            assertFailure(page, "scope_rejected");
            assertNothingHappened();
        }

        @Test
        void aRefusalReturnsToTheLoginPage() {
            WebPage page = answerWith(Map.of("error", "access_denied"));

            assertThat(page.status()).isEqualTo(200);
            assertThat(page.text()).contains("Access denied when authenticating with ClassLink");
            assertThat(page.document().selectFirst("#social-classlink")).isNotNull();
            assertFailure("access_denied");
            assertNothingHappened();
        }

        @Test
        void aRefusalOnTheConsentPageReturnsToTheLoginPage() {
            environment.classLink().consent(true);
            Browser browser = realm.newBrowser();
            WebPage consent = realm.login(browser, "student");

            WebPage page = browser.press(consent, "#consent-deny");

            assertThat(page.text()).contains("Access denied when authenticating with ClassLink");
            assertFailure("access_denied");
            assertNothingHappened();
        }

        @ParameterizedTest
        @ValueSource(strings = {"login_required", "interaction_required"})
        void theErrorOfASilentLoginIsReturnedToTheApp(String error) {
            WebPage page = answerWith(Map.of("error", error));

            assertThat(page.address().getHost()).isEqualTo("app.example");
            assertThat(page.parameters()).containsEntry("error", error);
            assertFailure("request_rejected");
            assertNothingHappened();
        }

        @Test
        void neitherCodeNorError() {
            WebPage page = answerWith(Map.of());

            assertThat(page.status()).isEqualTo(400);
            assertFailure(page, "missing_code");
            assertNothingHappened();
        }
    }

    @Test
    void everyFailureHasADifferentReference() {
        WebPage first = answerWith(Map.of("error", "server_error"));
        WebPage second = answerWith(Map.of("error", "invalid_scope"));

        assertThat(second.reference()).isNotEqualTo(first.reference());
        assertThat(realm.state().failureOn(first).at("/details/reason").textValue())
                .isEqualTo("classlink_unavailable");
        assertThat(realm.state().failureOn(second).at("/details/reason").textValue())
                .isEqualTo("scope_rejected");
    }

    /** A login in progress whose callback does not come from ClassLink. */
    private WebPage answerWith(Map<String, String> answer) {
        Browser browser = realm.newBrowser();
        WebPage atClassLink = browser.open(realm.loginRequest("openid"));
        URI request = browser.visited().stream()
                .filter(address -> address.getPath().equals("/oauth2/v2/auth"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("not at ClassLink but at " + atClassLink.address()));
        Map<String, String> parameters = new LinkedHashMap<>(answer);
        parameters.put("state", new WebPage(request, 0, "").parameters().get("state"));
        return browser.open(URI.create(realm.callbackUrl() + "?" + Http.query(parameters)));
    }

    /** The callback URL of the student's login, intercepted before Keycloak received it. */
    private URI callbackOf(Browser browser) {
        browser.stoppingAt(address -> address.getPath().endsWith("/broker/classlink/endpoint"));
        return realm.login(browser, "student").address();
    }

    private static URI callbackIn(Browser browser) {
        return browser.visited().stream()
                .filter(address -> address.getPath().endsWith("/broker/classlink/endpoint"))
                .findFirst()
                .orElseThrow();
    }

    /** The page's reference identifies the event and the log line. */
    private void assertFailure(WebPage page, String reason) {
        assertThat(assertFailure(reason)).isEqualTo(page.reference());
        assertThat(page.text()).as("the page doesn't show the internal reason").doesNotContain(reason);
    }

    /** Returns the reference in event and log line. */
    private String assertFailure(String reason) {
        JsonNode event = realm.state().events("IDENTITY_PROVIDER_LOGIN_ERROR").get(0);
        assertThat(event.at("/details/identity_provider").textValue()).isEqualTo("classlink");
        assertThat(event.at("/details/reason").textValue()).isEqualTo(reason);
        String reference = event.at("/details/reference").textValue();
        assertThat(environment.logOf(realm))
                .filteredOn(line -> line.contains("Login with ClassLink failed"))
                .singleElement()
                .asString()
                .contains("provider=classlink", "reference=" + reference + ",", "reason=" + reason + ":");
        return reference;
    }

    private void assertNothingHappened() {
        assertThat(environment.classLink().requests())
                .as("no code is redeemed")
                .noneMatch(request -> request.endpoint() == Endpoint.TOKEN);
        assertNothingHappenedButCalls();
    }

    private void assertNothingHappenedButCalls() {
        assertThat(realm.state().users()).as("only the realm's local user").hasSize(1);
        assertThat(realm.state().sessions()).isZero();
    }
}
