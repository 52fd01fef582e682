package io.github.k12sso.classlink.keycloak;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.keycloak.common.util.Time;

/** The clocks of a server. */
public final class Clocks {

    private static final AtomicLong AHEAD_NANOS = new AtomicLong();

    private Clocks() {}

    /** Keycloak's clock, which its own tests and tools can move. */
    public static InstantSource keycloak() {
        return () -> Instant.ofEpochMilli(Time.currentTimeMillis());
    }

    /**
     * A new clock for how long something stays in memory: it goes on when somebody sets the machine's clock, which would
     * otherwise make a minute last as long as the correction. Its instants mean nothing to another clock.
     */
    public static InstantSource steady() {
        Instant beginning = Instant.now();
        long zero = System.nanoTime();
        return () -> beginning.plusNanos(System.nanoTime() - zero + AHEAD_NANOS.get());
    }

    /** Moves every steady clock of this server forward. The jar that moves a tested server's clocks calls it, and nothing else. */
    static void advance(Duration by) {
        AHEAD_NANOS.addAndGet(by.toNanos());
    }
}
