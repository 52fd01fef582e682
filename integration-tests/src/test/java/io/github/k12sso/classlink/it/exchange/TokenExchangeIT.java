package io.github.k12sso.classlink.it.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Exchanges a Keycloak access token for a ClassLink token on a standard server: every case of the contract without a refresh.
 */
@WithTestEnvironment
class TokenExchangeIT {

    private static final String OTHER_APP = "other-app";

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
    }

    @Nested
    class AnAppWithTheScope {

        @Test
        void getsTheClassLinkTokenOfItsUserOnly() {
            HttpResponse<String> answer = realm.exchange(accessTokenOf("student"));

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
            JsonNode body = Http.json(answer.body());
            assertThat(body.fieldNames())
                    .toIterable()
                    .containsExactly("access_token", "issued_token_type", "token_type", "expires_in");
            assertThat(body.get("issued_token_type").textValue())
                    .isEqualTo("urn:ietf:params:oauth:token-type:access_token");
            assertThat(body.get("token_type").textValue()).isEqualTo("Bearer");
            assertThat(body.get("expires_in").longValue()).isBetween(86_000L, 86_400L);
            assertThat(userIdAtClassLink(body.get("access_token").textValue())).isEqualTo(870_001);
        }

        @Test
        void getsTheConfiguredLifetimeIfClassLinkStatesNone() {
            realm.configure("tokenLifetimeSeconds", "600");

            assertThat(Http.json(realm.exchange(accessTokenOf("student")).body())
                            .get("expires_in")
                            .longValue())
                    .isBetween(540L, 600L);
        }

        @Test
        void getsTheLifetimeThatClassLinkStates() {
            environment.classLink().tokenMode(TokenMode.GUIDE);

            assertThat(Http.json(realm.exchange(accessTokenOf("student")).body())
                            .get("expires_in")
                            .longValue())
                    .isBetween(3_500L, 3_600L);
        }

        @Test
        void leavesAnEvent() {
            realm.exchange(accessTokenOf("student"));

            assertThat(realm.state().events("TOKEN_EXCHANGE")).singleElement().satisfies(event -> {
                assertThat(event.get("clientId").textValue()).isEqualTo("app");
                assertThat(event.at("/details/requested_issuer").textValue()).isEqualTo("classlink");
                assertThat(event.at("/details/subject_token_client_id").textValue())
                        .isEqualTo("app");
                assertThat(event.get("userId").textValue())
                        .isEqualTo(
                                realm.state().user("mira.fernwick.2").get("id").textValue());
            });
        }
    }

    @Nested
    class TheSubjectToken {

        @Test
        void isMissing() {
            assertRefused(exchange(form -> form.remove("subject_token")), 400, "invalid_request");
        }

        @Test
        void isOfAnUnknownType() {
            assertRefused(
                    exchange(form -> form.put("subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token")),
                    400,
                    "invalid_request");
        }

        @Test
        void isMalformed() {
            assertRefused(realm.exchange("not-a-token"), 400, "invalid_request");
            assertRefused(realm.exchange("e30.e30.AAAA"), 400, "invalid_request"); // JOSE header {}
        }

        @Test
        void hasAChangedSignature() {
            String token = accessTokenOf("student");

            assertRefused(
                    realm.exchange(token.substring(0, token.lastIndexOf('.') + 1) + "AAAA"), 400, "invalid_request");
        }

        @Test
        void isExpired() {
            // Moves the clock so that the token counts as issued an hour ago.
            changeClient(
                    "app", client -> ((ObjectNode) client.get("attributes")).put("access.token.lifespan", "-3600"));

            assertRefused(realm.exchange(accessTokenOf("student")), 400, "invalid_request");
        }

        @Test
        void isRevokedByLogout() {
            JsonNode tokens = realm.tokensOf("student");
            HttpResponse<String> logout = new Http()
                    .send(Http.form(
                            realm.url("/protocol/openid-connect/logout"),
                            Map.of(
                                    "client_id", TestRealm.APP,
                                    "client_secret", TestRealm.APP_SECRET,
                                    "refresh_token", tokens.get("refresh_token").textValue())));
            assertThat(logout.statusCode()).isEqualTo(204);

            assertRefused(realm.exchange(tokens.get("access_token").textValue()), 400, "invalid_request");
        }

        @Test
        void isRevokedByTheRevocationEndpoint() {
            String token = accessTokenOf("student");
            new Http()
                    .send(Http.form(
                            realm.url("/protocol/openid-connect/revoke"),
                            Map.of(
                                    "client_id",
                                    TestRealm.APP,
                                    "client_secret",
                                    TestRealm.APP_SECRET,
                                    "token",
                                    token,
                                    "token_type_hint",
                                    "access_token")));

            assertRefused(realm.exchange(token), 400, "invalid_request");
        }

        @Test
        void belongsToADisabledUser() {
            String token = accessTokenOf("student");
            ObjectNode user = (ObjectNode) realm.state().user("mira.fernwick.2");
            AdminApi.require(
                    realm.admin()
                            .put(
                                    "/realms/" + realm.name() + "/users/"
                                            + user.get("id").textValue(),
                                    user.put("enabled", false)),
                    "disable user");

            assertRefused(realm.exchange(token), 400, "invalid_request");
        }

        @Test
        void isOfAnotherRealm() {
            assertRefused(environment.newRealm().exchange(accessTokenOf("student")), 400, "invalid_request");
        }

        @Test
        void isAClassLinkToken() {
            String classLinkToken = Http.json(
                            realm.exchange(accessTokenOf("student")).body())
                    .get("access_token")
                    .textValue();

            assertRefused(realm.exchange(classLinkToken), 400, "invalid_request");
        }

        @Test
        void lacksTheScope() {
            JsonNode tokens = realm.redeem(
                    realm.login(realm.newBrowser(), "student", realm.loginRequest("openid")),
                    TestRealm.APP,
                    TestRealm.APP_SECRET);

            assertRefused(realm.exchange(tokens.get("access_token").textValue()), 400, "access_denied");
        }

        @Test
        void mustHaveTheConfiguredScope() {
            realm.configure("tokenScope", "another-scope");

            assertRefused(realm.exchange(accessTokenOf("student")), 400, "access_denied");
        }
    }

    @Nested
    class TheRequester {

        @Test
        void isAPublicClient() {
            realm.addApps("public-app");

            HttpResponse<String> answer = exchange(form -> {
                form.put("client_id", "public-app");
                form.remove("client_secret");
            });

            assertRefused(answer, 400, "invalid_client");
        }

        @Test
        void hasAWrongSecret() {
            assertRefused(exchange(form -> form.put("client_secret", "wrong")), 401, "unauthorized_client");
        }

        @Test
        void mayNotExchangeTokens() {
            realm.addApps("app-without-exchange");

            HttpResponse<String> answer = exchange(form -> {
                form.put("client_id", "app-without-exchange");
                form.put("client_secret", "plain-secret");
            });

            assertRefused(answer, 400, "invalid_request");
            assertThat(answer.body()).contains("Standard token exchange is not enabled");
        }

        @Test
        void isNeitherHolderNorAudience() {
            realm.addApps(OTHER_APP);

            assertRefused(exchange(TokenExchangeIT::asOtherApp), 400, "access_denied");
        }

        @Test
        void isTheAudience() {
            realm.addApps(OTHER_APP);
            JsonNode tokens = realm.redeem(
                    realm.login(
                            realm.newBrowser(), "student", realm.loginRequest("openid classlink-token for-other-app")),
                    TestRealm.APP,
                    TestRealm.APP_SECRET);

            HttpResponse<String> answer = exchange(tokens.get("access_token").textValue(), TokenExchangeIT::asOtherApp);

            assertThat(answer.statusCode()).isEqualTo(200);
        }

        @Test
        void isTheAudience_andTheRequiredConsentIsMissing() {
            realm.addApps(OTHER_APP);
            changeClient(OTHER_APP, client -> client.put("consentRequired", true));
            JsonNode tokens = realm.redeem(
                    realm.login(
                            realm.newBrowser(), "student", realm.loginRequest("openid classlink-token for-other-app")),
                    TestRealm.APP,
                    TestRealm.APP_SECRET);

            assertRefused(
                    exchange(tokens.get("access_token").textValue(), TokenExchangeIT::asOtherApp),
                    400,
                    "invalid_scope");
        }

        @Test
        void isTheAudience_andTheConsentOfTheTokensClientWasRevoked() {
            realm.addApps(OTHER_APP);
            JsonNode tokens = realm.redeem(
                    realm.login(
                            realm.newBrowser(), "student", realm.loginRequest("openid classlink-token for-other-app")),
                    TestRealm.APP,
                    TestRealm.APP_SECRET);
            String token = tokens.get("access_token").textValue();
            assertThat(exchange(token, TokenExchangeIT::asOtherApp).statusCode())
                    .isEqualTo(200);

            changeClient(TestRealm.APP, client -> client.put("consentRequired", true));

            assertRefused(exchange(token, TokenExchangeIT::asOtherApp), 400, "invalid_scope");
        }

        @Test
        void isRestrictedByAClientPolicy() {
            String token = accessTokenOf("student");
            policy("azp", "another-app");
            assertThat(realm.exchange(token).statusCode()).isEqualTo(400);

            policy("azp", "app");
            assertThat(realm.exchange(token).statusCode()).isEqualTo(200);
        }

        /** Keycloak's executor that requires a claim value in the subject token. */
        private void policy(String claim, String value) {
            String policies = "/realms/" + realm.name() + "/client-policies";
            AdminApi.require(
                    realm.admin().put(policies + "/profiles", Http.json("""
                            {"profiles": [{"name": "exchange", "executors": [{"executor": "jwt-claim-enforcer",
                              "configuration": {"claim-name": "%s", "allowed-value": "%s"}}]}]}
                            """.formatted(claim, value))),
                    "client profile");
            AdminApi.require(realm.admin().put(policies + "/policies", Http.json("""
                            {"policies": [{"name": "exchange", "enabled": true, "profiles": ["exchange"],
                              "conditions": [{"condition": "any-client", "configuration": {}}]}]}
                            """)), "client policy");
        }
    }

    @Nested
    class AnOfflineSession {

        @Test
        void outlivesTheUserSessionForNightlyJobs() {
            JsonNode tokens = realm.redeem(
                    realm.login(
                            realm.newBrowser(), "teacher", realm.loginRequest("openid classlink-token offline_access")),
                    TestRealm.APP,
                    TestRealm.APP_SECRET);
            assertThat(realm.state().sessions())
                    .as("Keycloak has no other session")
                    .isZero();

            JsonNode refreshed = Http.json(realm.tokenEndpoint(Map.of(
                            "grant_type",
                            "refresh_token",
                            "client_id",
                            TestRealm.APP,
                            "client_secret",
                            TestRealm.APP_SECRET,
                            "refresh_token",
                            tokens.get("refresh_token").textValue()))
                    .body());

            assertThat(realm.exchange(refreshed.path("access_token").asText()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Nested
    class TheUser {

        @Test
        void neverSignedInWithClassLink() {
            HttpResponse<String> tokens = realm.tokenEndpoint(Map.of(
                    "grant_type", "password",
                    "client_id", TestRealm.APP,
                    "client_secret", TestRealm.APP_SECRET,
                    "username", "local",
                    "password", "local",
                    "scope", "openid classlink-token"));

            assertRefused(
                    realm.exchange(Http.json(tokens.body()).get("access_token").textValue()), 400, "not_linked");
        }

        @Test
        void isAServiceAccount() {
            realm.addApps("service");
            HttpResponse<String> tokens = realm.tokenEndpoint(Map.of(
                    "grant_type", "client_credentials",
                    "client_id", "service",
                    "client_secret", "service-secret",
                    "scope", "classlink-token"));

            HttpResponse<String> answer =
                    exchange(Http.json(tokens.body()).get("access_token").textValue(), form -> {
                        form.put("client_id", "service");
                        form.put("client_secret", "service-secret");
                    });
            assertRefused(answer, 400, "not_linked");
        }

        @Test
        void signedInWhileStoreTokensWasOff() {
            realm.configure(provider -> provider.put("storeToken", false));
            String token = accessTokenOf("student");
            assertRefused(realm.exchange(token), 400, "not_linked");

            realm.configure(provider -> provider.put("storeToken", true));
            assertRefused(realm.exchange(token), 400, "not_linked");
        }

        @Test
        void storedATokenBeforeStoreTokensWasSwitchedOff() {
            String token = accessTokenOf("student");
            realm.configure(provider -> provider.put("storeToken", false));

            assertRefused(realm.exchange(token), 400, "not_linked");
        }

        @Test
        void hasAnExpiredClassLinkTokenAndNoRefreshToken() {
            environment.classLink().tokenMode(TokenMode.GUIDE);
            environment.classLink().switches().refreshTokens(false);
            environment.classLink().switches().guideTokenLifetime(Duration.ofSeconds(2));

            assertRefused(realm.exchange(accessTokenOf("student")), 400, "token_expired");
        }

        @Test
        void wasUnlinked() {
            String token = accessTokenOf("student");
            String user = realm.state().user("mira.fernwick.2").get("id").textValue();
            AdminApi.require(
                    realm.admin()
                            .delete("/realms/" + realm.name() + "/users/" + user + "/federated-identity/classlink"),
                    "unlink");

            assertRefused(realm.exchange(token), 400, "not_linked");
        }
    }

    @Nested
    class Parameters {

        @Test
        void otherTokenTypesAreNotIssued() {
            assertRefused(
                    exchange(
                            form -> form.put("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token")),
                    400,
                    "invalid_request");
            assertRefused(
                    exchange(form -> form.put("requested_token_type", "urn:ietf:params:oauth:token-type:id_token")),
                    400,
                    "invalid_request");
        }

        @Test
        void unsupportedParametersAreRefused() {
            realm.addApps(OTHER_APP);

            assertRefused(exchange(form -> form.put("audience", OTHER_APP)), 400, "invalid_request");
            assertRefused(exchange(form -> form.put("actor_token", "a.b.c")), 400, "invalid_request");
        }

        @Test
        void anUnknownScopeIsRefused() {
            assertRefused(exchange(form -> form.put("scope", "no-such-scope")), 400, "invalid_scope");
        }
    }

    @Nested
    class OtherExchanges {

        @Test
        void areLeftToKeycloak() {
            HttpResponse<String> answer = exchange(form -> form.remove("requested_issuer"));

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(Http.json(answer.body()).get("access_token").textValue()).startsWith("ey");
        }

        @Test
        void ofAnUnknownIssuerAreLeftToKeycloak() {
            HttpResponse<String> answer = exchange(form -> form.put("requested_issuer", "somebody-else"));

            assertRefused(answer, 400, "invalid_request");
            assertThat(answer.body()).contains("'requested_issuer' is not supported");
        }

        @Test
        void ofADisabledProviderAreLeftToKeycloak() {
            String token = accessTokenOf("student");
            realm.configure(provider -> provider.put("enabled", false));

            HttpResponse<String> answer = realm.exchange(token);

            assertRefused(answer, 400, "invalid_request");
        }
    }

    /** Version 1 of Keycloak's brokering API returns a stored token to every user with a realm-wide role. */
    @Test
    void brokeringApiV1NeverReturnsAClassLinkToken() {
        realm.configure(provider -> provider.put("addReadTokenRoleOnCreate", true));
        String token = accessTokenOf("student");

        HttpResponse<String> answer = new Http()
                .send(HttpRequest.newBuilder(URI.create(realm.url("/broker/classlink") + "/token"))
                        .header("Authorization", "Bearer " + token));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(403);
        assertThat(Http.json(answer.body()).get("error"))
                .as(answer.body())
                .isEqualTo(TextNode.valueOf("access_denied"));
        assertThat(Http.json(answer.body()).has("access_token")).isFalse();
    }

    private String accessTokenOf(String personaId) {
        return realm.tokensOf(personaId).get("access_token").textValue();
    }

    private HttpResponse<String> exchange(Consumer<Map<String, String>> change) {
        return exchange(accessTokenOf("student"), change);
    }

    private HttpResponse<String> exchange(String subjectToken, Consumer<Map<String, String>> change) {
        Map<String, String> form = new LinkedHashMap<>(TestRealm.exchangeForm(subjectToken));
        change.accept(form);
        return realm.tokenEndpoint(form);
    }

    private static void asOtherApp(Map<String, String> form) {
        form.put("client_id", OTHER_APP);
        form.put("client_secret", "other-secret");
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String error) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(Http.json(answer.body()).get("error")).isEqualTo(TextNode.valueOf(error));
        assertThat(Http.json(answer.body()).get("error_description").textValue())
                .isNotBlank();
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    private long userIdAtClassLink(String classLinkToken) {
        HttpResponse<String> info = new Http()
                .send(HttpRequest.newBuilder(environment.classLink().baseUrl().resolve("/v2/my/info"))
                        .header("Authorization", "Bearer " + classLinkToken));
        return Http.json(info.body()).get("UserId").longValue();
    }

    private void changeClient(String clientId, Consumer<ObjectNode> change) {
        String clients = "/realms/" + realm.name() + "/clients";
        ObjectNode client = (ObjectNode)
                realm.admin().get(clients + "?clientId=" + clientId).get(0);
        change.accept(client);
        AdminApi.require(realm.admin().put(clients + "/" + client.get("id").textValue(), client), "change client");
    }
}
