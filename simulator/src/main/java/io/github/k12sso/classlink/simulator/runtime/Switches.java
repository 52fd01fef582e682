package io.github.k12sso.classlink.simulator.runtime;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** The values of all {@link Switch}es. Thread-safe. */
public final class Switches {
    private final Map<Switch<?>, Object> turned = new ConcurrentHashMap<>();

    public <T> T get(Switch<T> which) {
        @SuppressWarnings("unchecked") // set stores only values of this type
        T value = (T) turned.getOrDefault(which, which.byDefault());
        return value;
    }

    /**
     * Sets a switch.
     *
     * @throws IllegalArgumentException if it is a lifetime out of bounds
     */
    public <T> void set(Switch<T> which, T value) {
        turned.put(
                which,
                value instanceof Duration lifetime ? TokenLifetime.checked(lifetime) : Objects.requireNonNull(value));
    }

    public Switches copy() {
        Switches copy = new Switches();
        copy.turned.putAll(turned);
        return copy;
    }

    /** Lifetime of access tokens issued now, from one second to ten years. */
    public Duration tokenLifetime() {
        return get(isGuide() ? Switch.GUIDE_TOKEN_LIFETIME : Switch.ACCESS_TOKEN_LIFETIME);
    }

    public boolean isGuide() {
        return get(Switch.TOKEN_MODE) == TokenMode.GUIDE;
    }

    public void stateOnCodes(boolean value) {
        set(Switch.STATE_ON_CODES, value);
    }

    public void refreshTokens(boolean value) {
        set(Switch.REFRESH_TOKENS, value);
    }

    public void refreshRotation(boolean value) {
        set(Switch.REFRESH_ROTATION, value);
    }

    public void refreshIdTokens(boolean value) {
        set(Switch.REFRESH_ID_TOKENS, value);
    }

    public void hostileRoster(HostileRoster value) {
        set(Switch.HOSTILE_ROSTER, value);
    }

    public void accessTokenLifetime(Duration value) {
        set(Switch.ACCESS_TOKEN_LIFETIME, value);
    }

    public void guideTokenLifetime(Duration value) {
        set(Switch.GUIDE_TOKEN_LIFETIME, value);
    }
}
