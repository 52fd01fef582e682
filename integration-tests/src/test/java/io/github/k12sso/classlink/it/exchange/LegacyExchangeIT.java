package io.github.k12sso.classlink.it.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import io.github.k12sso.classlink.it.support.BuiltInBroker;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * On a server with Keycloak's legacy exchange, which also handles {@code requested_issuer}, this provider still issues
 * ClassLink tokens by its own rules. All other requests are left to the legacy exchange.
 */
@Full // starts a server built with other features
@Isolated("one server of a test's own at a time")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LegacyExchangeIT {

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeAll
    void aServerWithTheFeatures() {
        environment = TestEnvironment.startOwnWithLegacyExchange("legacy-exchange");
    }

    @AfterAll
    void stop() {
        environment.close();
    }

    @BeforeEach
    void aRealm() {
        realm = environment.newRealm();
    }

    @Test
    void aClassLinkTokenIsIssuedWithoutTheLegacyPermission() {
        HttpResponse<String> answer = realm.exchange(accessToken(realm, "openid " + TestRealm.TOKEN_SCOPE));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(Http.json(answer.body()).fieldNames())
                .toIterable()
                .containsExactly("access_token", "issued_token_type", "token_type", "expires_in");
        assertThat(environment.userIdOf(answer)).isEqualTo(870_001);
    }

    @Test
    void theLegacyPermissionDoesNotReplaceTheScope() {
        BuiltInBroker.allowLegacyExchange(realm);

        assertRefused(realm.exchange(accessToken(realm, "openid")), 400, "access_denied");
    }

    @Test
    void aClassLinkTokenIsRefusedAsSubjectToken() {
        BuiltInBroker.allowLegacyExchange(realm);
        String classLinks = Http.json(realm.exchange(accessToken(realm, "openid " + TestRealm.TOKEN_SCOPE))
                        .body())
                .get("access_token")
                .textValue();
        Map<String, String> form = new LinkedHashMap<>(TestRealm.exchangeForm(classLinks));
        form.remove("requested_issuer");
        form.put("subject_issuer", TestRealm.ALIAS);

        HttpResponse<String> answer = realm.tokenEndpoint(form);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).doesNotContain("access_token");
    }

    @Test
    void tokensOfOtherProvidersAreLeftToTheLegacyExchange() {
        TestRealm builtIn = BuiltInBroker.newRealm(environment);
        String token = accessToken(builtIn, "openid " + TestRealm.TOKEN_SCOPE);
        assertRefused(builtIn.exchange(token), 403, "access_denied");
        BuiltInBroker.allowLegacyExchange(builtIn);

        HttpResponse<String> answer = builtIn.exchange(token);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(environment.userIdOf(answer)).isEqualTo(870_001);
    }

    private static String accessToken(TestRealm realm, String scope) {
        return realm.redeem(
                        realm.login(realm.newBrowser(), "student", realm.loginRequest(scope)),
                        TestRealm.APP,
                        TestRealm.APP_SECRET)
                .get("access_token")
                .textValue();
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String error) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(Http.json(answer.body()).get("error")).isEqualTo(TextNode.valueOf(error));
    }
}
