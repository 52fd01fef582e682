package io.github.k12sso.classlink.it.vault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jwt.JWTClaimsSet;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Await;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The end of a link, and its tokens in Keycloak and at ClassLink. */
@WithTestEnvironment
class DisconnectIT {

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealmWhoseClassLinkRevokes(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        environment.classLink().tokenMode(TokenMode.GUIDE);
        environment.classLink().revocation(true);
        realm = environment.newRealm();
        realm.configure("revocationUrl", environment.classLink().baseUrl() + "/oauth2/v2/revoke");
    }

    @AfterEach
    void asItWas() {
        environment.classLink().revocation(false);
    }

    @Nested
    class WhenAnAdministratorUnlinks {

        @Test
        void thenBothTokensAreRevoked_theRefreshTokenFirst() {
            String app = login();
            String classLinkToken = classLinkToken(app);

            unlink();

            Await.until("revocation", () -> revocations().size() == 2);
            assertThat(revocations())
                    .extracting(request -> request.parameters().get("token_type_hint"))
                    .containsExactly("refresh_token", "access_token");
            assertThat(acceptedByClassLink(classLinkToken)).isFalse();
            assertRefused(realm.exchange(app), "not_linked");
        }

        @Test
        void givenNoRevocationEndpoint_thenTheTokensAreOnlyDeleted() {
            realm.configure("revocationUrl", "");
            String app = login();

            unlink();

            assertRefused(realm.exchange(app), "not_linked");
            assertThat(revocations()).isEmpty();
        }

        @Test
        void givenAnUnresponsiveRevocationEndpoint_thenTheCallerDoesNotWait() {
            login();
            environment.classLink().clearRequests();
            environment.classLink().faults().inject(Endpoint.REVOKE, Fault.stall(Duration.ofSeconds(5)));
            long start = System.nanoTime();

            unlink();

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
            // Not exactly one, because a call for an earlier test's user may be late.
            Await.until("the call that hangs", () -> !revocations().isEmpty());
        }

        @Test
        void givenAFailedRevocation_thenItIsLogged() {
            login();
            environment.classLink().faults().inject(Endpoint.REVOKE, Fault.reset());

            unlink();

            String line = "ClassLink token revocation failed; the token expires on its own: revocation endpoint could "
                    + "not be reached: SocketException. realm="
                    + realm.name();
            Await.until("a line in the log", () -> environment.log().contains(line));
        }
    }

    @Test
    void whenAUserIsRemoved_thenTheirTokensAreRevoked() {
        String classLinkToken = classLinkToken(login());

        AdminApi.require(realm.admin().delete(userPath()), "remove user");

        Await.until("revocation", () -> revocations().size() == 2);
        assertThat(acceptedByClassLink(classLinkToken)).isFalse();
    }

    @Test
    void whenTheProviderIsDisabled_thenAllTokensAreDeleted() {
        String student = login();
        String teacher = realm.tokensOf("teacher").get("access_token").textValue();
        List<String> atClassLink = List.of(classLinkToken(student), classLinkToken(teacher));

        realm.configure(provider -> provider.put("enabled", false));

        Await.until("revocation", () -> revocations().size() == 4);
        assertThat(atClassLink).noneMatch(this::acceptedByClassLink);
        realm.configure(provider -> provider.put("enabled", true));
        assertRefused(realm.exchange(student), "not_linked");
        assertRefused(realm.exchange(teacher), "not_linked");
        assertThat(realm.state().links(realm.state().user("mira.fernwick.2")))
                .as("the links are kept")
                .hasSize(1);
    }

    @Nested
    class WhenAUserLogsOut {

        @Test
        void givenTheSettingIsOff_thenTheTokensAreKept() {
            JsonNode tokens = realm.tokensOf("student");
            String classLinkToken = classLinkToken(tokens.get("access_token").textValue());

            logout(tokens);

            String after = login();
            assertThat(classLinkToken(after)).isNotEqualTo(classLinkToken);
            assertThat(acceptedByClassLink(classLinkToken)).isTrue();
            assertThat(revocations()).isEmpty();
        }

        @Test
        void givenTheSettingIsOn_thenTheTokensAreDeleted() {
            realm.configure("forgetTokensOnLogout", "true");
            JsonNode tokens = realm.tokensOf("student");
            String classLinkToken = classLinkToken(tokens.get("access_token").textValue());

            logout(tokens);

            Await.until("revocation", () -> revocations().size() == 2);
            assertThat(acceptedByClassLink(classLinkToken)).isFalse();
        }

        @Test
        void givenAnotherSession_thenTheTokensAreKept() {
            realm.configure("forgetTokensOnLogout", "true");
            JsonNode here = realm.tokensOf("student");
            JsonNode elsewhere = realm.tokensOf("student");

            logout(here);

            assertThat(realm.exchange(elsewhere.get("access_token").textValue()).statusCode())
                    .isEqualTo(200);
            assertThat(revocations()).isEmpty();
        }

        @Test
        void givenAnOfflineSession_thenTheTokensAreKeptUntilItEnds() {
            realm.configure("forgetTokensOnLogout", "true");
            JsonNode offline = realm.redeem(
                    realm.login(
                            realm.newBrowser(),
                            "student",
                            realm.loginRequest("openid offline_access " + TestRealm.TOKEN_SCOPE)),
                    TestRealm.APP,
                    TestRealm.APP_SECRET);
            logout(realm.tokensOf("student"));
            String app = refreshed(offline);
            assertThat(realm.exchange(app).statusCode()).isEqualTo(200);

            logout(offline);

            Await.until("revocation", () -> !revocations().isEmpty());
        }

        /** A limit of one session: the flow after the ClassLink login ends the older session. */
        @Test
        void givenASessionLimit_thenTheNewLoginKeepsItsTokens() {
            realm.configure("forgetTokensOnLogout", "true");
            realm.tokensOf("student");
            limitSessionsToOne();

            JsonNode tokens = realm.tokensOf("student");

            assertThat(realm.state().sessions()).isEqualTo(1);
            assertThat(realm.exchange(tokens.get("access_token").textValue()).statusCode())
                    .isEqualTo(200);
            assertThat(revocations()).isEmpty();
        }
    }

    /**
     * OpenID Connect Back-Channel Logout, which ClassLink is not known to send: Keycloak's endpoint with the provider's keys.
     */
    @Test
    void whenClassLinkSendsALogoutToken_thenTheUserIsLoggedOut() {
        String token = loginAndLogoutToken();
        assertThat(realm.state().sessions()).isEqualTo(1);

        HttpResponse<String> answer = sendLogoutToken(token);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(realm.state().sessions()).isZero();
    }

    /**
     * Keycloak 27 always verifies the signature. For ClassLink it is verified in every version, regardless of the provider's
     * settings.
     */
    @Test
    void whenALogoutTokenHasAnInvalidSignature_thenItIsRejected() {
        realm.configure("validateSignature", "false");
        String[] parts = loginAndLogoutToken().split("\\.", -1);
        String none = Base64.getUrlEncoder().withoutPadding().encodeToString("{\"alg\":\"none\"}".getBytes(UTF_8));
        String othersSignature = parts[2].substring(0, 20) + new StringBuilder(parts[2].substring(20)).reverse();

        assertThat(List.of(
                        none + "." + parts[1] + ".",
                        parts[0] + "." + parts[1] + ".",
                        parts[0] + "." + parts[1] + "." + othersSignature))
                .allSatisfy(
                        token -> assertThat(sendLogoutToken(token).statusCode()).isEqualTo(400));
        assertThat(realm.state().sessions()).isEqualTo(1);
    }

    private String loginAndLogoutToken() {
        AtomicReference<String> logoutToken = new AtomicReference<>();
        environment.classLink().issueIdTokensWith(draft -> {
            logoutToken.set(draft.sign(new JWTClaimsSet.Builder()
                    .issuer(draft.claims().getIssuer())
                    .audience(draft.claims().getAudience())
                    .subject(draft.claims().getSubject())
                    .issueTime(draft.claims().getIssueTime())
                    .expirationTime(draft.claims().getExpirationTime())
                    .jwtID(UUID.randomUUID().toString())
                    .claim("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()))
                    .build()));
            return draft.sign(draft.claims());
        });
        login();
        return logoutToken.get();
    }

    private HttpResponse<String> sendLogoutToken(String token) {
        return new Http()
                .send(Http.form(
                        realm.url("/protocol/openid-connect/logout/backchannel-logout"),
                        Map.of("logout_token", token)));
    }

    private void limitSessionsToOne() {
        String flows = "/realms/" + realm.name() + "/authentication/flows";
        AdminApi.require(
                realm.admin()
                        .post(
                                flows,
                                Http.json("{\"alias\": \"limits\", \"providerId\": \"basic-flow\","
                                        + " \"topLevel\": true, \"builtIn\": false}")),
                "flow");
        AdminApi.require(
                realm.admin()
                        .post(
                                flows + "/limits/executions/execution",
                                Http.json("{\"provider\": \"user-session-limits\"}")),
                "step");
        ObjectNode step =
                (ObjectNode) realm.admin().get(flows + "/limits/executions").get(0);
        AdminApi.require(realm.admin().put(flows + "/limits/executions", step.put("requirement", "REQUIRED")), "step");
        AdminApi.require(
                realm.admin()
                        .post(
                                "/realms/" + realm.name() + "/authentication/executions/"
                                        + step.get("id").textValue() + "/config",
                                Http.json("{\"alias\": \"one\", \"config\": {\"behavior\":"
                                        + " \"Terminate oldest session\", \"userRealmLimit\": \"1\","
                                        + " \"userClientLimit\": \"0\"}}")),
                "limit");
        realm.configure(provider -> provider.put("postBrokerLoginFlowAlias", "limits"));
    }

    private String refreshed(JsonNode tokens) {
        HttpResponse<String> answer = realm.tokenEndpoint(Map.of(
                "grant_type",
                "refresh_token",
                "client_id",
                TestRealm.APP,
                "client_secret",
                TestRealm.APP_SECRET,
                "refresh_token",
                tokens.get("refresh_token").textValue()));
        return Http.json(AdminApi.require(answer, "refresh").body())
                .get("access_token")
                .textValue();
    }

    /** ClassLink has rotated the refresh token and delays its response; when it arrives, the user is no longer linked. */
    @ParameterizedTest
    @EnumSource
    void whenAUserIsUnlinkedDuringARefresh_thenTheNewTokensAreRevoked(Disconnection disconnection) {
        environment.classLink().switches().guideTokenLifetime(Duration.ofSeconds(2));
        String app = login();
        environment.classLink().switches().guideTokenLifetime(Duration.ofHours(1));
        environment.classLink().clearRequests();
        environment.classLink().faults().inject(Endpoint.TOKEN, Fault.delay(Duration.ofSeconds(2)));
        CompletableFuture<HttpResponse<String>> exchange = CompletableFuture.supplyAsync(() -> realm.exchange(app));
        Await.until(
                "the refresh",
                () -> environment.classLink().requests().stream()
                        .anyMatch(request -> request.endpoint() == Endpoint.TOKEN));

        disconnection.of(this);

        assertThat(exchange.join().statusCode()).isNotEqualTo(200);
        Await.until(
                "revocation",
                () -> revocations().stream()
                                .map(request -> request.parameters().get("token"))
                                .distinct()
                                .count()
                        == disconnection.revokedTokens);
    }

    private enum Disconnection {
        UNLINKED(4),
        USER_REMOVED(4),
        PROVIDER_DISABLED(4),
        PROVIDER_REMOVED(2);

        /** The new token pair, and the old one if Keycloak says whose it was. */
        private final int revokedTokens;

        Disconnection(int revokedTokens) {
            this.revokedTokens = revokedTokens;
        }

        void of(DisconnectIT test) {
            TestRealm realm = test.realm;
            switch (this) {
                case UNLINKED -> test.unlink();
                case USER_REMOVED -> AdminApi.require(realm.admin().delete(test.userPath()), "remove user");
                case PROVIDER_DISABLED -> realm.configure(provider -> provider.put("enabled", false));
                case PROVIDER_REMOVED ->
                    AdminApi.require(
                            realm.admin()
                                    .delete("/realms/" + realm.name() + "/identity-provider/instances/"
                                            + TestRealm.ALIAS),
                            "remove provider");
            }
        }
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    private String login() {
        return realm.tokensOf("student").get("access_token").textValue();
    }

    private String classLinkToken(String app) {
        HttpResponse<String> answer = realm.exchange(app);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Http.json(answer.body()).get("access_token").textValue();
    }

    private String userPath() {
        return "/realms/" + realm.name() + "/users/"
                + realm.state().user("mira.fernwick.2").get("id").textValue();
    }

    private void unlink() {
        AdminApi.require(realm.admin().delete(userPath() + "/federated-identity/classlink"), "unlink");
    }

    /** Signs out with the refresh token, like an app without a browser. */
    private void logout(JsonNode tokens) {
        HttpResponse<String> answer = new Http()
                .send(Http.form(
                        realm.url("/protocol/openid-connect/logout"),
                        Map.of(
                                "client_id", TestRealm.APP,
                                "client_secret", TestRealm.APP_SECRET,
                                "refresh_token", tokens.get("refresh_token").textValue())));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
    }

    private List<RecordedRequest> revocations() {
        return environment.classLink().requests().stream()
                .filter(request -> request.endpoint() == Endpoint.REVOKE)
                .toList();
    }

    private boolean acceptedByClassLink(String token) {
        return new Http()
                        .send(HttpRequest.newBuilder(
                                        environment.classLink().baseUrl().resolve("/v2/my/info"))
                                .header("Authorization", "Bearer " + token))
                        .statusCode()
                == 200;
    }

    private static void assertRefused(HttpResponse<String> answer, String error) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(Http.json(answer.body()).get("error").textValue()).isEqualTo(error);
    }
}
