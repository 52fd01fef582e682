package io.github.k12sso.classlink.http;

import io.github.k12sso.classlink.http.Measurement.Operation;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.apache.http.conn.ConnectTimeoutException;
import org.apache.http.conn.ConnectionPoolTimeoutException;

/**
 * A failed call to ClassLink. Messages contain only constants, host names and status codes, so they are safe to log: no
 * tokens, codes, secrets, bodies or personal data.
 */
public abstract sealed class UpstreamFailure extends Exception {

    private static final long serialVersionUID = 1L;
    private static final int NANOS_PER_SECOND = 1_000_000_000;

    UpstreamFailure(String message) {
        super(message);
    }

    UpstreamFailure(String message, Throwable cause) {
        super(message, cause);
    }

    /** Returns a duration as a {@code Retry-After} value: seconds, rounded up, at least 1. */
    public static long retryAfterSeconds(Duration wait) {
        return Math.max(1, wait.plusNanos(NANOS_PER_SECOND - 1).toSeconds());
    }

    /** ClassLink could not be reached, timed out, or returned 429 or 5xx. Usually temporary. */
    public static final class Unavailable extends UpstreamFailure {

        private static final long serialVersionUID = 1L;

        /** The kind of failure. */
        public enum Kind {
            /** No connection, or the connection broke before a response. */
            NOT_REACHED,
            /** No response before the timeout. */
            TOO_SLOW,
            /** The response was incomplete. */
            BROKEN_OFF,
            /** 429 or 5xx. */
            SAID_SO,
            /** Not called: too many requests on this server are waiting for ClassLink. */
            NO_PLACE,
            /** Not called: recent calls timed out. */
            FAILING_FAST
        }

        private final Kind kind;
        private final int status;
        private final Duration retryAfter;
        private final boolean answerLost;

        /**
         * No response was received.
         *
         * @param sent whether the request may have been sent, so ClassLink may have processed it
         */
        Unavailable(Kind kind, String message, IOException cause, boolean sent) {
            super(message, cause);
            this.kind = kind;
            this.status = 0;
            this.retryAfter = null;
            this.answerLost = sent;
        }

        Unavailable(String message, int status, Duration retryAfter) {
            this(Kind.SAID_SO, message, status, retryAfter);
        }

        /** ClassLink was not called. */
        Unavailable(Kind kind, String message, Duration retryAfter) {
            this(kind, message, 0, retryAfter);
        }

        private Unavailable(Kind kind, String message, int status, Duration retryAfter) {
            super(message);
            this.kind = kind;
            this.status = status;
            this.retryAfter = retryAfter;
            this.answerLost = false;
        }

        /** Converts a connection failure. */
        static Unavailable because(Operation operation, boolean tooSlow, IOException e, Kind otherwise) {
            String what = tooSlow
                    ? "did not complete its response in time"
                    : otherwise == Kind.BROKEN_OFF
                            ? "closed the connection during its response"
                            : "could not be reached";
            return new Unavailable(
                    tooSlow || e instanceof SocketTimeoutException ? Kind.TOO_SLOW : otherwise,
                    operation.label() + " " + what + ": " + e.getClass().getSimpleName(),
                    e,
                    !isBeforeSending(e));
        }

        /** Returns whether no connection was established, so the request was not sent. */
        private static boolean isBeforeSending(IOException e) {
            return e instanceof ConnectException
                    || e instanceof NoRouteToHostException
                    || e instanceof UnknownHostException
                    || e instanceof ConnectTimeoutException
                    || e instanceof ConnectionPoolTimeoutException
                    || e instanceof SSLHandshakeException;
        }

        public Kind kind() {
            return kind;
        }

        /**
         * Returns whether ClassLink or the network timed out. A full connection pool is a local problem and does not
         * count.
         */
        boolean timedOut() {
            return kind == Kind.TOO_SLOW
                    || (getCause() instanceof ConnectTimeoutException
                            && !(getCause() instanceof ConnectionPoolTimeoutException));
        }

        /** Returns the status (429 or 500 to 599), or 0 if there was no response. */
        public int status() {
            return status;
        }

        /**
         * Returns when to retry: from ClassLink's {@code Retry-After}, or from this server if it did not make the call.
         */
        public Optional<Duration> retryAfter() {
            return Optional.ofNullable(retryAfter);
        }

        /** Returns whether ClassLink may have processed the request although no response arrived. */
        public boolean answerLost() {
            return answerLost;
        }
    }

    /** ClassLink rejected the request with a 4xx status other than 429. */
    public static final class Refused extends UpstreamFailure {

        private static final long serialVersionUID = 1L;

        private final int status;
        private final OAuthError error;

        Refused(Operation operation, int status, OAuthError error) {
            super(operation.label() + " returned status " + status + ", error " + error.code());
            this.status = status;
            this.error = error;
        }

        /** Returns the HTTP status, 400 to 499. */
        public int status() {
            return status;
        }

        /** Returns the {@code error} of the body, or {@link OAuthError#UNKNOWN}. */
        public OAuthError error() {
            return error;
        }
    }

    /** A response that cannot be used: not JSON, an unexpected format, too large, incomplete, or a redirect. */
    public static final class Malformed extends UpstreamFailure {

        private static final long serialVersionUID = 1L;

        /**
         * Creates the failure.
         *
         * @param what a constant that continues the sentence "The … endpoint …"
         */
        public Malformed(Operation operation, String what) {
            super(operation.label() + " " + what);
        }
    }

    /** A host that is not allowed; see {@link AllowedHosts}. The message continues the sentence "The … URL". */
    public static final class HostNotAllowed extends UpstreamFailure {

        private static final long serialVersionUID = 1L;

        HostNotAllowed(String message) {
            super(message);
        }
    }

    /** Not called because of an invalid setting that was stored without validation, for example by a realm import. */
    public static final class Misconfigured extends UpstreamFailure {

        private static final long serialVersionUID = 1L;

        Misconfigured(String message) {
            super(message);
        }
    }

    /**
     * The error codes of RFC 6749 (sections 4.1.2.1 and 5.2) and of OpenID Connect that an OAuth server may send.
     * Received values are mapped to this fixed list, so they are safe to log and to use in metrics.
     */
    public enum OAuthError {
        ACCESS_DENIED("access_denied"),
        INVALID_CLIENT("invalid_client"),
        INVALID_GRANT("invalid_grant"),
        INVALID_REQUEST("invalid_request"),
        INVALID_SCOPE("invalid_scope"),
        UNAUTHORIZED_CLIENT("unauthorized_client"),
        UNSUPPORTED_GRANT_TYPE("unsupported_grant_type"),
        UNSUPPORTED_RESPONSE_TYPE("unsupported_response_type"),
        /** Not in the RFC; sent by several servers for an unregistered redirect URI. */
        REDIRECT_URI_MISMATCH("redirect_uri_mismatch"),
        SERVER_ERROR("server_error"),
        TEMPORARILY_UNAVAILABLE("temporarily_unavailable"),
        LOGIN_REQUIRED("login_required"),
        INTERACTION_REQUIRED("interaction_required"),
        /** Any other code, or none. */
        UNKNOWN("unknown");

        private final String code;

        OAuthError(String code) {
            this.code = code;
        }

        /** Returns the code as sent in the protocol. */
        public String code() {
            return code;
        }

        /** Returns the error for a code; {@link #UNKNOWN} for null and unlisted codes. */
        public static OAuthError of(String code) {
            return Arrays.stream(values())
                    .filter(error -> error.code.equals(code))
                    .findFirst()
                    .orElse(UNKNOWN);
        }
    }
}
