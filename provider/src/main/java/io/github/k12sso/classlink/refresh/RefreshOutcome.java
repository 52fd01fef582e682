package io.github.k12sso.classlink.refresh;

import io.github.k12sso.classlink.vault.TokenSet;
import io.github.k12sso.classlink.vault.TokenSet.Source;
import java.time.Duration;
import java.util.Optional;

/**
 * How an attempt to refresh a user's tokens ended.
 *
 * @param tokens valid ones, if there are any
 * @param retryAfter when to try again, if that may help
 */
record RefreshOutcome(Kind kind, Optional<TokenSet> tokens, Optional<Duration> retryAfter) {

    /** For {@link io.github.k12sso.classlink.http.Measurement#REFRESHES}. */
    enum Kind {
        /** ClassLink issued new tokens, and they are committed. */
        REFRESHED,
        /** Another request had refreshed them, or the user had logged in again. */
        STILL_VALID,
        /** ClassLink said {@code invalid_grant}: the tokens are deleted, the link stays. */
        GRANT_REVOKED,
        /** ClassLink refused for another reason, or was not reached. Everything is kept. */
        UNREACHABLE,
        /**
         * The request was sent and no usable answer came. Everything is kept: a server without rotation takes the same refresh
         * token again; one that rotates may have spent it, and answers the next attempt with {@code invalid_grant}, whereupon
         * the user logs in again. Keycloak cannot tell the two apart.
         */
        AMBIGUOUS,
        /** The user, the link or its tokens no longer exist. */
        GONE
    }

    static RefreshOutcome refreshed(TokenSet tokens) {
        return new RefreshOutcome(Kind.REFRESHED, Optional.of(tokens.from(Source.REFRESHED)), Optional.empty());
    }

    static RefreshOutcome stillValid(TokenSet tokens) {
        return new RefreshOutcome(Kind.STILL_VALID, Optional.of(tokens.from(Source.COALESCED)), Optional.empty());
    }

    static RefreshOutcome grantRevoked() {
        return new RefreshOutcome(Kind.GRANT_REVOKED, Optional.empty(), Optional.empty());
    }

    static RefreshOutcome unreachable(Duration retryAfter) {
        return new RefreshOutcome(Kind.UNREACHABLE, Optional.empty(), Optional.of(retryAfter));
    }

    static RefreshOutcome ambiguous(Duration retryAfter) {
        return new RefreshOutcome(Kind.AMBIGUOUS, Optional.empty(), Optional.of(retryAfter));
    }

    static RefreshOutcome gone() {
        return new RefreshOutcome(Kind.GONE, Optional.empty(), Optional.empty());
    }

    /** The same for a request that waited for the one that refreshed. */
    RefreshOutcome coalesced() {
        return new RefreshOutcome(kind, tokens.map(set -> set.from(Source.COALESCED)), retryAfter);
    }
}
