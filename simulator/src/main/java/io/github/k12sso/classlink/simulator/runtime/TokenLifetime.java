package io.github.k12sso.classlink.simulator.runtime;

import java.time.DateTimeException;
import java.time.Duration;

/** Lifetime of a token: whole seconds, from one second to ten years. */
final class TokenLifetime {
    private static final Duration MIN = Duration.ofSeconds(1);
    private static final Duration MAX = Duration.ofDays(3650);
    private static final int MAX_DIGITS = 9;

    private TokenLifetime() {}

    /** Parses {@code 90} or {@code PT90S}. */
    static Duration parse(String text) {
        if (text.matches("[0-9]{1," + MAX_DIGITS + "}")) {
            return checked(Duration.ofSeconds(Integer.parseInt(text)));
        }
        try {
            return checked(Duration.parse(text));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("not a number of seconds, nor a duration such as PT5M", e);
        }
    }

    static Duration checked(Duration lifetime) {
        if (lifetime.compareTo(MIN) < 0 || lifetime.compareTo(MAX) > 0 || lifetime.toNanosPart() != 0) {
            throw new IllegalArgumentException("not whole seconds from " + MIN.toSeconds() + " to " + MAX.toSeconds());
        }
        return lifetime;
    }
}
