package io.github.k12sso.classlink.vault;

import java.time.Duration;

/** The stored token is over and ClassLink cannot renew it now. It is kept; the same request may succeed later. */
public final class TokenUnavailable extends TokenFailure {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    TokenUnavailable(Duration retryAfter) {
        super("the stored ClassLink token is expired and ClassLink cannot renew it now");
        this.retryAfter = retryAfter;
    }

    /** When to come again; at least a second. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
