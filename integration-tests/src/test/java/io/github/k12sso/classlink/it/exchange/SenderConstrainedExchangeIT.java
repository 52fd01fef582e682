package io.github.k12sso.classlink.it.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.oauth2.sdk.dpop.DefaultDPoPProofFactory;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.SelfSignedCertificate;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stolen token that is bound to a key or certificate cannot be exchanged for a ClassLink token. */
@WithTestEnvironment
class SenderConstrainedExchangeIT {

    private static final ConfidentialApp DPOP_APP = new ConfidentialApp("dpop-app", "dpop-secret");
    private static final ConfidentialApp MTLS_APP = new ConfidentialApp("mtls-app", "mtls-secret");
    private static final ConfidentialApp OTHER_APP = new ConfidentialApp("other-app", "other-secret");

    private static SelfSignedCertificate ownCertificate;
    private static SelfSignedCertificate otherCertificate;

    private final Http http = new Http();
    private TestRealm realm;

    @BeforeAll
    static void certificates(@TempDir Path folder) {
        ownCertificate = SelfSignedCertificate.selfSigned(folder.resolve("own.p12"));
        otherCertificate = SelfSignedCertificate.selfSigned(folder.resolve("other.p12"));
    }

    @BeforeEach
    void aRealm(TestEnvironment environment) {
        realm = environment.newRealm();
        realm.addApps(OTHER_APP.id(), DPOP_APP.id(), MTLS_APP.id());
    }

    /** An app and the proof of possession that it adds to requests. */
    private record ConfidentialApp(String id, String secret) {}

    @Nested
    class ATokenBoundToAKey {

        private final ECKey ownKey = newKey();
        private String token;

        @BeforeEach
        void aBoundToken() throws Exception {
            JsonNode tokens = redeem(DPOP_APP, "DPoP", proof(ownKey));
            assertThat(tokens.get("token_type").textValue()).isEqualTo("DPoP");
            token = tokens.get("access_token").textValue();
            assertThat(confirmation(token))
                    .containsEntry("jkt", ownKey.computeThumbprint().toString());
        }

        @Test
        void isExchangedWithAProofOfItsKey() {
            assertExchanged(exchange(DPOP_APP, token, "DPoP", proof(ownKey)));
        }

        @Test
        void isNotExchangedWithoutAProof() {
            assertInvalidRequest(exchange(DPOP_APP, token), "DPoP proof is missing");
        }

        @Test
        void isNotExchangedWithAProofOfAnotherKey() {
            assertInvalidRequest(
                    exchange(DPOP_APP, token, "DPoP", proof(newKey())), "DPoP proof and token binding do not match");
        }

        @Test
        void isNotExchangedWithAReusedProof() {
            String proof = proof(ownKey);
            assertExchanged(exchange(DPOP_APP, token, "DPoP", proof));

            assertInvalidRequest(exchange(DPOP_APP, token, "DPoP", proof), "DPoP proof has already been used");
        }

        @Test
        void isNotExchangedByAnotherApp() {
            assertInvalidRequest(
                    exchange(OTHER_APP, token, "DPoP", proof(ownKey)),
                    "the token was not issued for the requesting client");
        }
    }

    /** Keycloak requires a proof only if the client's settings do. This provider requires it if the token is bound. */
    @Nested
    class ATokenBoundToAKeyOfAnAppWithoutRequiredDpop {

        private static final ConfidentialApp APP = new ConfidentialApp(TestRealm.APP, TestRealm.APP_SECRET);

        private final ECKey ownKey = newKey();

        @Test
        void isNotExchangedWithoutAProof() throws Exception {
            String token =
                    redeem(APP, "DPoP", proof(ownKey)).get("access_token").textValue();
            assertThat(confirmation(token)).containsKey("jkt");

            assertInvalidRequest(exchange(APP, token), "DPoP proof is missing");
            assertExchanged(exchange(APP, token, "DPoP", proof(ownKey)));
        }
    }

    @Nested
    class ATokenBoundToACertificate {

        private static final String HEADER = "ssl-client-cert";

        private String token;

        @BeforeEach
        void aBoundToken() throws Exception {
            token = redeem(MTLS_APP, HEADER, ownCertificate.base64())
                    .get("access_token")
                    .textValue();
            assertThat(confirmation(token)).containsEntry("x5t#S256", ownCertificate.thumbprint());
        }

        @Test
        void isExchangedOverAConnectionWithItsCertificate() {
            assertExchanged(exchange(MTLS_APP, token, HEADER, ownCertificate.base64()));
        }

        @Test
        void isNotExchangedWithoutACertificate() {
            assertInvalidRequest(exchange(MTLS_APP, token), "Client certificate missing");
        }

        @Test
        void isNotExchangedWithAnotherCertificate() {
            assertInvalidRequest(exchange(MTLS_APP, token, HEADER, otherCertificate.base64()), "thumbprint");
        }

        @Test
        void isNotExchangedByAnotherApp() {
            assertInvalidRequest(
                    exchange(OTHER_APP, token, HEADER, ownCertificate.base64()),
                    "the token was not issued for the requesting client");
        }
    }

    /** Signs in and redeems the code with these headers. */
    private JsonNode redeem(ConfidentialApp app, String... headers) {
        WebPage callback = realm.login(
                realm.newBrowser(),
                "student",
                realm.loginRequest(
                        app.id(), "openid " + TestRealm.TOKEN_SCOPE, Map.of("kc_idp_hint", TestRealm.ALIAS)));
        HttpResponse<String> answer = tokenEndpoint(
                Map.of(
                        "grant_type", "authorization_code",
                        "client_id", app.id(),
                        "client_secret", app.secret(),
                        "redirect_uri", TestRealm.APP_CALLBACK.toString(),
                        "code", callback.parameters().get("code")),
                headers);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Http.json(answer.body());
    }

    private HttpResponse<String> exchange(ConfidentialApp app, String subjectToken, String... headers) {
        Map<String, String> form = TestRealm.exchangeForm(subjectToken);
        form.put("client_id", app.id());
        form.put("client_secret", app.secret());
        return tokenEndpoint(form, headers);
    }

    private HttpResponse<String> tokenEndpoint(Map<String, String> form, String... headers) {
        HttpRequest.Builder request = Http.form(realm.url("/protocol/openid-connect/token"), form);
        return http.send(headers.length == 0 ? request : request.headers(headers));
    }

    private String proof(ECKey key) {
        try {
            return new DefaultDPoPProofFactory(key, JWSAlgorithm.ES256)
                    .createDPoPJWT("POST", realm.url("/protocol/openid-connect/token"))
                    .serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ECKey newKey() {
        try {
            return new ECKeyGenerator(Curve.P_256).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> confirmation(String token) throws ParseException {
        JWTClaimsSet claims = JWTParser.parse(token).getJWTClaimsSet();
        return claims.getJSONObjectClaim("cnf");
    }

    private static void assertExchanged(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(Http.json(answer.body()).path("access_token").asText()).isNotEmpty();
    }

    private static void assertInvalidRequest(HttpResponse<String> answer, String description) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        JsonNode body = Http.json(answer.body());
        assertThat(body.path("error").asText()).isEqualTo("invalid_request");
        assertThat(body.path("error_description").asText()).contains(description);
        assertThat(body.has("access_token")).isFalse();
    }
}
