package io.github.k12sso.classlink.keycloak;

import java.time.Duration;

/** Lets time pass for the provider's in-memory state. In the provider's package to access its package-private clock. */
public final class PassedTime {

    private PassedTime() {}

    public static void of(Duration passed) {
        Clocks.advance(passed);
    }
}
