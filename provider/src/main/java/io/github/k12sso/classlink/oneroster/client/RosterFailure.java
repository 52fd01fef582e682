package io.github.k12sso.classlink.oneroster.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.k12sso.classlink.http.UpstreamFailure;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** A failed roster request. */
public final class RosterFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private static final Duration RETRY_LATER = Duration.ofSeconds(5);

    private final Reason reason;
    private final Duration retryAfter;

    public RosterFailure(Reason reason, String message) {
        this(reason, message, null, null);
    }

    RosterFailure(Reason reason, Exception cause) {
        this(reason, cause.getMessage(), null, cause);
    }

    /**
     * Creates a failure that may be temporary.
     *
     * @param message for the developer and the log, with constants, host names and status codes only
     * @param retryAfter when to retry; may be null
     */
    public RosterFailure(Reason reason, String message, Duration retryAfter, Exception cause) {
        super(message, cause);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    /** Converts an error status of the roster service other than 401. */
    static RosterFailure of(UpstreamFailure.Refused e) {
        return switch (e.status()) {
            case 403 ->
                new RosterFailure(
                        Reason.DISTRICT_DISABLED,
                        "The roster service denied access: the district does not share this data with the app");
            case 404 -> new RosterFailure(Reason.UNKNOWN_OBJECT, "The roster does not have this object");
            case 400, 422 ->
                new RosterFailure(
                        Reason.SOURCE_REFUSED_QUERY,
                        "The roster service rejected the query: it may not support filtering or sorting by this "
                                + "field");
            case 405 -> unsupported();
            default -> new RosterFailure(Reason.SOURCE_REFUSED, e);
        };
    }

    /** Creates the failure for 405 and 501, for which a retry is useless. */
    static RosterFailure unsupported() {
        return new RosterFailure(Reason.SOURCE_LACKS, "The roster service does not support this request");
    }

    /** Converts a temporary failure of the roster service. */
    static RosterFailure of(UpstreamFailure.Unavailable e) {
        Reason reason =
                switch (e.kind()) {
                    case TOO_SLOW -> Reason.SOURCE_TOO_SLOW;
                    case BROKEN_OFF -> Reason.SOURCE_BROKEN;
                    case NOT_REACHED, NO_PLACE, FAILING_FAST -> Reason.SOURCE_UNAVAILABLE;
                    case SAID_SO ->
                        switch (e.status()) {
                            case 429 -> Reason.SOURCE_BUSY;
                            case 502 -> Reason.SOURCE_BROKEN;
                            case 504 -> Reason.SOURCE_TOO_SLOW;
                            default -> Reason.SOURCE_UNAVAILABLE;
                        };
                };
        return new RosterFailure(reason, e.getMessage(), e.retryAfter().orElse(RETRY_LATER), e);
    }

    public Reason reason() {
        return reason;
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * The reasons for a failed roster request. The lower-case name is used in events, metrics and log lines. The
     * gateway package maps each reason to HTTP.
     */
    public enum Reason {
        // the request
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
        // the number of requests
        RATE_LIMITED,
        BUSY,
        // the user
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

    /**
     * Circuit breakers for roster services on this node. After three consecutive calls without a response, requests to
     * a service fail immediately for 30 seconds, so they do not block permits. Then one trial request is allowed.
     */
    public static final class Silences {

        static final int CALLS = 3;
        static final Duration COOL_DOWN = Duration.ofSeconds(30);

        private static final Duration LONG = Duration.ofSeconds(2);
        private static final int MAX_SOURCES = 10_000;
        private static final Duration REMEMBERED = Duration.ofMinutes(10);

        private final InstantSource clock;
        private final Cache<String, Silence> silences;

        public Silences(InstantSource clock, Ticker ticker) {
            this.clock = clock;
            this.silences = Caffeine.newBuilder()
                    .maximumSize(MAX_SOURCES)
                    .expireAfterWrite(REMEMBERED)
                    .ticker(ticker)
                    .executor(Runnable::run)
                    .build();
        }

        private record Silence(int calls, Instant until) {}

        /**
         * One service.
         *
         * @param name realm and provider, with the district if the service belongs to one
         */
        public Source of(String name) {
            return new Source(this, name);
        }

        /** The circuit breaker of one service. */
        public record Source(Silences all, String name) {

            /** @throws RosterFailure if the circuit is open */
            void require() throws RosterFailure {
                Instant now = all.clock.instant();
                Silence silence = all.silences.getIfPresent(name);
                if (silence == null || silence.calls() < CALLS) {
                    return;
                }
                if (now.isBefore(silence.until())
                        || !all.silences.asMap().replace(name, silence, new Silence(CALLS, now.plus(COOL_DOWN)))) {
                    Duration left = Duration.between(now, silence.until());
                    throw new RosterFailure(
                            Reason.SOURCE_UNAVAILABLE,
                            "The roster service did not respond to recent requests. Try again later",
                            left.isNegative() ? COOL_DOWN : left,
                            null);
                }
            }

            void answered() {
                if (all.silences.getIfPresent(name) != null) {
                    all.silences.invalidate(name);
                }
            }

            /**
             * Counts a failure without a response that took a long time. A refused connection blocks no one and does
             * not count.
             *
             * @param took duration of the call
             */
            void failed(UpstreamFailure.Unavailable failure, Duration took) {
                boolean unreached = failure.kind() == UpstreamFailure.Unavailable.Kind.NOT_REACHED;
                if (failure.kind() == UpstreamFailure.Unavailable.Kind.SAID_SO) {
                    answered();
                } else if (failure.kind() == UpstreamFailure.Unavailable.Kind.TOO_SLOW
                        || (unreached && took.compareTo(LONG) >= 0)) {
                    Silence next = new Silence(1, Instant.MIN);
                    all.silences
                            .asMap()
                            .merge(
                                    name,
                                    next,
                                    (before, one) -> new Silence(
                                            before.calls() + 1,
                                            all.clock.instant().plus(COOL_DOWN)));
                }
            }
        }
    }
}
