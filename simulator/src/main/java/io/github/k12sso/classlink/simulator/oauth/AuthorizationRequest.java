package io.github.k12sso.classlink.simulator.oauth;

import io.github.k12sso.classlink.simulator.http.Exchange;
import java.util.Optional;
import java.util.Set;

/**
 * The parameters of an authorization request, and the questions asked about them
 * (docs/internals/classlink-protocol.md#authorization-request).
 */
final class AuthorizationRequest {
    private final Exchange exchange;

    AuthorizationRequest(Exchange exchange) {
        this.exchange = exchange;
    }

    Optional<String> clientId() {
        return exchange.parameter("client_id");
    }

    Optional<String> redirectUri() {
        return exchange.parameter("redirect_uri");
    }

    boolean asksForCode() {
        return exchange.parameter("response_type").filter("code"::equals).isPresent();
    }

    Optional<Set<String>> scopes() {
        return exchange.parameter("scope").flatMap(Scopes::parse);
    }

    Optional<String> state() {
        return exchange.parameter("state");
    }

    Optional<String> nonce() {
        return exchange.parameter("nonce");
    }

    Optional<Grant.Challenge> challenge() {
        return exchange.parameter("code_challenge")
                .map(value -> new Grant.Challenge(
                        value, exchange.parameter("code_challenge_method").orElse("plain")));
    }
}
