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
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many requests of a node wait for ClassLink at once, and when they stop asking: a ClassLink that is silent must never hold
 * all of Keycloak's worker threads. Requests over a bound wait for a place while places become free, and are rejected when none
 * does. One for the whole server.
 *
 * <p>Not SmallRye Fault Tolerance: of that, Keycloak 26.7 ships the glue to Vert.x and not the library.
 */
public final class Bulkheads {

    /** While ClassLink is silent, one request is let through after this time, to see whether it answers again. */
    static final Duration TRY_EVERY = Duration.ofSeconds(3);
    /** While many threads are left. */
    private static final Patience PATIENT = new Patience(Duration.ofSeconds(10), Duration.ofSeconds(2));
    /** While few are: so long can silence hold up other realms. */
    private static final Patience IMPATIENT = new Patience(Duration.ofSeconds(3), Duration.ofMillis(600));
    /** Few threads are left when requests that wait, for ClassLink or for a place, hold more than so much of them. */
    private static final int PERCENT_HELD = 80;

    private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(100);
    /** Addresses whose time-outs are remembered. */
    static final int MAX_CIRCUITS = 1_000;
    /** Of a group's places, one in so many is kept for requests that are let through to see. */
    private static final int ONE_KEPT_IN = 5;

    private final Map<Group, Compartment> compartments = new EnumMap<>(Group.class);
    private final Cache<String, Circuit> circuits = Caffeine.newBuilder()
            .maximumSize(MAX_CIRCUITS)
            .executor(Runnable::run)
            .build();
    private final AtomicInteger held = new AtomicInteger();
    private final int manyHeld;
    private final Patience patient;
    private final Patience impatient;
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

    /**
     * How many requests wait at once.
     *
     * @param threads of Keycloak's worker pool
     */
    public record Places(int threads, int logins, int refreshes, int rosters) {

        /** Of Keycloak's worker pool: its own default for {@code http-pool-max-threads}. */
        public static final int DEFAULT_THREADS =
                Math.max(50, 4 * Runtime.getRuntime().availableProcessors());

        /**
         * At most three quarters of Keycloak's worker threads, so that the others always serve what needs no ClassLink.
         *
         * @param threads {@code http-pool-max-threads}
         */
        public static Places of(int threads) {
            return new Places(threads, share(threads, 39), share(threads, 16), share(threads, 20));
        }

        private static int share(int threads, int percent) {
            return Math.max(1, threads * percent / 100);
        }
    }

    /**
     * How long a request waits for a place.
     *
     * @param longest in any case
     * @param standstill while no place becomes free
     */
    record Patience(Duration longest, Duration standstill) {

        private long end(long arrived, long moved) {
            return Math.min(arrived + longest.toNanos(), moved + standstill.toNanos());
        }
    }

    public Bulkheads(Places places, InstantSource clock) {
        this(places, PATIENT, IMPATIENT, clock);
    }

    Bulkheads(Places places, Patience patient, Patience impatient, InstantSource clock) {
        this.patient = patient;
        this.impatient = impatient;
        this.manyHeld = places.threads() * PERCENT_HELD / 100;
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
        return circuits.get(key, unused -> new Circuit(clock, operation, address.getHost()));
    }

    /** How many addresses are remembered. */
    long circuits() {
        circuits.cleanUp();
        return circuits.estimatedSize();
    }

    static UpstreamFailure.Unavailable rejected(Group group, Kind kind, String message, Duration retryAfter) {
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
            held.incrementAndGet();
            Optional<Semaphore> entered =
                    places.tryAcquire() ? Optional.of(places) : tryLetThrough(now) ? Optional.of(kept) : tryQueue();
            if (entered.isEmpty()) {
                held.decrementAndGet();
                return Optional.empty();
            }
            moved = System.nanoTime();
            return Optional.of(() -> {
                moved = System.nanoTime();
                entered.get().release();
                held.decrementAndGet();
            });
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

        /** ClassLink may answer, and more people came at once than there are places. */
        private Optional<Semaphore> tryQueue() {
            long arrived = System.nanoTime();
            try {
                while (true) {
                    long left = (held.get() <= manyHeld ? patient : impatient).end(arrived, moved) - System.nanoTime();
                    if (left <= 0) {
                        return Optional.empty();
                    }
                    if (places.tryAcquire(Math.min(left, SLICE), TimeUnit.NANOSECONDS)) {
                        return Optional.of(places);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
    }
}
