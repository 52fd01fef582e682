package io.github.k12sso.classlink.oneroster.client;

import java.time.Duration;
import java.util.Optional;

/** A roster request that got no rows. */
public final class RosterFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final RosterProblem problem;
    private final Duration retryAfter;

    public RosterFailure(RosterProblem problem, String message) {
        this(problem, message, null, null);
    }

    RosterFailure(RosterProblem problem, Exception cause) {
        this(problem, cause.getMessage(), null, cause);
    }

    /**
     * A failure that coming again may end.
     *
     * @param message of constants, host names and status codes, for the app's developer and the log
     * @param retryAfter when to come again; null, not said
     */
    public RosterFailure(RosterProblem problem, String message, Duration retryAfter, Exception cause) {
        super(message, cause);
        this.problem = problem;
        this.retryAfter = retryAfter;
    }

    public RosterProblem problem() {
        return problem;
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
