package io.github.k12sso.classlink.keycloak;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * For how long something is kept in memory: it goes on when somebody sets the machine's clock, which would otherwise make a
 * minute last as long as the correction. Its instants mean nothing to another clock.
 */
public final class SteadyClock implements InstantSource {

    private static final AtomicLong AHEAD_NANOS = new AtomicLong();

    private final Instant beginning = Instant.now();
    private final long zero = System.nanoTime();

    @Override
    public Instant instant() {
        return beginning.plusNanos(System.nanoTime() - zero + AHEAD_NANOS.get());
    }

    /** Moves every steady clock of this server forward. The jar that moves a tested server's clocks calls it, and nothing else. */
    static void advance(Duration by) {
        AHEAD_NANOS.addAndGet(by.toNanos());
    }
}
