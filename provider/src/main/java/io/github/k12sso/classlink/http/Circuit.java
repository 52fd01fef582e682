package io.github.k12sso.classlink.http;

import io.github.k12sso.classlink.http.Bulkheads.Group;
import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamFailure.Unavailable.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jboss.logging.Logger;

/** Whether an address answers: after {@link #MAX_TIMEOUTS} time-outs in a row calls fail fast, but for one now and then. */
final class Circuit {

    private static final Logger LOG = Logger.getLogger(Circuit.class);
    /** Time-outs in a row after which calls to an address fail fast. */
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
     * Before a call.
     *
     * @return when it begins, by the clock of {@link #timedOut}
     * @throws UpstreamFailure.Unavailable of the kind {@code FAILING_FAST}, if it is not to be made
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

    /** ClassLink, or its network, answered a call at once or in time. */
    synchronized void answered() {
        if (timeouts >= MAX_TIMEOUTS) {
            LOG.infof("ClassLink answers again. operation=%s, host=%s", operation.label(), host);
        }
        timeouts = 0;
        lastAnswer = clock.instant();
    }

    /** A call that began before the last answer says nothing about what came after it. */
    synchronized void timedOut(Instant begun) {
        if (begun.isBefore(lastAnswer)) {
            return;
        }
        timeouts++;
        if (timeouts == MAX_TIMEOUTS) {
            nextTry = clock.instant().plus(Bulkheads.TRY_EVERY);
            LOG.warnf(
                    "ClassLink does not answer: after %d time-outs in a row calls fail fast, one every %d s is made. "
                            + "operation=%s, host=%s",
                    MAX_TIMEOUTS, Bulkheads.TRY_EVERY.toSeconds(), operation.label(), host);
        }
    }
}
