package io.github.k12sso.classlink.vault;

import java.time.Duration;

/** How an attempt to renew a person's tokens ended. */
sealed interface RefreshOutcome {

    /** For {@link io.github.k12sso.classlink.http.Measurement#REFRESHES}. */
    Kind kind();

    /** One for each type. */
    enum Kind {
        REFRESHED,
        STILL_VALID,
        GRANT_REVOKED,
        UNREACHABLE,
        AMBIGUOUS,
        GONE
    }

    /** ClassLink issued new tokens, and they are committed. */
    record Refreshed(TokenSet tokens) implements RefreshOutcome {
        @Override
        public Kind kind() {
            return Kind.REFRESHED;
        }
    }

    /** Somebody else had renewed them, or the person had logged in again. */
    record StillValid(TokenSet tokens) implements RefreshOutcome {
        @Override
        public Kind kind() {
            return Kind.STILL_VALID;
        }
    }

    /** ClassLink said {@code invalid_grant}: the tokens are forgotten, the link stays. */
    record GrantRevoked() implements RefreshOutcome {
        @Override
        public Kind kind() {
            return Kind.GRANT_REVOKED;
        }
    }

    /** ClassLink did not do it, and said so or was not reached. Everything is kept. */
    record Unreachable(Duration retryAfter) implements RefreshOutcome {
        @Override
        public Kind kind() {
            return Kind.UNREACHABLE;
        }
    }

    /**
     * The request left and no usable answer came. Everything is kept, for want of anything better: a server without rotation
     * will take the same refresh token again; one that rotates has spent it, if it got that far, and answers the next attempt
     * with {@code invalid_grant}, whereupon the person logs in again. Nobody on this side can tell the two apart.
     */
    record Ambiguous(Duration retryAfter) implements RefreshOutcome {
        @Override
        public Kind kind() {
            return Kind.AMBIGUOUS;
        }
    }

    /** The user, the link or its tokens are no longer there. */
    record Gone() implements RefreshOutcome {
        @Override
        public Kind kind() {
            return Kind.GONE;
        }
    }
}
