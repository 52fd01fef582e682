package io.github.k12sso.classlink.keycloak;

import java.time.Instant;
import java.time.InstantSource;

/**
 * For how long something is kept in memory: it goes on when somebody sets the machine's clock, which would otherwise make a
 * minute last as long as the correction. Its instants mean nothing to another clock.
 */
public final class SteadyClock implements InstantSource {

    private final Instant beginning = Instant.now();
    private final long zero = System.nanoTime();

    @Override
    public Instant instant() {
        return beginning.plusNanos(System.nanoTime() - zero);
    }
}
