package io.github.k12sso.classlink.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.apache.http.conn.ConnectTimeoutException;
import org.apache.http.conn.ConnectionPoolTimeoutException;

/** ClassLink could not be reached, did not answer in time, or said that it cannot answer now (429, 5xx). Passing. */
public final class UpstreamUnavailable extends UpstreamFailure {

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
        SAID_SO
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
    UpstreamUnavailable(Kind kind, String message, IOException cause, boolean sent) {
        super(message, cause);
        this.kind = kind;
        this.status = 0;
        this.retryAfter = null;
        this.answerLost = sent;
    }

    UpstreamUnavailable(String message, int status, Duration retryAfter) {
        super(message);
        this.kind = Kind.SAID_SO;
        this.status = status;
        this.retryAfter = retryAfter;
        this.answerLost = false;
    }

    /** What a failure of the connection means. */
    static UpstreamUnavailable because(Operation operation, boolean tooSlow, IOException e, Kind otherwise) {
        String what = tooSlow
                ? "did not finish its answer in time"
                : otherwise == Kind.BROKEN_OFF ? "broke off its answer" : "could not be reached";
        return new UpstreamUnavailable(
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

    /** 429 or 500 to 599; 0 unless ClassLink said so. */
    public int status() {
        return status;
    }

    /** How long ClassLink asked to wait ({@code Retry-After} in seconds), if it did. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Whether ClassLink may have done what it was asked to do, and only its answer is missing. */
    public boolean answerLost() {
        return answerLost;
    }
}
