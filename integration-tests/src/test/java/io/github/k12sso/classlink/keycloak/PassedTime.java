package io.github.k12sso.classlink.keycloak;

import java.time.Duration;

/** Lets time pass for what the provider keeps in memory; in the provider's own package, of whose clock nobody else knows. */
public final class PassedTime {

    private PassedTime() {}

    public static void of(Duration passed) {
        Clocks.advance(passed);
    }
}
