package io.github.k12sso.classlink.simulator.oauth;

import io.github.k12sso.classlink.simulator.http.ServerRequest;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The parameters of an authorization request and their validation
 * (docs/internals/classlink-protocol.md#authorization-request).
 */
final class AuthorizationRequest {
    private static final Pattern SCOPE = Pattern.compile("scope(\\[[0-9]*])?");

    private final ServerRequest request;

    AuthorizationRequest(ServerRequest request) {
        this.request = request;
    }

    Optional<String> clientId() {
        return request.parameter("client_id");
    }

    Optional<String> redirectUri() {
        return request.parameter("redirect_uri");
    }

    boolean asksForCode() {
        return request.parameter("response_type").filter("code"::equals).isPresent();
    }

    /** Of all parameters {@code scope}, {@code scope[]} and {@code scope[0]}: some OAuth libraries send lists in this form. */
    Optional<Set<String>> scopes() {
        return Scopes.parse(String.join(" ", request.values(SCOPE.asMatchPredicate())));
    }

    Optional<String> state() {
        return request.parameter("state");
    }

    Optional<String> nonce() {
        return request.parameter("nonce");
    }

    Optional<Grant.Challenge> challenge() {
        return request.parameter("code_challenge")
                .map(value -> new Grant.Challenge(
                        value, request.parameter("code_challenge_method").orElse("plain")));
    }
}
