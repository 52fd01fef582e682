package io.github.k12sso.classlink.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamFailure.Unavailable.Kind;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * How many requests of a node wait for ClassLink at once, and when they stop asking: a ClassLink that is silent must never hold
 * all of Keycloak's worker threads. Requests over a bound wait for a place while places become free, and are rejected when none
 * does. One for the whole server.
 *
 * <p>Not SmallRye Fault Tolerance: of that, Keycloak 26.7 ships the glue to Vert.x and not the library.
 */
public final class Bulkheads {

    private static final Logger LOG = Logger.getLogger(Bulkheads.class);

    /** While ClassLink is silent, one request is let through after this time, to see whether it answers again. */
    static final Duration TRY_EVERY = Duration.ofSeconds(3);
    /** While no place becomes free for this time, requests that have none are rejected: so long can silence hold up other realms. */
    static final Duration STANDSTILL = Duration.ofMillis(600);
    /** Longest wait for a place. */
    static final Duration MAX_QUEUED = Duration.ofSeconds(2);
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
    private final long standstill;
    private final long maxQueued;
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
        this(places, STANDSTILL, MAX_QUEUED, clock);
    }

    Bulkheads(Places places, Duration standstill, Duration maxQueued, InstantSource clock) {
        this.standstill = standstill.toNanos();
        this.maxQueued = maxQueued.toNanos();
        this.clock = clock;
        compartments.put(Group.LOGINS, new Compartment(places.logins()));
        compartments.put(Group.REFRESHES, new Compartment(places.refreshes()));
        compartments.put(Group.ROSTERS, new Compartment(places.rosters()));
    }

    /**
     * Takes a place in a group. One request takes one, for all that it waits for.
     *
     * @throws UpstreamFailure.Unavailable of the kind {@code NO_PLACE} if there is none: at once, if none became free lately
     */
    public Place enter(Group group) throws UpstreamFailure.Unavailable {
        Optional<Place> place = compartments.get(group).tryEnter(clock.instant());
        String full = "too many requests of this server wait for ClassLink";
        return place.orElseThrow(() -> rejected(group, Kind.NO_PLACE, full, TRY_EVERY));
    }

    /** The circuit of an operation's address, whose query does not count. */
    Circuit circuit(Operation operation, URI address) {
        String key = operation + " " + address.getScheme() + "://" + address.getRawAuthority() + address.getRawPath();
        return circuits.get(key, unused -> new Circuit(operation, address.getHost()));
    }

    /** How many addresses are remembered. */
    long circuits() {
        circuits.cleanUp();
        return circuits.estimatedSize();
    }

    private static UpstreamFailure.Unavailable rejected(Group group, Kind kind, String message, Duration retryAfter) {
        Measurement.REJECTIONS.count(group, kind);
        return new UpstreamFailure.Unavailable(kind, message, retryAfter);
    }

    /** The places of a group. */
    private final class Compartment {

        private final Semaphore places;
        private final Semaphore kept;
        private final int allKept;
        private volatile long moved = System.nanoTime();
        private Instant lastLetThrough = Instant.MIN;

        private Compartment(int size) {
            this.allKept = size > 1 ? Math.max(1, size / ONE_KEPT_IN) : 0;
            this.kept = new Semaphore(allKept);
            this.places = new Semaphore(size - allKept);
        }

        private Optional<Place> tryEnter(Instant now) {
            if (places.tryAcquire()) {
                return Optional.of(taken(places));
            }
            return tryLetThrough(now) ? Optional.of(taken(kept)) : tryQueue();
        }

        /** One at a time, and another one when that has waited for a while: it may wait for an answer that never comes. */
        private synchronized boolean tryLetThrough(Instant now) {
            boolean due = kept.availablePermits() == allKept || !now.isBefore(lastLetThrough.plus(TRY_EVERY));
            if (!due || !kept.tryAcquire()) {
                return false;
            }
            lastLetThrough = now;
            return true;
        }

        /** As long as places become free: then somebody answers, and more people came at once than there are places. */
        private Optional<Place> tryQueue() {
            long arrived = System.nanoTime();
            try {
                while (true) {
                    long left = Math.min(arrived + maxQueued, moved + standstill) - System.nanoTime();
                    if (left <= 0) {
                        return Optional.empty();
                    }
                    if (places.tryAcquire(left, TimeUnit.NANOSECONDS)) {
                        return Optional.of(taken(places));
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }

        private Place taken(Semaphore of) {
            moved = System.nanoTime();
            return () -> {
                moved = System.nanoTime();
                of.release();
            };
        }
    }

    /** Whether an address answers: after {@link #MAX_TIMEOUTS} time-outs in a row calls fail fast, but for one now and then. */
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
                            Kind.FAILING_FAST,
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
