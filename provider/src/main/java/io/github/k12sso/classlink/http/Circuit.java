package io.github.k12sso.classlink.http;

import io.github.k12sso.classlink.http.Bulkheads.Group;
import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamFailure.Unavailable.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jboss.logging.Logger;

/**
 * A circuit breaker for one address: after {@link #MAX_TIMEOUTS} consecutive timeouts, calls fail fast except for
 * periodic trial calls.
 */
final class Circuit {

    private static final Logger LOG = Logger.getLogger(Circuit.class);
    /** Consecutive timeouts after which calls to an address fail fast. */
    static final int MAX_TIMEOUTS = 5;

    private final InstantSource clock;
    private final Operation operation;
    private final String host;
    private int timeouts;
    private Instant lastAnswer = Instant.MIN;
    private Instant nextTry = Instant.MIN;

    Circuit(InstantSource clock, Operation operation, String host) {
        this.clock = clock;
        this.operation = operation;
        this.host = host;
    }

    /**
     * Checks whether a call is allowed.
     *
     * @return its start time, for {@link #timedOut}
     * @throws UpstreamFailure.Unavailable of the kind {@code FAILING_FAST}, if the call is not allowed
     */
    synchronized Instant begin(Group group) throws UpstreamFailure.Unavailable {
        Instant now = clock.instant();
        if (timeouts >= MAX_TIMEOUTS) {
            if (now.isBefore(nextTry)) {
                throw Bulkheads.rejected(
                        group,
                        Kind.FAILING_FAST,
                        operation.label() + " was not called: its last calls timed out",
                        Duration.between(now, nextTry));
            }
            nextTry = now.plus(Bulkheads.TRY_EVERY);
        }
        return now;
    }

    /** Records that a call got a response or failed without a timeout. */
    synchronized void answered() {
        if (timeouts >= MAX_TIMEOUTS) {
            LOG.infof("ClassLink responds again. operation=%s, host=%s", operation.label(), host);
        }
        timeouts = 0;
        lastAnswer = clock.instant();
    }

    /** Records a timeout. A call that started before the last response is ignored. */
    synchronized void timedOut(Instant begun) {
        if (begun.isBefore(lastAnswer)) {
            return;
        }
        timeouts++;
        if (timeouts == MAX_TIMEOUTS) {
            nextTry = clock.instant().plus(Bulkheads.TRY_EVERY);
            LOG.warnf(
                    "ClassLink does not respond: after %d consecutive timeouts calls fail fast, except one "
                            + "every %d s. "
                            + "operation=%s, host=%s",
                    MAX_TIMEOUTS, Bulkheads.TRY_EVERY.toSeconds(), operation.label(), host);
        }
    }
}
