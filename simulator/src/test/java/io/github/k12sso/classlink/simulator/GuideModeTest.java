package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The integration guide's tokens: refresh and revocation. */
class GuideModeTest extends SimulatorTests {
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
        void addsTheGuidesFieldsAndLifetime() {
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
        void revokesTheWholeFamilyWhenARefreshTokenIsReused() {
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
        void refusesUnknownForeignAndRevokedRefreshTokens() {
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
        void isOffByDefault() {
            assertThat(revoke("x", RelyingParty.SECRET).statusCode()).isEqualTo(404);
        }

        @Test
        void revokesTokens() {
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
}
