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

    /** Returns Keycloak's clock, which Keycloak's tests and tools can move. */
    public static InstantSource keycloak() {
        return () -> Instant.ofEpochMilli(Time.currentTimeMillis());
    }

    /**
     * Returns a new monotonic clock for expiry in memory, which is not affected by changes of the system clock. Do not
     * compare its instants with those of another clock.
     */
    public static InstantSource steady() {
        Instant beginning = Instant.now();
        long zero = System.nanoTime();
        return () -> beginning.plusNanos(System.nanoTime() - zero + AHEAD_NANOS.get());
    }

    /** Moves every steady clock of this server forward. For tests only. */
    static void advance(Duration by) {
        AHEAD_NANOS.addAndGet(by.toNanos());
    }
}
