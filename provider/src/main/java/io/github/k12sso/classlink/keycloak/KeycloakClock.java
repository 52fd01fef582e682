package io.github.k12sso.classlink.keycloak;

import java.time.Instant;
import java.time.InstantSource;
import org.keycloak.common.util.Time;

/** Keycloak's clock, which its own tests and tools can move. */
public final class KeycloakClock implements InstantSource {

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(Time.currentTimeMillis());
    }
}
