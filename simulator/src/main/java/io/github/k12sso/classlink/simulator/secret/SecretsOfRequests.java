package io.github.k12sso.classlink.simulator.secret;

import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.ServerRequest;
import java.util.Map;
import java.util.Optional;

/** Finds the secrets in requests: form parameters and the Authorization header. */
public final class SecretsOfRequests {
    private static final Map<String, Secret.SecretType> PARAMETERS = Map.of(
            "code", Secret.SecretType.CODE,
            "code_verifier", Secret.SecretType.PKCE_VERIFIER,
            "refresh_token", Secret.SecretType.REFRESH_TOKEN,
            "client_secret", Secret.SecretType.CLIENT_SECRET);
    private static final String BASIC = "Basic ";

    private final Secrets secrets;

    public SecretsOfRequests(Secrets secrets) {
        this.secrets = secrets;
    }

    public void tell(Endpoint endpoint, ServerRequest request) {
        PARAMETERS.forEach((name, kind) ->
                request.parameter(name).ifPresent(text -> secrets.tell(kind, text, request.parameter("redirect_uri"))));
        request.bearer().ifPresent(text -> secrets.tell(bearerOf(endpoint), text, Optional.empty()));
        request.header("Authorization")
                .filter(value -> value.regionMatches(true, 0, BASIC, 0, BASIC.length()))
                .ifPresent(value -> secrets.tell(
                        Secret.SecretType.CLIENT_SECRET,
                        value.substring(BASIC.length()).trim(),
                        Optional.empty()));
    }

    private static Secret.SecretType bearerOf(Endpoint endpoint) {
        return switch (endpoint) {
            case APPLICATIONS -> Secret.SecretType.PARTNER_KEY;
            case ROSTER -> Secret.SecretType.DISTRICT_BEARER;
            default -> Secret.SecretType.ACCESS_TOKEN;
        };
    }
}
