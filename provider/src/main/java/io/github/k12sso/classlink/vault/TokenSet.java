package io.github.k12sso.classlink.vault;

import io.github.k12sso.classlink.http.TokenEndpointClient.TokenResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The tokens kept for one person.
 *
 * @param accessToken ClassLink's opaque bearer token
 * @param refreshToken if ClassLink issued one
 * @param expiresAt when the access token expires; set at login, because ClassLink's answer may not say
 * @param source how these tokens were obtained, for events and metrics; not stored
 */
public record TokenSet(String accessToken, Optional<String> refreshToken, Instant expiresAt, Source source) {

    /** How tokens were obtained. */
    public enum Source {
        /** As they were stored. */
        STORED,
        /** This request refreshed them at ClassLink. */
        REFRESHED,
        /** Another request, here or on another node, refreshed them, and this one waited for it. */
        COALESCED
    }

    /** A token that expires this soon would be expired when ClassLink gets it, so it counts as expired. */
    static final Duration MARGIN = Duration.ofSeconds(5);

    public TokenSet(String accessToken, Optional<String> refreshToken, Instant expiresAt) {
        this(accessToken, refreshToken, expiresAt, Source.STORED);
    }

    /**
     * The tokens of an answer, with the time when they expire.
     *
     * @param lifetime life of an access token whose answer does not state one
     */
    public static TokenSet issued(TokenResponse response, Instant now, Duration lifetime) {
        return new TokenSet(
                response.accessToken(),
                response.refreshToken(),
                now.plus(response.expiresIn().orElse(lifetime)));
    }

    /** These tokens with another set's refresh token, if they have none: an answer without one leaves the old one valid. */
    public TokenSet orRefreshTokenOf(TokenSet older) {
        return new TokenSet(accessToken, refreshToken.or(older::refreshToken), expiresAt, source);
    }

    /** The same tokens, obtained in another way. */
    public TokenSet from(Source other) {
        return new TokenSet(accessToken, refreshToken, expiresAt, other);
    }

    public boolean isExpired(Instant now) {
        return !now.plus(MARGIN).isBefore(expiresAt);
    }

    /** Whether the access token is valid, or can be refreshed. */
    boolean isUsable(Instant now) {
        return refreshToken.isPresent() || !isExpired(now);
    }

    /** Time left; negative when over. */
    public Duration remaining(Instant now) {
        return Duration.between(now, expiresAt);
    }

    /** Without the tokens. */
    @Override
    public String toString() {
        return "TokenSet[expiresAt=" + expiresAt + "]";
    }
}
