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
 * A call to ClassLink that gave no usable answer. Messages are made of constants, host names and status codes only, so that
 * they can be logged: never a token, a code, a secret, a body or anything about a person.
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

    /** A wait as {@code Retry-After} says it: whole seconds, rounded up and never 0, so that who waits as long is not early. */
    public static long retryAfterSeconds(Duration wait) {
        return Math.max(1, wait.plusNanos(NANOS_PER_SECOND - 1).toSeconds());
    }

    /** ClassLink could not be reached, did not answer in time, or said that it cannot answer now (429, 5xx). Passing. */
    public static final class Unavailable extends UpstreamFailure {

        private static final long serialVersionUID = 1L;

        /** How it failed. */
        public enum Kind {
            /** No connection, or one that broke before an answer came. */
            NOT_REACHED,
            /** No answer in time. */
            TOO_SLOW,
            /** The answer began and did not end. */
            BROKEN_OFF,
            /** 429 or 5xx. */
            SAID_SO,
            /** Not called: as many requests of this server wait for ClassLink as may. */
            NO_PLACE,
            /** Not called: the last calls timed out. */
            FAILING_FAST
        }

        private final Kind kind;
        private final int status;
        private final Duration retryAfter;
        private final boolean answerLost;

        /**
         * No answer came.
         *
         * @param sent the request may have left, so that nobody knows whether ClassLink acted on it
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

        /** What a failure of the connection means. */
        static Unavailable because(Operation operation, boolean tooSlow, IOException e, Kind otherwise) {
            String what = tooSlow
                    ? "did not finish its answer in time"
                    : otherwise == Kind.BROKEN_OFF ? "broke off its answer" : "could not be reached";
            return new Unavailable(
                    tooSlow || e instanceof SocketTimeoutException ? Kind.TOO_SLOW : otherwise,
                    operation.label() + " " + what + ": " + e.getClass().getSimpleName(),
                    e,
                    !isBeforeSending(e));
        }

        /** There was no connection that the request could have gone through. */
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

        /** Whether ClassLink, or the way there, was silent. A full connection pool is this server's own. */
        boolean timedOut() {
            return kind == Kind.TOO_SLOW
                    || (getCause() instanceof ConnectTimeoutException
                            && !(getCause() instanceof ConnectionPoolTimeoutException));
        }

        /** 429 or 500 to 599; 0 unless ClassLink said so. */
        public int status() {
            return status;
        }

        /** When to try again: as long as ClassLink asked ({@code Retry-After} in seconds), or as this server says that did not call it. */
        public Optional<Duration> retryAfter() {
            return Optional.ofNullable(retryAfter);
        }

        /** Whether ClassLink may have done what it was asked to do, and only its answer is missing. */
        public boolean answerLost() {
            return answerLost;
        }
    }

    /** ClassLink answered, and the answer is no: a status of 4xx other than 429. */
    public static final class Refused extends UpstreamFailure {

        private static final long serialVersionUID = 1L;

        private final int status;
        private final OAuthError error;

        Refused(Operation operation, int status, OAuthError error) {
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

    /** An answer that says success and cannot be used: not JSON, of another shape, too large, cut off, or a redirect. */
    public static final class Malformed extends UpstreamFailure {

        private static final long serialVersionUID = 1L;

        /**
         * An answer that cannot be used.
         *
         * @param what constants only; completes the sentence "The … endpoint …"
         */
        public Malformed(Operation operation, String what) {
            super(operation.label() + " " + what);
        }
    }

    /** An address that this server may not call; see {@link AllowedHosts}. The message completes the sentence "The … URL". */
    public static final class HostNotAllowed extends UpstreamFailure {

        private static final long serialVersionUID = 1L;

        HostNotAllowed(String message) {
            super(message);
        }
    }

    /**
     * The error codes of RFC 6749 (sections 4.1.2.1 and 5.2) and of OpenID Connect that an OAuth server may send. A closed
     * list: what a server or a browser sends is looked up here and never repeated, so it can be logged and counted.
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
        /** Not in the RFC; sent by several servers for a redirect URI that is not registered. */
        REDIRECT_URI_MISMATCH("redirect_uri_mismatch"),
        SERVER_ERROR("server_error"),
        TEMPORARILY_UNAVAILABLE("temporarily_unavailable"),
        LOGIN_REQUIRED("login_required"),
        INTERACTION_REQUIRED("interaction_required"),
        /** Anything else, and nothing at all. */
        UNKNOWN("unknown");

        private final String code;

        OAuthError(String code) {
            this.code = code;
        }

        /** The code as it stands on the wire. */
        public String code() {
            return code;
        }

        /** The error of that code; {@link #UNKNOWN} for null and for every code that is not in this list. */
        public static OAuthError of(String code) {
            return Arrays.stream(values())
                    .filter(error -> error.code.equals(code))
                    .findFirst()
                    .orElse(UNKNOWN);
        }
    }
}
