package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Keys, discovery and ID tokens. */
class DiscoveryTest extends SimulatorTests {
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
        void rotateAndOldKeysStayPublishedUntilDropped() throws Exception {
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
        void areDeniedToPythonsDefaultUserAgent() {
            assertThat(app.get("/oauth2/v2/jwks", "User-Agent", "Python-urllib/3.12")
                            .statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void discoveryOmitsPkceRevocationAndEndSession() {
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
    void testsCanIssueTheirOwnIdTokens() throws Exception {
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
    void theIssuerIsThePublicUrlWithoutTrailingSlash() {
        SimulatorSettings settings = SimulatorSettings.builder()
                .publicUrl(java.net.URI.create("http://classlink.example:9400/"))
                .build();
        try (ClassLinkSimulator elsewhere = ClassLinkSimulator.start(settings)) {
            assertThat(elsewhere.baseUrl()).hasToString("http://classlink.example:9400");
        }
    }
}
