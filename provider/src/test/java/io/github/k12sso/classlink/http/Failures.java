package io.github.k12sso.classlink.http;

import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamFailure.OAuthError;
import java.time.Duration;

/** The failures of a call, for tests of what others make of them. */
public final class Failures {

    private Failures() {}

    /** A status of 4xx with an error code. */
    public static UpstreamFailure refused(Operation operation, int status, OAuthError error) {
        return new UpstreamFailure.Refused(operation, status, error);
    }

    /** A status of 503. */
    public static UpstreamFailure unavailable(Operation operation) {
        return new UpstreamFailure.Unavailable(operation.label() + " returned status 503", 503, Duration.ofSeconds(7));
    }

    /** An address on a host that may not be called. */
    public static UpstreamFailure hostNotAllowed() {
        return new UpstreamFailure.HostNotAllowed("must start with https://");
    }
}
