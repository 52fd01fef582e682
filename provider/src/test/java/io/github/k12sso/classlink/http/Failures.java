package io.github.k12sso.classlink.http;

import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamFailure.OAuthError;
import java.time.Duration;

/** Creates failures of calls, for tests of the code that handles them. */
public final class Failures {

    private Failures() {}

    /** A response with status 4xx and an error code. */
    public static UpstreamFailure refused(Operation operation, int status, OAuthError error) {
        return new UpstreamFailure.Refused(operation, status, error);
    }

    /** A response with status 503. */
    public static UpstreamFailure unavailable(Operation operation) {
        return new UpstreamFailure.Unavailable(operation.label() + " returned status 503", 503, Duration.ofSeconds(7));
    }

    /** A URL on a host that is not allowed. */
    public static UpstreamFailure hostNotAllowed() {
        return new UpstreamFailure.HostNotAllowed("must start with https://");
    }
}
