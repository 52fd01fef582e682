package io.github.k12sso.classlink.oneroster.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.k12sso.classlink.http.UpstreamFailure;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** A roster request that got no rows. */
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
     * A failure that coming again may end.
     *
     * @param message of constants, host names and status codes, for the app's developer and the log
     * @param retryAfter when to come again; null, not said
     */
    public RosterFailure(Reason reason, String message, Duration retryAfter, Exception cause) {
        super(message, cause);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    /** What an answer of the roster service means that is neither a page nor 401. */
    static RosterFailure of(UpstreamFailure.Refused e) {
        return switch (e.status()) {
            case 403 ->
                new RosterFailure(
                        Reason.DISTRICT_DISABLED,
                        "The roster service refuses access: the district does not share this with the app");
            case 404 -> new RosterFailure(Reason.UNKNOWN_OBJECT, "The roster has no such object");
            case 400, 422 ->
                new RosterFailure(
                        Reason.SOURCE_REFUSED_QUERY,
                        "The roster service does not take this query: a field that it cannot compare, perhaps");
            case 405 -> unsupported();
            default -> new RosterFailure(Reason.SOURCE_REFUSED, e);
        };
    }

    /** 405 or 501: asking again would not help. */
    static RosterFailure unsupported() {
        return new RosterFailure(Reason.SOURCE_LACKS, "The roster service does not offer this read");
    }

    /** A roster service that cannot answer now. */
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
     * Why a roster request got no rows. The word in small letters stands in the event, the metric and the log line; what each is
     * in HTTP is said once, in the package above.
     */
    public enum Reason {
        // what the app sent
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
        // how much it sent
        RATE_LIMITED,
        BUSY,
        // the person's link
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
     * Roster services that do not answer, as this node has seen them. After three calls in a row without an answer a service
     * is left alone for 30 seconds: requests fail at once, and hold no place that others need. Then one request asks again.
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
         * @param name realm and provider, and the district if it is one district's
         */
        public Source of(String name) {
            return new Source(this, name);
        }

        /** One of them. */
        public record Source(Silences all, String name) {

            /** @throws RosterFailure if it is left alone now */
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
                            "The roster service did not answer the last requests and is not asked now",
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
             * Counts if there was no answer, and that took its time: a refused connection holds nobody up.
             *
             * @param took the call
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
