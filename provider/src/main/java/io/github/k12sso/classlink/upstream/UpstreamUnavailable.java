package io.github.k12sso.classlink.upstream;

import java.time.Duration;
import java.util.Optional;

/** ClassLink could not be reached, did not answer in time, or said that it cannot answer now (429, 5xx). Passing. */
public final class UpstreamUnavailable extends UpstreamFailure {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    UpstreamUnavailable(String message, Throwable cause) {
        super(message, cause);
        this.retryAfter = null;
    }

    UpstreamUnavailable(String message, Duration retryAfter) {
        super(message);
        this.retryAfter = retryAfter;
    }

    /** How long ClassLink asked to wait ({@code Retry-After} in seconds), if it did. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
