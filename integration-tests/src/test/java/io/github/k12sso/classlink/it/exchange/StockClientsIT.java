package io.github.k12sso.classlink.it.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.clients.ExchangePage;
import io.github.k12sso.classlink.it.support.clients.StockClient;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the code shown in docs/develop/token-exchange.md with the libraries named there. */
@WithTestEnvironment
class StockClientsIT {

    /** Expired on issue: a token counts as expired five seconds before its expiry. */
    private static final Duration OVER_AT_ONCE = Duration.ofSeconds(2);

    private final StockClient curl = StockClient.curl();
    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
    }

    @Test
    void curlGetsATokenThatClassLinkAccepts() {
        assertThatClassLinkAccepts(curl.exchange(realm.url(""), accessTokenOf("student")));
    }

    @Test
    void curlShowsTheError() {
        JsonNode answer = curl.exchange(realm.url(""), accessTokenOfAUserWithoutClassLink());

        assertThat(answer.get("error").textValue()).isEqualTo("not_linked");
        assertThat(answer.get("error_description").textValue()).contains("No ClassLink token is stored");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("libraries")
    void aLibraryGetsATokenThatClassLinkAccepts(StockClient library) {
        JsonNode answer = library.exchange(realm.url(""), accessTokenOf("student"));

        assertThatClassLinkAccepts(answer);
        assertThat(answer.get("issued_token_type").textValue())
                .isEqualTo("urn:ietf:params:oauth:token-type:access_token");
        assertThat(answer.get("expires_in").longValue()).isBetween(86_000L, 86_400L);
        assertThat(answer.has("refresh_token")).isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("libraries")
    void aLibraryReportsThatTheUserIsNotLinked(StockClient library) {
        JsonNode refusal = library.exchange(realm.url(""), accessTokenOfAUserWithoutClassLink());

        assertThat(refusal.get("error").textValue()).isEqualTo("not_linked");
        assertThat(refusal.get("error_description").textValue()).contains("No ClassLink token is stored");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("libraries")
    void aLibraryReportsTheMissingScope(StockClient library) {
        JsonNode tokens = realm.redeem(
                realm.login(realm.newBrowser(), "student", realm.loginRequest("openid")),
                TestRealm.APP,
                TestRealm.APP_SECRET);

        JsonNode refusal =
                library.exchange(realm.url(""), tokens.get("access_token").textValue());

        assertThat(refusal.get("error").textValue()).isEqualTo("access_denied");
        assertThat(refusal.get("error_description").textValue())
                .contains("doesn't have the client scope 'classlink-token'");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("libraries")
    void aLibraryReadsRetryAfter(StockClient library) {
        environment.classLink().tokenMode(TokenMode.GUIDE);
        environment.classLink().switches().guideTokenLifetime(OVER_AT_ONCE);
        String token = accessTokenOf("student");
        environment
                .classLink()
                .faults()
                .inject(Endpoint.TOKEN, Fault.status(503).retryAfter(7));

        JsonNode refusal = library.exchange(realm.url(""), token);

        assertThat(refusal.get("try_again_in")).as(refusal.toString()).isNotNull();
        assertThat(refusal.get("try_again_in").textValue()).isEqualTo("7");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "java, integration-tests/src/test/java/io/github/k12sso/classlink/it/exchange/NimbusClientIT.java",
        "js, integration-tests/clients/javascript/exchange.js",
        "python, integration-tests/clients/python/exchange.py"
    })
    void thePageQuotesTheTestedCode(String language, String source) {
        String shown = ExchangePage.read().code(language);

        assertThat(withoutIndentation(ExchangePage.fileOfTheProject(source))).contains(withoutIndentation(shown));
    }

    /** Compares line by line, because code in a method, on a page and in a script is indented differently. */
    private static String withoutIndentation(String code) {
        return code.replaceAll("(?m)^ +", "");
    }

    static List<StockClient> libraries() {
        return List.of(StockClient.javaScript(), StockClient.python());
    }

    private String accessTokenOf(String personaId) {
        return realm.tokensOf(personaId).get("access_token").textValue();
    }

    private String accessTokenOfAUserWithoutClassLink() {
        HttpResponse<String> tokens = realm.tokenEndpoint(Map.of(
                "grant_type", "password",
                "client_id", TestRealm.APP,
                "client_secret", TestRealm.APP_SECRET,
                "username", "local",
                "password", "local",
                "scope", "openid classlink-token"));
        return Http.json(AdminApi.require(tokens, "token endpoint").body())
                .get("access_token")
                .textValue();
    }

    private void assertThatClassLinkAccepts(JsonNode answer) {
        assertThat(answer.get("access_token")).as(answer.toString()).isNotNull();
        HttpResponse<String> profile = new Http()
                .send(HttpRequest.newBuilder(environment.classLink().baseUrl().resolve("/v2/my/info"))
                        .header(
                                "Authorization",
                                "Bearer " + answer.get("access_token").textValue()));
        assertThat(profile.statusCode()).isEqualTo(200);
        assertThat(Http.json(profile.body()).get("UserId").intValue()).isEqualTo(870_001);
    }
}
