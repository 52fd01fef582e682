package io.github.k12sso.classlink.exchange;

import io.github.k12sso.classlink.vault.TokenUnavailable;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Optional;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;

/** Ends an exchange. Carries nothing but the reason. */
final class ExchangeRefused extends Exception {

    private static final long serialVersionUID = 1L;

    private final ExchangeError error;
    private final Duration retryAfter;

    ExchangeRefused(ExchangeError error) {
        super(error.description());
        this.error = error;
        this.retryAfter = null;
    }

    ExchangeRefused(TokenUnavailable failure) {
        super(failure.getMessage(), failure);
        this.error = ExchangeError.of(failure.reason());
        this.retryAfter = failure.retryAfter().orElse(null);
    }

    ExchangeError error() {
        return error;
    }

    /** The answer as RFC 6749 section 5.2 has it, with {@code Retry-After} in whole seconds, never 0, if a later request may succeed. */
    Response.ResponseBuilder answer() {
        Response.ResponseBuilder answer = Response.status(error.status())
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(new OAuth2ErrorRepresentation(error.error(), error.description()));
        Optional.ofNullable(retryAfter)
                .ifPresent(wait -> answer.header(HttpHeaders.RETRY_AFTER, Math.max(1, wait.toSeconds())));
        return answer;
    }
}
