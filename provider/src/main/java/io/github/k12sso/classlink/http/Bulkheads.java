package io.github.k12sso.classlink.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.k12sso.classlink.http.Measurement.Operation;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * How many requests of a node wait for ClassLink at once, and when they stop asking: a ClassLink that is silent must never hold
 * all of Keycloak's worker threads. Requests over a bound are rejected at once. One for the whole server.
 *
 * <p>Not SmallRye Fault Tolerance: of that, Keycloak 26.7 ships the glue to Vert.x and not the library.
 */
public final class Bulkheads {

    private static final Logger LOG = Logger.getLogger(Bulkheads.class);

    /** While ClassLink is silent, one request is let through after this time, to see whether it answers again. */
    static final Duration TRY_EVERY = Duration.ofSeconds(3);
    /** Time-outs in a row after which calls to an address fail fast. */
    static final int MAX_TIMEOUTS = 5;
    /** Addresses whose time-outs are remembered. */
    static final int MAX_CIRCUITS = 1_000;
    /** Of a group's places, one in so many is kept for requests that are let through to see. */
    private static final int ONE_KEPT_IN = 5;

    private final Map<Group, Compartment> compartments = new EnumMap<>(Group.class);
    private final Cache<String, Circuit> circuits = Caffeine.newBuilder()
            .maximumSize(MAX_CIRCUITS)
            .executor(Runnable::run)
            .build();
    private final InstantSource clock;

    /** What requests wait for. None can use up the threads of another. */
    public enum Group {
        /** Redemption of a code, signing keys, profile and groups. */
        LOGINS,
        /** Refreshes of stored tokens; requests that wait for another request's refresh, too. */
        REFRESHES,
        /** Requests to the roster gateway. */
        ROSTERS
    }

    /** Why a request did not call ClassLink, for {@link Measurement#REJECTIONS}. */
    private enum Rejection {
        NO_PLACE,
        FAILING_FAST
    }

    /** Held while a request waits for ClassLink. */
    public interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /** How many requests wait at once. */
    public record Places(int logins, int refreshes, int rosters) {

        /** Of Keycloak's worker pool: its own default for {@code http-pool-max-threads}. */
        public static final int DEFAULT_THREADS =
                Math.max(50, 4 * Runtime.getRuntime().availableProcessors());

        /**
         * At most three quarters of Keycloak's worker threads, so that the others always serve what needs no ClassLink.
         *
         * @param threads {@code http-pool-max-threads}
         */
        public static Places of(int threads) {
            return new Places(share(threads, 39), share(threads, 16), share(threads, 20));
        }

        private static int share(int threads, int percent) {
            return Math.max(1, threads * percent / 100);
        }
    }

    public Bulkheads(Places places, InstantSource clock) {
        this.clock = clock;
        compartments.put(Group.LOGINS, new Compartment(places.logins()));
        compartments.put(Group.REFRESHES, new Compartment(places.refreshes()));
        compartments.put(Group.ROSTERS, new Compartment(places.rosters()));
    }

    /**
     * Takes a place in a group. One request takes one, for all that it waits for.
     *
     * @throws UpstreamFailure.Unavailable of the kind {@code NO_PLACE}, at once, if as many requests wait as may
     */
    public Place enter(Group group) throws UpstreamFailure.Unavailable {
        Semaphore taken = compartments
                .get(group)
                .tryEnter(clock.instant())
                .orElseThrow(() -> rejected(
                        group,
                        Rejection.NO_PLACE,
                        UpstreamFailure.Unavailable.Kind.NO_PLACE,
                        "too many requests of this server wait for ClassLink",
                        TRY_EVERY));
        return taken::release;
    }

    /** The circuit of an operation's address, whose query and whose path inside a roster do not count. */
    Circuit circuit(Operation operation, URI address) {
        String path = address.getRawPath() == null ? "" : address.getRawPath();
        int roster = path.indexOf("/ims/oneroster/");
        String key = operation + " " + address.getScheme() + "://" + address.getRawAuthority()
                + (roster < 0 ? path : path.substring(0, roster));
        return circuits.get(key, unused -> new Circuit(operation, address.getHost()));
    }

    /** How many addresses are remembered. */
    long circuits() {
        circuits.cleanUp();
        return circuits.estimatedSize();
    }

    private static UpstreamFailure.Unavailable rejected(
            Group group, Rejection why, UpstreamFailure.Unavailable.Kind kind, String message, Duration retryAfter) {
        Measurement.REJECTIONS.count(group, why);
        return new UpstreamFailure.Unavailable(kind, message, retryAfter);
    }

    /** The places of a group. */
    private static final class Compartment {

        private final Semaphore places;
        private final Semaphore kept;
        private final int allKept;
        private Instant lastLetThrough = Instant.MIN;

        private Compartment(int size) {
            this.allKept = size > 1 ? Math.max(1, size / ONE_KEPT_IN) : 0;
            this.kept = new Semaphore(allKept);
            this.places = new Semaphore(size - allKept);
        }

        private Optional<Semaphore> tryEnter(Instant now) {
            return places.tryAcquire() ? Optional.of(places) : tryLetThrough(now);
        }

        /** One at a time, and another one when that has waited for a while: it may wait for an answer that never comes. */
        private synchronized Optional<Semaphore> tryLetThrough(Instant now) {
            boolean due = kept.availablePermits() == allKept || !now.isBefore(lastLetThrough.plus(TRY_EVERY));
            if (!due || !kept.tryAcquire()) {
                return Optional.empty();
            }
            lastLetThrough = now;
            return Optional.of(kept);
        }
    }

    /**
     * Whether an address answers: after {@link #MAX_TIMEOUTS} time-outs in a row calls fail fast, but for one every
     * {@link #TRY_EVERY}.
     */
    final class Circuit {

        private final Operation operation;
        private final String host;
        private int timeouts;
        private Instant lastAnswer = Instant.MIN;
        private Instant nextTry = Instant.MIN;

        private Circuit(Operation operation, String host) {
            this.operation = operation;
            this.host = host;
        }

        /**
         * Before a call.
         *
         * @return when it begins, by the clock of {@link #timedOut}
         * @throws UpstreamFailure.Unavailable of the kind {@code FAILING_FAST}, if it is not to be made
         */
        synchronized Instant begin(Group group) throws UpstreamFailure.Unavailable {
            Instant now = clock.instant();
            if (timeouts >= MAX_TIMEOUTS) {
                if (now.isBefore(nextTry)) {
                    throw rejected(
                            group,
                            Rejection.FAILING_FAST,
                            UpstreamFailure.Unavailable.Kind.FAILING_FAST,
                            operation.label() + " was not called: its last calls timed out",
                            Duration.between(now, nextTry));
                }
                nextTry = now.plus(TRY_EVERY);
            }
            return now;
        }

        /** ClassLink, or its network, answered a call at once or in time. */
        synchronized void answered() {
            if (timeouts >= MAX_TIMEOUTS) {
                LOG.infof("ClassLink answers again. operation=%s, host=%s", operation.label(), host);
            }
            timeouts = 0;
            lastAnswer = clock.instant();
        }

        /** A call that began before the last answer says nothing about what came after it. */
        synchronized void timedOut(Instant begun) {
            if (begun.isBefore(lastAnswer)) {
                return;
            }
            timeouts++;
            if (timeouts == MAX_TIMEOUTS) {
                nextTry = clock.instant().plus(TRY_EVERY);
                LOG.warnf(
                        "ClassLink does not answer: after %d time-outs in a row calls fail fast, one every %d s is made. "
                                + "operation=%s, host=%s",
                        MAX_TIMEOUTS, TRY_EVERY.toSeconds(), operation.label(), host);
            }
        }
    }
}
