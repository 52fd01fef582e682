package io.github.k12sso.classlink.it.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.BuiltInBroker;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Keycloak's Identity Brokering API, version 2, gives the same responses as the exchange. It cannot be combined with version 1,
 * which the shared server has, so this test starts a server.
 */
@Full // starts a server built with another feature
@Isolated("one server of a test's own at a time")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrokeringApiV2IT {

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeAll
    void aServerWithTheFeature() {
        environment = TestEnvironment.startOwnWithBrokeringApiV2("brokering-api-v2");
    }

    @AfterAll
    void stop() {
        environment.close();
    }

    @BeforeEach
    void aRealmWhoseAppMayCallTheApi() {
        environment.classLink().tokenMode(TokenMode.CLASSLINK);
        environment.classLink().switches().refreshTokens(true);
        environment.classLink().faults().clear();
        realm = environment.newRealm();
        BuiltInBroker.allowVersion2(realm);
    }

    @Test
    void givenTheScope_thenTheResponseEqualsTheExchanges() {
        HttpResponse<String> answer = ask(accessToken("openid " + TestRealm.TOKEN_SCOPE));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode body = Http.json(answer.body());
        assertThat(body.fieldNames())
                .toIterable()
                .containsExactly("access_token", "issued_token_type", "token_type", "expires_in");
        assertThat(environment.userIdOf(answer)).isEqualTo(870_001);
    }

    @Test
    void givenATokenWithoutTheScope_thenItIsRefused() {
        assertRefused(ask(accessToken("openid")), 400, "access_denied");
    }

    @Test
    void givenAnotherUsersTokenInTheHeader_thenOnlyTheTokenInTheFormCounts() {
        String teacherWithScope = accessToken("teacher", "openid " + TestRealm.TOKEN_SCOPE);
        String teacherWithoutScope = accessToken("teacher", "openid");

        assertRefused(ask(accessToken("openid"), "Bearer " + teacherWithScope), 400, "access_denied");

        HttpResponse<String> answer =
                ask(accessToken("openid " + TestRealm.TOKEN_SCOPE), "Bearer " + teacherWithoutScope);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(environment.userIdOf(answer)).isEqualTo(870_001);
    }

    @Test
    void givenAnExpiredClassLinkToken_thenTheErrorSaysSo() {
        environment.classLink().tokenMode(TokenMode.GUIDE);
        environment.classLink().switches().refreshTokens(false);
        environment.classLink().switches().guideTokenLifetime(Duration.ofSeconds(2));

        assertRefused(ask(accessToken("openid " + TestRealm.TOKEN_SCOPE)), 400, "token_expired");
    }

    @Test
    void givenClassLinkIsUnavailable_thenTheResponseHasRetryAfter() {
        environment.classLink().tokenMode(TokenMode.GUIDE);
        environment.classLink().switches().guideTokenLifetime(Duration.ofSeconds(2));
        String token = accessToken("openid " + TestRealm.TOKEN_SCOPE);
        environment
                .classLink()
                .faults()
                .inject(Endpoint.TOKEN, Fault.status(503).retryAfter(7));

        HttpResponse<String> answer = ask(token);

        assertRefused(answer, 503, "temporarily_unavailable");
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("7");
    }

    @Test
    void givenStoreTokensIsOff_thenTheUserCountsAsNotLinked() {
        String token = accessToken("openid " + TestRealm.TOKEN_SCOPE);
        realm.configure(provider -> provider.put("storeToken", false));

        assertRefused(ask(token), 400, "not_linked");
    }

    /** Keycloak's event for this API is always a success, so the provider adds its own error event. */
    @Test
    void givenAnImpersonatedSession_thenItIsRefusedAndAnEventNamesTheAdministrator() {
        realm.configureRealm(
                settings -> settings.putArray("enabledEventTypes").add("IDENTITY_PROVIDER_RETRIEVE_TOKEN_ERROR"));
        accessToken("openid " + TestRealm.TOKEN_SCOPE);
        Browser browser = realm.newBrowser();
        String user = StreamSupport.stream(realm.state().users().spliterator(), false)
                .filter(found -> !found.get("username").textValue().equals("local"))
                .findFirst()
                .orElseThrow()
                .get("id")
                .textValue();
        realm.admin().impersonate(realm, user, browser);
        String token = realm.redeem(
                        browser.open(realm.loginRequest("openid " + TestRealm.TOKEN_SCOPE)),
                        TestRealm.APP,
                        TestRealm.APP_SECRET)
                .get("access_token")
                .textValue();

        assertRefused(ask(token), 400, "access_denied");

        JsonNode event =
                realm.state().events("IDENTITY_PROVIDER_RETRIEVE_TOKEN_ERROR").get(0);
        assertThat(event.at("/details/impersonator").textValue()).isEqualTo(TestEnvironment.ADMIN);
        assertThat(event.get("userId").textValue()).isEqualTo(user);
    }

    private String accessToken(String scope) {
        return accessToken("student", scope);
    }

    private String accessToken(String persona, String scope) {
        return realm.redeem(
                        realm.login(realm.newBrowser(), persona, realm.loginRequest(scope)),
                        TestRealm.APP,
                        TestRealm.APP_SECRET)
                .get("access_token")
                .textValue();
    }

    private HttpResponse<String> ask(String token) {
        return new Http().send(request(token));
    }

    private HttpResponse<String> ask(String token, String authorization) {
        return new Http().send(request(token).header("Authorization", authorization));
    }

    private HttpRequest.Builder request(String token) {
        return Http.form(
                realm.url("/broker/" + TestRealm.ALIAS + "/token"),
                Map.of("client_id", TestRealm.APP, "client_secret", TestRealm.APP_SECRET, "token", token));
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String error) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(Http.json(answer.body()).get("error")).isEqualTo(TextNode.valueOf(error));
    }
}
