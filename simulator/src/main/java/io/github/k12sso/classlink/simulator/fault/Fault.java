package io.github.k12sso.classlink.simulator.fault;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** A fault of an endpoint. Immutable; {@link #times(int)} limits it to the next requests. */
public final class Fault {
    /** The kinds of faults. */
    public enum Effect {
        STATUS,
        DELAY,
        STALL,
        RESET,
        ANSWER_LOST,
        TRUNCATED,
        MALFORMED_JSON,
        WRONG_TYPE,
        WRONG_SHAPE,
        OVERSIZE,
        DRIP,
        REDIRECT,
        EMPTY
    }

    private final Effect effect;
    private final int status;
    private final String text;
    private final Integer retryAfter;
    private final Duration pace;
    private final long size;
    private final Integer times;

    private Fault(Effect effect, int status, String text, Integer retryAfter, Duration pace, long size, Integer times) {
        this.effect = effect;
        this.status = status;
        this.text = text;
        this.retryAfter = retryAfter;
        this.pace = pace;
        this.size = size;
        this.times = times;
    }

    /**
     * Responds with this status without processing the request; the body matches the endpoint unless {@link #body} sets one.
     */
    public static Fault status(int status) {
        return new Fault(Effect.STATUS, status, null, null, Duration.ZERO, 0, null);
    }

    /** Processes the request, then waits before sending the response. */
    public static Fault delay(Duration delay) {
        return new Fault(Effect.DELAY, 200, null, null, delay, 0, null);
    }

    /** Waits, then resets the connection without processing the request, like a server that hangs. */
    public static Fault stall(Duration wait) {
        return new Fault(Effect.STALL, 200, null, null, wait, 0, null);
    }

    /** Resets the connection without processing the request. */
    public static Fault reset() {
        return of(Effect.RESET);
    }

    /**
     * Processes the request, then resets the connection: the code is used or the refresh token rotated, unknown to the client.
     */
    public static Fault answerLost() {
        return of(Effect.ANSWER_LOST);
    }

    /** Sends the full Content-Length but half of the body, then closes the connection. */
    public static Fault truncated() {
        return of(Effect.TRUNCATED);
    }

    /** Status 200 with content type JSON and an invalid body. */
    public static Fault malformedJson() {
        return of(Effect.MALFORMED_JSON);
    }

    /**
     * Status 200 and an HTML page, as from LaunchPad's {@code /oauth2/v2/userinfo}
     * (docs/internals/classlink-protocol.md#hosts).
     */
    public static Fault wrongType() {
        return of(Effect.WRONG_TYPE);
    }

    /** Status 200 and an array of strings instead of an object. */
    public static Fault wrongShape() {
        return of(Effect.WRONG_SHAPE);
    }

    /** Status 200 and a valid JSON object of this many bytes, sent without Content-Length. */
    public static Fault oversize(long bytes) {
        return new Fault(Effect.OVERSIZE, 200, null, null, Duration.ZERO, bytes, null);
    }

    /** Sends the response one byte at a time. */
    public static Fault drip(Duration interval) {
        return new Fault(Effect.DRIP, 200, null, null, interval, 0, null);
    }

    /** Status 302 to this URL. */
    public static Fault redirect(String location) {
        return new Fault(Effect.REDIRECT, 302, location, null, Duration.ZERO, 0, null);
    }

    /** Status 200 and no body at all. */
    public static Fault empty() {
        return of(Effect.EMPTY);
    }

    private static Fault of(Effect effect) {
        return new Fault(effect, 200, null, null, Duration.ZERO, 0, null);
    }

    /** The body sent with {@link #status(int)}. */
    public Fault body(String body) {
        return new Fault(effect, status, body, retryAfter, pace, size, times);
    }

    /** Adds {@code Retry-After} in seconds. */
    public Fault retryAfter(int seconds) {
        return new Fault(effect, status, text, seconds, pace, size, times);
    }

    /** Limits the fault to this many requests; otherwise it applies until cleared. */
    public Fault times(int count) {
        return new Fault(effect, status, text, retryAfter, pace, size, count);
    }

    Effect effect() {
        return effect;
    }

    int status() {
        return status;
    }

    Optional<String> text() {
        return Optional.ofNullable(text);
    }

    OptionalInt retryAfter() {
        return retryAfter == null ? OptionalInt.empty() : OptionalInt.of(retryAfter);
    }

    Duration pace() {
        return pace;
    }

    long size() {
        return size;
    }

    OptionalInt times() {
        return times == null ? OptionalInt.empty() : OptionalInt.of(times);
    }

    @Override
    public String toString() {
        StringBuilder words = new StringBuilder(effect.name());
        if (effect == Effect.STATUS) {
            words.append(' ').append(status);
        }
        if (!pace.isZero()) {
            words.append(' ').append(pace);
        }
        if (size > 0) {
            words.append(' ').append(size).append(" bytes");
        }
        return words.toString();
    }
}
