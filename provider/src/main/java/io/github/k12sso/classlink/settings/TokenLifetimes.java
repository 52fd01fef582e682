package io.github.k12sso.classlink.settings;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * How long tokens live.
 *
 * @param unstated of an access token whose answer has no {@code expires_in}
 * @param minValidity an access token with less left than this is refreshed, if there is a refresh token
 */
public record TokenLifetimes(Duration unstated, Duration minValidity) {

    /** For a token that ClassLink rejects, whatever its expiry. */
    public TokenLifetimes always() {
        return new TokenLifetimes(unstated, ChronoUnit.FOREVER.getDuration());
    }

    /** Whether a token with this much time left is to be refreshed. */
    public boolean isDue(Duration remaining) {
        return remaining.compareTo(minValidity) < 0;
    }
}
