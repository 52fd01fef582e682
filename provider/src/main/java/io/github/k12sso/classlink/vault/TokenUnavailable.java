package io.github.k12sso.classlink.vault;

import java.time.Duration;
import java.util.Optional;

/** No valid ClassLink token can be given for a user. */
public final class TokenUnavailable extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** The user has no link to the provider, or nothing was stored at their last login. */
        NOT_LINKED("no ClassLink token is stored for this user"),
        /** The token is expired and cannot be refreshed: the user has to log in with ClassLink again. */
        EXPIRED("the stored ClassLink token is expired"),
        /** The token is expired and ClassLink cannot refresh it now. It is kept; a later request may succeed. */
        REFRESH_FAILED("the stored ClassLink token is expired and ClassLink cannot renew it now"),
        /** The provider's setting {@code allowedTenants} no longer has the user's district. */
        DISTRICT_NOT_ALLOWED("the user's district is not one of the provider's allowed districts"),
        /** The key of the stored token cannot be read now: an entry of Keycloak's vault is missing. The token is kept. */
        KEYS_UNAVAILABLE("the key of the stored ClassLink token cannot be read now");

        private final String message;

        Reason(String message) {
            this.message = message;
        }
    }

    /** Somebody has to repair Keycloak's vault first; trying more often is no use. */
    private static final Duration RETRY_KEYS_AFTER = Duration.ofSeconds(30);

    private final Reason reason;
    private final Duration retryAfter;

    public TokenUnavailable(Reason reason) {
        this(reason, null);
    }

    /**
     * A failure that a later request may not meet.
     *
     * @param retryAfter when to try again, at least a second; null if a later request fails, too
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
