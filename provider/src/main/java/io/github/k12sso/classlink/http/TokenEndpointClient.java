package io.github.k12sso.classlink.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.http.Measurement.Operation;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.OAuth2Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.vault.VaultStringSecret;

/** A client for ClassLink's token and revocation endpoints. Requests are never repeated. */
public final class TokenEndpointClient {

    private final KeycloakSession session;
    private final UpstreamClient upstream;
    private final App app;

    /**
     * The app's endpoints and credentials.
     *
     * @param tokenUrl token endpoint
     * @param revocationUrl revocation endpoint (RFC 7009), if any
     * @param clientId the client ID
     * @param clientSecret the secret or a reference to Keycloak's vault
     * @param authentication {@code client_secret_basic} or {@code client_secret_post}; calls with another method fail,
     *     because they would be sent without the certificate or assertion that the administrator expects
     */
    public record App(
            String tokenUrl,
            Optional<String> revocationUrl,
            String clientId,
            String clientSecret,
            String authentication) {

        /** Omits the secret. */
        @Override
        public String toString() {
            return "App[" + clientId + "]";
        }
    }

    public TokenEndpointClient(KeycloakSession session, UpstreamClient upstream, App app) {
        this.session = session;
        this.upstream = upstream;
        this.app = app;
    }

    /**
     * Redeems an authorization code.
     *
     * @param proof {@code code}, {@code redirect_uri} and {@code code_verifier}
     */
    public TokenResponse redeem(Map<String, String> proof) throws UpstreamFailure {
        return grant(Operation.TOKEN, OAuth2Constants.AUTHORIZATION_CODE, proof);
    }

    /** Redeems a refresh token. */
    public TokenResponse refresh(String refreshToken) throws UpstreamFailure {
        return grant(
                Operation.REFRESH, OAuth2Constants.REFRESH_TOKEN, Map.of(OAuth2Constants.REFRESH_TOKEN, refreshToken));
    }

    public boolean canRevoke() {
        return app.revocationUrl().isPresent();
    }

    /**
     * Revokes a token; does nothing without a revocation endpoint.
     *
     * @param hint {@code access_token} or {@code refresh_token}
     */
    public void revoke(String hint, String token) throws UpstreamFailure {
        if (app.revocationUrl().isEmpty()) {
            return;
        }
        Map<String, String> form = Map.of("token", token, "token_type_hint", hint);
        try (VaultStringSecret secret = session.vault().getStringSecret(app.clientSecret())) {
            upstream.send(Operation.REVOCATION, app.revocationUrl().get(), form, credentials(secret));
        }
    }

    /** Returns a client for the same endpoints that uses another session. */
    public TokenEndpointClient in(KeycloakSession other) {
        return new TokenEndpointClient(other, upstream.in(other), app);
    }

    private TokenResponse grant(Operation operation, String grantType, Map<String, String> proof)
            throws UpstreamFailure {
        Map<String, String> form = new LinkedHashMap<>();
        form.put(OAuth2Constants.GRANT_TYPE, grantType);
        form.putAll(proof);
        try (VaultStringSecret secret = session.vault().getStringSecret(app.clientSecret())) {
            ObjectNode answer = upstream.post(operation, app.tokenUrl(), form, credentials(secret));
            return TokenResponse.read(operation, answer);
        }
    }

    private static boolean isInHeader(String authentication) throws UpstreamFailure.Misconfigured {
        return switch (authentication) {
            case OIDCLoginProtocol.CLIENT_SECRET_BASIC -> true;
            case OIDCLoginProtocol.CLIENT_SECRET_POST -> false;
            default ->
                throw new UpstreamFailure.Misconfigured(
                        "The client authentication must be client_secret_post or client_secret_basic");
        };
    }

    private UpstreamClient.ClientCredentials credentials(VaultStringSecret secret)
            throws UpstreamFailure.Misconfigured {
        return new UpstreamClient.ClientCredentials(
                app.clientId(), secret.get().orElse(app.clientSecret()), isInHeader(app.authentication()));
    }

    /**
     * A token endpoint response, read leniently: ClassLink sends neither {@code expires_in} nor {@code refresh_token}
     * (docs/internals/classlink-protocol.md#token-response), but the server of the integration guide sends both.
     *
     * @param accessToken never blank
     * @param refreshToken if one was issued
     * @param idToken the compact JWS, if one was issued
     * @param expiresIn lifetime of the access token, if present and positive
     * @param members names of all members of the response
     */
    public record TokenResponse(
            String accessToken,
            Optional<String> refreshToken,
            Optional<String> idToken,
            Optional<Duration> expiresIn,
            List<String> members) {

        /** Creates a response without member names. */
        public TokenResponse(
                String accessToken,
                Optional<String> refreshToken,
                Optional<String> idToken,
                Optional<Duration> expiresIn) {
            this(accessToken, refreshToken, idToken, expiresIn, List.of());
        }

        /**
         * Parses a response.
         *
         * @param operation the operation of the request
         * @throws UpstreamFailure.Malformed if it has no access token
         */
        public static TokenResponse read(Operation operation, ObjectNode document) throws UpstreamFailure.Malformed {
            String accessToken = text(document, "access_token")
                    .orElseThrow(() -> new UpstreamFailure.Malformed(operation, "returned no access_token"));
            return new TokenResponse(
                    accessToken,
                    text(document, "refresh_token"),
                    text(document, "id_token"),
                    seconds(document.path("expires_in")),
                    document.properties().stream().map(Map.Entry::getKey).toList());
        }

        private static Optional<String> text(ObjectNode document, String member) {
            return Optional.ofNullable(document.path(member).textValue()).filter(value -> !value.isBlank());
        }

        /** Reads a number or, as some servers send it, a number in quotes. Other values count as absent. */
        private static Optional<Duration> seconds(JsonNode node) {
            String digits = node.isIntegralNumber() || node.isTextual() ? node.asText() : "";
            return digits.matches("[1-9][0-9]{0,8}")
                    ? Optional.of(Duration.ofSeconds(Long.parseLong(digits)))
                    : Optional.empty();
        }

        /** Omits the tokens. */
        @Override
        public String toString() {
            return "TokenResponse[…]";
        }
    }
}
