package io.github.k12sso.classlink.vault;

import java.time.Duration;
import java.util.Optional;

/** No valid ClassLink token is available for a user. */
public final class TokenUnavailable extends Exception {

    private static final long serialVersionUID = 1L;

    /** The reason. */
    public enum Reason {
        /** The user has no link to the provider, or no tokens were stored at the last login. */
        NOT_LINKED("no ClassLink token is stored for this user"),
        /** The token expired and cannot be refreshed: the user must sign in with ClassLink again. */
        EXPIRED("the stored ClassLink token is expired"),
        /** The token expired and the refresh failed. The token is kept, and a later request may succeed. */
        REFRESH_FAILED("the stored ClassLink token expired and could not be refreshed"),
        /** The user's district is no longer in the provider's setting {@code allowedTenants}. */
        DISTRICT_NOT_ALLOWED("the user's district is not one of the provider's allowed districts"),
        /** The encryption key cannot be read because an entry in Keycloak's vault is missing. The token is kept. */
        KEYS_UNAVAILABLE("the key of the stored ClassLink token cannot be read");

        private final String message;

        Reason(String message) {
            this.message = message;
        }
    }

    /** An administrator must correct the vault first, so frequent retries are useless. */
    private static final Duration RETRY_KEYS_AFTER = Duration.ofSeconds(30);

    private final Reason reason;
    private final Duration retryAfter;

    public TokenUnavailable(Reason reason) {
        this(reason, null);
    }

    /**
     * Creates a failure that may be temporary.
     *
     * @param retryAfter when to retry, at least one second; null if a retry is useless
     */
    public TokenUnavailable(Reason reason, Duration retryAfter) {
        super(reason.message);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    static TokenUnavailable withoutKeys() {
        return new TokenUnavailable(Reason.KEYS_UNAVAILABLE, RETRY_KEYS_AFTER);
    }

    public Reason reason() {
        return reason;
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
