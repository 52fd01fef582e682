package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.pkce.CodeChallenge;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import io.github.k12sso.classlink.simulator.runtime.PkceMode;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The token endpoint, key set and discovery. */
class TokenTest {
    private ClassLinkSimulator simulator;
    private RelyingParty app;

    @BeforeEach
    void start() {
        simulator = ClassLinkSimulator.start(SimulatorSettings.defaults());
        app = new RelyingParty(simulator);
    }

    @AfterEach
    void stop() {
        simulator.close();
    }

    private static void assertError(HttpResponse<String> response, int status, String error) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(RelyingParty.json(response).get("error").asText()).isEqualTo(error);
        assertThat(RelyingParty.json(response).has("access_token")).isFalse();
    }

    private static String text(HttpResponse<String> response, String member) {
        return RelyingParty.json(response).path(member).asText();
    }

    private int infoStatus(String accessToken) {
        return app.getAs(accessToken, "/v2/my/info").statusCode();
    }

    @Nested
    class Codes {
        @Test
        void workOnce() {
            String code = app.codeFor("student");
            assertThat(app.redeem(code).statusCode()).isEqualTo(200);
            assertError(app.redeem(code), 400, "invalid_grant");
        }

        @Test
        void workOnlyForOneOfManyAtTheSameMoment() throws Exception {
            String code = app.codeFor("student");
            ExecutorService pool = Executors.newFixedThreadPool(8);
            try {
                List<Future<Integer>> answers = pool.invokeAll(java.util.Collections.nCopies(
                        8, (Callable<Integer>) () -> app.redeem(code).statusCode()));
                long winners = 0;
                for (Future<Integer> answer : answers) {
                    winners += answer.get() == 200 ? 1 : 0;
                }
                assertThat(winners).isEqualTo(1);
            } finally {
                pool.shutdownNow();
            }
        }

        @Test
        void expireAfterFiveMinutes() {
            String early = app.codeFor("student");
            String late = app.codeFor("student");
            simulator.clock().advance(Duration.ofSeconds(295));
            assertThat(app.redeem(early).statusCode()).isEqualTo(200);
            simulator.clock().advance(Duration.ofSeconds(6));
            assertError(app.redeem(late), 400, "invalid_grant");
        }

        @Test
        void belongToTheirClient() {
            String code = app.codeFor("student");
            simulator.registerClient("other", "x", List.of("https://other.example/"));
            HttpResponse<String> stolen =
                    app.post("/oauth2/v2/token", Map.of("code", code, "client_id", "other", "client_secret", "x"));
            assertError(stolen, 400, "invalid_grant");
            assertThat(app.redeem(code).statusCode()).isEqualTo(200);
        }
    }

    @Nested
    class Requests {
        @Test
        void mayAlsoCarryWhatOtherLibrariesSend() {
            HttpResponse<String> response = app.redeem(
                    app.codeFor("student"),
                    "grant_type",
                    "authorization_code",
                    "redirect_uri",
                    RelyingParty.CALLBACK,
                    "launch_url",
                    "whatever");
            assertThat(response.statusCode()).isEqualTo(200);
        }

        @Test
        void areHeldToARedirectUriTheySend() {
            assertError(
                    app.redeem(app.codeFor("student"), "redirect_uri", "https://app.example/else"),
                    400,
                    "invalid_grant");
        }

        @Test
        void mayHaveEverythingInTheQueryString() {
            String query = PersonaBrowser.encode(Map.of(
                    "code",
                    app.codeFor("student"),
                    "client_id",
                    RelyingParty.ID,
                    "client_secret",
                    RelyingParty.SECRET));
            HttpResponse<String> response =
                    app.send(app.request("/oauth2/v2/token?" + query).POST(HttpRequest.BodyPublishers.noBody()));
            assertThat(response.statusCode()).isEqualTo(200);
        }

        @Test
        void mayUseBasicAloneOrTogetherWithTheBody() {
            String pair = RelyingParty.ID + ":" + URLEncoder.encode(RelyingParty.SECRET, StandardCharsets.UTF_8);
            String basic = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
            assertThat(app.post("/oauth2/v2/token", Map.of("code", app.codeFor("student")), "Authorization", basic)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(app.post(
                                    "/oauth2/v2/token",
                                    Map.of(
                                            "code",
                                            app.codeFor("student"),
                                            "client_id",
                                            RelyingParty.ID,
                                            "client_secret",
                                            RelyingParty.SECRET),
                                    "Authorization",
                                    basic)
                            .statusCode())
                    .isEqualTo(200);
        }

        @Test
        void withAWrongSecretAreUnauthorized() {
            Map<String, String> form =
                    Map.of("code", app.codeFor("student"), "client_id", RelyingParty.ID, "client_secret", "wrong");
            assertError(app.post("/oauth2/v2/token", form), 401, "unauthorized_client");
            simulator.tokenMode(TokenMode.GUIDE);
            assertError(app.post("/oauth2/v2/token", form), 401, "invalid_client");
        }

        @Test
        void ofUnknownOrUnnamedClientsFail() {
            Map<String, String> unknown = Map.of("code", "c", "client_id", "nobody", "client_secret", "x");
            assertError(app.post("/oauth2/v2/token", unknown), 400, "invalid_request");
            assertError(app.post("/oauth2/v2/token", Map.of("code", "c")), 401, "invalid_client");
            simulator.tokenMode(TokenMode.GUIDE);
            assertError(app.post("/oauth2/v2/token", unknown), 401, "invalid_client");
        }

        @Test
        void needACode() {
            assertError(
                    app.post(
                            "/oauth2/v2/token",
                            Map.of("client_id", RelyingParty.ID, "client_secret", RelyingParty.SECRET)),
                    400,
                    "invalid_request");
        }

        @Test
        void forARefreshAreUnsupportedAtClassLink() {
            assertError(
                    app.redeem("", "grant_type", "refresh_token", "refresh_token", "x"), 400, "unsupported_grant_type");
        }
    }

    @Nested
    class Pkce {
        private final CodeVerifier verifier = new CodeVerifier();
        private final String challenge =
                CodeChallenge.compute(CodeChallengeMethod.S256, verifier).getValue();

        private String codeWithChallenge() {
            return app.codeFor("student", "code_challenge", challenge, "code_challenge_method", "S256");
        }

        @Test
        void isVerifiedWhenAChallengeWasSent() {
            assertError(app.redeem(codeWithChallenge()), 400, "invalid_grant");
            assertError(app.redeem(codeWithChallenge(), "code_verifier", "wrong"), 400, "invalid_grant");
            assertThat(app.redeem(codeWithChallenge(), "code_verifier", verifier.getValue())
                            .statusCode())
                    .isEqualTo(200);
        }

        @Test
        void isIgnoredOnRequest() {
            simulator.pkce(PkceMode.IGNORE);
            assertThat(app.redeem(codeWithChallenge()).statusCode()).isEqualTo(200);
        }

        @Test
        void canBeRequiredButNeverOfATile() {
            simulator.pkce(PkceMode.REQUIRE);
            PersonaBrowser browser = new PersonaBrowser(simulator);
            browser.signIn("student");
            assertThat(PersonaBrowser.query(PersonaBrowser.location(browser.get(app.authorizePath()))))
                    .containsEntry("error", "invalid_request");

            String tile = PersonaBrowser.location(browser.get("/launch/" + RelyingParty.ID));
            assertThat(app.redeem(PersonaBrowser.query(tile).get("code")).statusCode())
                    .isEqualTo(200);
        }
    }

    @Nested
    class AccessTokens {
        @Test
        void liveADay() {
            String token = app.accessTokenFor("student");
            simulator.clock().advance(Duration.ofHours(24).minusSeconds(5));
            assertThat(infoStatus(token)).isEqualTo(200);
            simulator.clock().advance(Duration.ofSeconds(6));
            assertThat(infoStatus(token)).isEqualTo(401);
            simulator.clock().reset();
            assertThat(infoStatus(token)).isEqualTo(200);
        }

        @Test
        void canAllBeExpired() {
            String token = app.accessTokenFor("student");
            simulator.expireTokens();
            assertThat(infoStatus(token)).isEqualTo(401);
        }
    }

    @Nested
    class GuideMode {
        @BeforeEach
        void guide() {
            simulator.tokenMode(TokenMode.GUIDE);
        }

        private HttpResponse<String> refresh(String refreshToken) {
            return app.post(
                    "/oauth2/v2/token",
                    Map.of(
                            "grant_type",
                            "refresh_token",
                            "refresh_token",
                            refreshToken,
                            "client_id",
                            RelyingParty.ID,
                            "client_secret",
                            RelyingParty.SECRET));
        }

        @Test
        void addsTheGuidesMembersAndItsLifetime() {
            JsonNode token = RelyingParty.json(app.redeem(app.codeFor("student")));
            assertThat(token.fieldNames())
                    .toIterable()
                    .containsExactlyInAnyOrder(
                            "access_token",
                            "token_type",
                            "response_type",
                            "id_token",
                            "expires_in",
                            "refresh_token",
                            "scope");
            assertThat(token.get("expires_in").asInt()).isEqualTo(3600);
            assertThat(token.get("scope").asText().split(" ")).containsExactly("openid", "profile", "email");
            simulator.clock().advance(Duration.ofSeconds(3601));
            assertThat(infoStatus(token.get("access_token").asText())).isEqualTo(401);
        }

        @Test
        void replacesTheRefreshTokenAtEachUse() {
            String first = text(app.redeem(app.codeFor("student")), "refresh_token");
            HttpResponse<String> refreshed = refresh(first);

            assertThat(text(refreshed, "refresh_token")).isNotEmpty().isNotEqualTo(first);
            assertThat(infoStatus(text(refreshed, "access_token"))).isEqualTo(200);
            assertThat(refresh(text(refreshed, "refresh_token")).statusCode()).isEqualTo(200);
        }

        @Test
        void endsTheWholeFamilyWhenARefreshTokenIsUsedTwice() {
            String first = text(app.redeem(app.codeFor("student")), "refresh_token");
            HttpResponse<String> refreshed = refresh(first);
            String bystander = app.accessTokenFor("student");

            assertError(refresh(first), 400, "invalid_grant");
            assertThat(infoStatus(text(refreshed, "access_token"))).isEqualTo(401);
            assertError(refresh(text(refreshed, "refresh_token")), 400, "invalid_grant");
            assertThat(infoStatus(bystander)).isEqualTo(200);
        }

        @Test
        void keepsTheRefreshTokenWhenRotationIsOff() {
            simulator.switches().refreshRotation(false);
            String first = text(app.redeem(app.codeFor("student")), "refresh_token");

            assertThat(RelyingParty.json(refresh(first)).has("refresh_token")).isFalse();
            assertThat(refresh(first).statusCode()).isEqualTo(200);
        }

        @Test
        void refusesUnknownForeignAndWithdrawnRefreshTokens() {
            String token = text(app.redeem(app.codeFor("student")), "refresh_token");
            assertError(refresh("unknown"), 400, "invalid_grant");
            simulator.registerClient("other", "x", List.of("https://other.example/"));
            assertError(
                    app.post(
                            "/oauth2/v2/token",
                            Map.of(
                                    "grant_type",
                                    "refresh_token",
                                    "refresh_token",
                                    token,
                                    "client_id",
                                    "other",
                                    "client_secret",
                                    "x")),
                    400,
                    "invalid_grant");
            simulator.endAllGrants();
            assertError(refresh(token), 400, "invalid_grant");
        }

        @Test
        void refreshTokensExpireAfterThirtyDays() {
            String token = text(app.redeem(app.codeFor("student")), "refresh_token");
            simulator.clock().advance(Duration.ofDays(31));
            assertError(refresh(token), 400, "invalid_grant");
        }
    }

    @Nested
    class Revocation {
        private HttpResponse<String> revoke(String token, String secret) {
            return app.post(
                    "/oauth2/v2/revoke", Map.of("token", token, "client_id", RelyingParty.ID, "client_secret", secret));
        }

        @Test
        void isNotThereUnlessSwitchedOn() {
            assertThat(revoke("x", RelyingParty.SECRET).statusCode()).isEqualTo(404);
        }

        @Test
        void endsTokens() {
            simulator.revocation(true);
            simulator.tokenMode(TokenMode.GUIDE);
            HttpResponse<String> token = app.redeem(app.codeFor("student"));

            assertThat(revoke("unknown", RelyingParty.SECRET).statusCode()).isEqualTo(200);
            assertError(revoke(text(token, "refresh_token"), "wrong"), 401, "invalid_client");
            assertThat(infoStatus(text(token, "access_token"))).isEqualTo(200);
            assertThat(revoke(text(token, "refresh_token"), RelyingParty.SECRET).statusCode())
                    .isEqualTo(200);
            assertThat(infoStatus(text(token, "access_token"))).isEqualTo(401);

            String single = app.accessTokenFor("student");
            revoke(single, RelyingParty.SECRET);
            assertThat(infoStatus(single)).isEqualTo(401);
        }
    }

    @Nested
    class Keys {
        private String kidOfAFreshToken() throws Exception {
            return SignedJWT.parse(text(app.redeem(app.codeFor("student")), "id_token"))
                    .getHeader()
                    .getKeyID();
        }

        private JWKSet published() throws Exception {
            return JWKSet.parse(app.get("/oauth2/v2/jwks").body());
        }

        @Test
        void rotateAndOldOnesStayUntilDropped() throws Exception {
            String first = kidOfAFreshToken();
            simulator.keys().rotate();
            String second = kidOfAFreshToken();

            assertThat(second).isNotEqualTo(first);
            assertThat(published().getKeys()).extracting("keyID").containsExactly(second, first);
            assertThat(published().containsNonPublicKeys()).isFalse();

            simulator.keys().rotateAndDropOld();
            assertThat(published().getKeys()).extracting("keyID").containsExactly(kidOfAFreshToken());
        }

        @Test
        void areRefusedToPythonsDefaultUserAgent() {
            assertThat(app.get("/oauth2/v2/jwks", "User-Agent", "Python-urllib/3.12")
                            .statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void discoverySaysNothingOfPkceRevocationOrEndOfSession() {
        JsonNode document = RelyingParty.json(app.get("/.well-known/openid-configuration"));
        String base = simulator.baseUrl().toString();

        assertThat(document.get("issuer").asText()).isEqualTo(base).doesNotEndWith("/");
        assertThat(document.get("authorization_endpoint").asText()).isEqualTo(base + "/oauth2/v2/auth");
        assertThat(document.get("userinfo_endpoint").asText()).isEqualTo(base + "/v2/my/profileinfo");
        assertThat(document.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "issuer",
                        "authorization_endpoint",
                        "token_endpoint",
                        "userinfo_endpoint",
                        "jwks_uri",
                        "token_endpoint_auth_methods_supported",
                        "id_token_signing_alg_values_supported",
                        "scopes_supported",
                        "claims_supported");
    }

    @Test
    void aTestMayIssueItsOwnIdTokens() throws Exception {
        simulator.issueIdTokensWith(draft -> draft.sign(new JWTClaimsSet.Builder(draft.claims())
                .issuer("https://evil.example")
                .build()));
        String hostile = text(app.redeem(app.codeFor("student")), "id_token");
        assertThat(SignedJWT.parse(hostile).getJWTClaimsSet().getIssuer()).isEqualTo("https://evil.example");

        simulator.issueIdTokensWith(draft -> null);
        assertThat(RelyingParty.json(app.redeem(app.codeFor("student"))).has("id_token"))
                .isFalse();

        simulator.issueIdTokensNormally();
        String honest = text(app.redeem(app.codeFor("student")), "id_token");
        assertThat(SignedJWT.parse(honest).getJWTClaimsSet().getIssuer())
                .isEqualTo(simulator.baseUrl().toString());
    }

    @Test
    void theIssuerFollowsThePublicAddressWithoutItsSlash() {
        SimulatorSettings settings = SimulatorSettings.builder()
                .publicUrl(java.net.URI.create("http://classlink.example:9400/"))
                .build();
        try (ClassLinkSimulator elsewhere = ClassLinkSimulator.start(settings)) {
            assertThat(elsewhere.baseUrl()).hasToString("http://classlink.example:9400");
        }
    }
}
