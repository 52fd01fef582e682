package io.github.k12sso.classlink.diagnostics;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One part of the connection check. */
interface Check {

    /** Returns the name of this part, for a finding about the check itself. */
    String theme();

    /**
     * Runs the check. Reports at least one finding, or none if the check does not apply.
     *
     * @throws OutOfTime if the time for all checks is exceeded
     */
    void run(Findings findings);

    /** The severity of a finding. */
    enum Status {
        OK,
        /** Works only for some users or in some situations, or cannot be verified. */
        WARNING,
        /** Does not work. */
        FAILED;

        /** Returns the value in the response. */
        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One finding. The detail and the fix contain no secrets, tokens or personal data.
     *
     * @param name a constant for scripts; several findings can have the same name
     * @param detail the observation
     * @param fix what to do; empty for none
     */
    record Finding(String name, Status status, String detail, String fix) {}

    /** Collects the findings and tracks the remaining time. */
    final class Findings {

        /** Maximum time for one call. */
        static final Duration CALL = Duration.ofSeconds(5);

        private final List<Finding> found = new ArrayList<>();
        private final InstantSource clock;
        private final Instant end;

        Findings(InstantSource clock, Duration total) {
            this.clock = clock;
            this.end = clock.instant().plus(total);
        }

        void ok(String name, String detail) {
            found.add(new Finding(name, Status.OK, detail, ""));
        }

        void warning(String name, String detail, String fix) {
            found.add(new Finding(name, Status.WARNING, detail, fix));
        }

        void failed(String name, String detail, String fix) {
            found.add(new Finding(name, Status.FAILED, detail, fix));
        }

        /** Returns the timeout for the next call, at most {@link #CALL}. */
        Duration timeForACall() {
            Duration left = Duration.between(clock.instant(), end);
            if (left.compareTo(Duration.ofMillis(1)) < 0) {
                throw new OutOfTime();
            }
            return left.compareTo(CALL) < 0 ? left : CALL;
        }

        List<Finding> all() {
            return List.copyOf(found);
        }
    }

    /** The time for all checks is exceeded. */
    final class OutOfTime extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
