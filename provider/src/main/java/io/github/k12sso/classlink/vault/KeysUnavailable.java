package io.github.k12sso.classlink.vault;

import java.time.Duration;

/** The key of the stored token cannot be read now: Keycloak's vault is incomplete. The token is kept. */
public final class KeysUnavailable extends TokenFailure {

    private static final long serialVersionUID = 1L;

    /** Somebody has to mend the vault; more often is no use. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

    KeysUnavailable() {
        super("the key of the stored ClassLink token cannot be read now");
    }

    /** When to come again. */
    public Duration retryAfter() {
        return RETRY_AFTER;
    }
}
