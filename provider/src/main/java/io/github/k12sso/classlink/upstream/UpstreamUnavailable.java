package io.github.k12sso.classlink.upstream;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** ClassLink could not be reached, did not answer in time, or said that it cannot answer now (429, 5xx). Passing. */
public final class UpstreamUnavailable extends UpstreamFailure {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;
    private final boolean answerLost;

    /**
     * No answer came.
     *
     * @param sent the request may have left, so that nobody knows whether ClassLink acted on it
     */
    UpstreamUnavailable(String message, IOException cause, boolean sent) {
        super(message, cause);
        this.retryAfter = null;
        this.answerLost = sent;
    }

    UpstreamUnavailable(String message, Duration retryAfter) {
        super(message);
        this.retryAfter = retryAfter;
        this.answerLost = false;
    }

    /** How long ClassLink asked to wait ({@code Retry-After} in seconds), if it did. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Whether ClassLink may have done what it was asked to do, and only its answer is missing. */
    public boolean answerLost() {
        return answerLost;
    }
}
