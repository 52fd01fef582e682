package io.github.k12sso.classlink.simulator.oauth;

import io.github.k12sso.classlink.simulator.fault.ErrorBodies;
import io.github.k12sso.classlink.simulator.http.ServerRequest;
import io.github.k12sso.classlink.simulator.http.ServerResponse;
import io.github.k12sso.classlink.simulator.runtime.Switches;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;

/**
 * Authenticates clients of the token endpoint: secret in the body, in the query string, as Basic, or several of these
 * (docs/internals/classlink-protocol.md#token-request).
 */
final class ClientAuthentication {
    /** Either the client or the error response. */
    record ClientCheck(Optional<RegisteredClient> client, Optional<ServerResponse> refusal) {}

    private record Credentials(String id, String secret) {}

    private final Clients clients;
    private final Switches switches;

    ClientAuthentication(Clients clients, Switches switches) {
        this.clients = clients;
        this.switches = switches;
    }

    ClientCheck authenticate(ServerRequest request) {
        Optional<Credentials> credentials = basic(request).or(() -> posted(request));
        if (credentials.isEmpty()) {
            return refuse(401, "invalid_client", "client authentication is missing");
        }
        Optional<RegisteredClient> client = clients.find(credentials.get().id());
        if (client.isEmpty()) {
            return switches.isGuide()
                    ? refuse(401, "invalid_client", "unknown client")
                    : refuse(400, "invalid_request", "invalid clientId");
        }
        if (!same(client.get().secret(), credentials.get().secret())) {
            String error = switches.isGuide() ? "invalid_client" : "unauthorized_client";
            return refuse(401, error, "wrong client secret");
        }
        return new ClientCheck(client, Optional.empty());
    }

    private static Optional<Credentials> posted(ServerRequest request) {
        return request.parameter("client_id")
                .flatMap(id -> request.parameter("client_secret").map(secret -> new Credentials(id, secret)));
    }

    private static Optional<Credentials> basic(ServerRequest request) {
        return request.header("Authorization")
                .filter(value -> value.regionMatches(true, 0, "Basic ", 0, 6))
                .flatMap(value -> decode(value.substring(6).trim()))
                .filter(pair -> pair.indexOf(':') > 0)
                .map(pair -> new Credentials(
                        formDecoded(pair.substring(0, pair.indexOf(':'))),
                        formDecoded(pair.substring(pair.indexOf(':') + 1))));
    }

    private static Optional<String> decode(String base64) {
        try {
            return Optional.of(new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private static String formDecoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException sentUnencoded) {
            return text;
        }
    }

    private static boolean same(String expected, String given) {
        return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }

    private static ClientCheck refuse(int status, String error, String description) {
        ServerResponse response = ErrorBodies.oauth(status, error, description);
        return new ClientCheck(
                Optional.empty(),
                Optional.of(
                        status == 401 ? response.header("WWW-Authenticate", "Basic realm=\"classlink\"") : response));
    }
}
