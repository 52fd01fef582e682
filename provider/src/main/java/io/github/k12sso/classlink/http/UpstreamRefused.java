package io.github.k12sso.classlink.http;

/** ClassLink answered, and the answer is no: a status of 4xx other than 429. */
public final class UpstreamRefused extends UpstreamFailure {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final OAuthError error;

    UpstreamRefused(Operation operation, int status, OAuthError error) {
        super(operation.label() + " answered status " + status + ", error " + error.code());
        this.status = status;
        this.error = error;
    }

    /** The HTTP status, 400 to 499. */
    public int status() {
        return status;
    }

    /** The {@code error} member of the body; {@link OAuthError#UNKNOWN} if there is none that RFC 6749 knows. */
    public OAuthError error() {
        return error;
    }
}
