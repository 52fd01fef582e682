package io.github.k12sso.classlink.http;

/** How a call to ClassLink ended, for {@link Measurement#UPSTREAM_CALLS}. */
enum Outcome {
    /** The status that was hoped for. What is in the body shows later. */
    ANSWERED,
    /** 4xx but 429. */
    REFUSED,
    /** No connection, no answer in time, 429 or 5xx. */
    UNAVAILABLE,
    /** Too large, or an unexpected status. */
    MALFORMED;

    static Outcome of(UpstreamFailure failure) {
        // Not a switch over types: that is Java 21, and this runs on 17.
        if (failure instanceof UpstreamRefused) {
            return REFUSED;
        }
        return failure instanceof UpstreamUnavailable ? UNAVAILABLE : MALFORMED;
    }
}
