package io.github.k12sso.classlink.oneroster.client;

import java.time.Duration;
import java.util.Optional;

/** A roster request that got no rows. */
public final class RosterFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final Duration retryAfter;

    public RosterFailure(Reason reason, String message) {
        this(reason, message, null, null);
    }

    RosterFailure(Reason reason, Exception cause) {
        this(reason, cause.getMessage(), null, cause);
    }

    /**
     * A failure that coming again may end.
     *
     * @param message of constants, host names and status codes, for the app's developer and the log
     * @param retryAfter when to come again; null, not said
     */
    public RosterFailure(Reason reason, String message, Duration retryAfter, Exception cause) {
        super(message, cause);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    public Reason reason() {
        return reason;
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * Why a roster request got no rows. The word in small letters stands in the event, the metric and the log line; what each is
     * in HTTP is said once, in the package above.
     */
    public enum Reason {
        // what the app sent
        ROSTER_OFF,
        REALM_DISABLED,
        HTTPS_REQUIRED,
        TOKEN_INVALID,
        SCOPE_MISSING,
        IMPERSONATED,
        UNKNOWN_PATH,
        INVALID_QUERY,
        REFUSED,
        DISTRICT_MISSING,
        OTHER_DISTRICT,
        // how much it sent
        RATE_LIMITED,
        BUSY,
        // the person's link
        NOT_LINKED,
        CLASSLINK_TOKEN_EXPIRED,
        CLASSLINK_TOKEN_UNAVAILABLE,
        // the district
        DISTRICT_UNKNOWN,
        DISTRICT_DISABLED,
        DISTRICT_WITHDREW,
        // the roster service
        UNKNOWN_OBJECT,
        SOURCE_REFUSED_QUERY,
        SOURCE_REFUSED,
        SOURCE_LACKS,
        SOURCE_UNAVAILABLE,
        SOURCE_BUSY,
        SOURCE_TOO_SLOW,
        SOURCE_BROKEN,
        SOURCE_CHANGED,
        // this server
        CONFIGURATION,
        UNEXPECTED
    }
}
