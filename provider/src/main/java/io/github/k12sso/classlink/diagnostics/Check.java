package io.github.k12sso.classlink.diagnostics;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One theme of the connection check. */
interface Check {

    /** Names the theme, for a finding about the check itself. */
    String theme();

    /**
     * Looks, and reports at least one finding, or nothing if the theme does not apply.
     *
     * @throws OutOfTime if the time for all checks together is used up
     */
    void run(Findings findings);

    /** How a finding is to be taken. */
    enum Status {
        OK,
        /** Works for some people or in some situations only, or cannot be told from here. */
        WARNING,
        /** Does not work. */
        FAILED;

        /** As it stands in the answer. */
        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One line of the answer. Neither detail nor fix has a secret, a token or anything about a person.
     *
     * @param name constant, so that a script can look for it; several findings may have one name
     * @param detail what was seen
     * @param fix what to do; empty if nothing
     */
    record Finding(String name, Status status, String detail, String fix) {}

    /** What the checks found so far, and how much time is left. */
    final class Findings {

        /** For one call. */
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

        /** The time that the next call may take: at most {@link #CALL}. */
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

    /** The checks have taken as long as they may. */
    final class OutOfTime extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
