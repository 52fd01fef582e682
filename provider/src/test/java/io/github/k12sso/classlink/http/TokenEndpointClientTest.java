package io.github.k12sso.classlink.http;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.k12sso.classlink.Stub;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.models.KeycloakSession;
import org.keycloak.vault.VaultStringSecret;
import org.keycloak.vault.VaultTranscriber;

class TokenEndpointClientTest {

    private static final UpstreamClient NO_CALL = null;

    /** Keycloak offers these methods to OpenID Connect providers, and a realm import stores them without validation. */
    @ParameterizedTest
    @ValueSource(strings = {"tls_client_auth", "private_key_jwt", "client_secret_jwt"})
    void anUnsupportedAuthenticationMethodMakesNoCall(String method) {
        TokenEndpointClient endpoint = new TokenEndpointClient(
                session(),
                NO_CALL,
                new TokenEndpointClient.App(
                        "https://launchpad.classlink.com/oauth2/v2/token",
                        Optional.of("https://launchpad.classlink.com/oauth2/v2/revoke"),
                        "app",
                        "secret",
                        method));

        assertThatExceptionOfType(UpstreamFailure.Misconfigured.class)
                .isThrownBy(() -> endpoint.redeem(Map.of("code", "c")))
                .withMessageContaining("client_secret_post or client_secret_basic");
        assertThatExceptionOfType(UpstreamFailure.Misconfigured.class)
                .isThrownBy(() -> endpoint.revoke("access_token", "t"));
    }

    private static KeycloakSession session() {
        VaultStringSecret none = Stub.of(
                VaultStringSecret.class, Map.of("get", arguments -> Optional.empty(), "close", arguments -> null));
        VaultTranscriber vault = Stub.of(VaultTranscriber.class, Map.of("getStringSecret", arguments -> none));
        return Stub.of(KeycloakSession.class, Map.of("vault", arguments -> vault));
    }
}
