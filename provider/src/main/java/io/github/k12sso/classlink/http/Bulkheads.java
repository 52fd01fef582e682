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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Limits the number of requests of a node that wait for ClassLink, so an unresponsive ClassLink cannot block all of
 * Keycloak's worker threads. Requests over a limit wait for a permit while permits are being released, and are rejected
 * if none is. One instance per server.
 *
 * <p>SmallRye Fault Tolerance is not an option: Keycloak 26.7 does not ship the library, only its Vert.x integration.
 */
public final class Bulkheads {

    /** While ClassLink does not respond, one trial request is allowed per this period. */
    static final Duration TRY_EVERY = Duration.ofSeconds(3);
    /** While many worker threads are free. */
    private static final Patience PATIENT = new Patience(Duration.ofSeconds(10), Duration.ofSeconds(2));
    /** While few worker threads are free: longer than a refresh under load, but limits the delay for other realms. */
    private static final Patience IMPATIENT = new Patience(Duration.ofSeconds(3), Duration.ofSeconds(1));
    /** Few threads are free when waiting requests hold more than this share of them. */
    private static final int PERCENT_HELD = 80;

    private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(100);
    /** Maximum number of addresses with a circuit. */
    static final int MAX_CIRCUITS = 1_000;
    /** One in this many permits of a group is reserved for trial requests. */
    private static final int ONE_KEPT_IN = 5;

    private final Map<Group, PermitPool> compartments = new EnumMap<>(Group.class);
    private final Cache<String, Circuit> circuits = Caffeine.newBuilder()
            .maximumSize(MAX_CIRCUITS)
            .executor(Runnable::run)
            .build();
    private final AtomicInteger held = new AtomicInteger();
    private final int manyHeld;
    private final Patience patient;
    private final Patience impatient;
    private final InstantSource clock;

    /** Groups of requests with separate limits. */
    public enum Group {
        /** Logins: authorization code, signing keys, profile and groups. */
        LOGINS,
        /** Refreshes of stored tokens, including requests that wait for another request's refresh. */
        REFRESHES,
        /** Roster gateway requests. */
        ROSTERS
    }

    /**
     * The same work in another request. A request without a permit waits for its result instead of for a permit, as
     * long as it would wait for a permit.
     */
    @FunctionalInterface
    public interface SameWork {

        /** Returns the work that is in progress; null if there is none. Called repeatedly. */
        Future<?> inProgress();
    }

    /** A permit, held while a request waits for ClassLink. */
    public interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * The limits.
     *
     * @param threads size of Keycloak's worker pool
     */
    public record Places(int threads, int logins, int refreshes, int rosters) {

        /** Keycloak's default for {@code http-pool-max-threads}. */
        public static final int DEFAULT_THREADS =
                Math.max(50, 4 * Runtime.getRuntime().availableProcessors());

        /**
         * Divides at most three quarters of Keycloak's worker threads, so the rest can always serve requests that do
         * not need ClassLink.
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
     * How long a request waits for a permit.
     *
     * @param longest maximum in any case
     * @param standstill maximum while no permit is released
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
        compartments.put(Group.LOGINS, new PermitPool(places.logins()));
        compartments.put(Group.REFRESHES, new PermitPool(places.refreshes()));
        compartments.put(Group.ROSTERS, new PermitPool(places.rosters()));
    }

    /**
     * Acquires a permit of a group. A request needs one permit for all its calls.
     *
     * @throws UpstreamFailure.Unavailable of the kind {@code NO_PLACE} if there is none; immediately, if none was
     *     released recently
     */
    public Place enter(Group group) throws UpstreamFailure.Unavailable {
        return enter(group, () -> null);
    }

    /**
     * Acquires a permit of a group, or waits until the same work of another request ends.
     *
     * @param same if this has ended, the returned place has no permit, and the caller takes its result
     * @throws UpstreamFailure.Unavailable as in {@link #enter(Group)}
     */
    public Place enter(Group group, SameWork same) throws UpstreamFailure.Unavailable {
        Optional<Place> place = compartments.get(group).tryEnter(clock.instant(), same);
        String full = "too many requests on this server are waiting for ClassLink";
        return place.orElseThrow(() -> rejected(group, Kind.NO_PLACE, full, TRY_EVERY));
    }

    /** Returns the circuit of an operation's address, without its query. */
    Circuit circuit(Operation operation, URI address) {
        String key = operation + " " + address.getScheme() + "://" + address.getRawAuthority() + address.getRawPath();
        return circuits.get(key, unused -> new Circuit(clock, operation, address.getHost()));
    }

    /** Returns the number of circuits. */
    long circuits() {
        circuits.cleanUp();
        return circuits.estimatedSize();
    }

    static UpstreamFailure.Unavailable rejected(Group group, Kind kind, String message, Duration retryAfter) {
        Measurement.REJECTIONS.count(group, kind);
        return new UpstreamFailure.Unavailable(kind, message, retryAfter);
    }

    /** The permits of a group. */
    private final class PermitPool {

        private final Semaphore places;
        private final Semaphore kept;
        private final int allKept;
        private volatile long moved = System.nanoTime();
        private Instant lastLetThrough = Instant.MIN;

        private PermitPool(int size) {
            this.allKept = size > 1 ? Math.max(1, size / ONE_KEPT_IN) : 0;
            this.kept = new Semaphore(allKept);
            this.places = new Semaphore(size - allKept);
        }

        private Optional<Place> tryEnter(Instant now, SameWork same) {
            held.incrementAndGet();
            Optional<Place> place = places.tryAcquire()
                    ? Optional.of(permit(places))
                    : same.inProgress() == null && tryTrial(now) ? Optional.of(permit(kept)) : tryQueue(same);
            if (place.isEmpty()) {
                held.decrementAndGet();
            }
            return place;
        }

        private Place permit(Semaphore acquired) {
            moved = System.nanoTime();
            return () -> {
                moved = System.nanoTime();
                acquired.release();
                held.decrementAndGet();
            };
        }

        /** Allows one trial request, and another after a while because the first may never get a response. */
        private synchronized boolean tryTrial(Instant now) {
            boolean due = kept.availablePermits() == allKept || !now.isBefore(lastLetThrough.plus(TRY_EVERY));
            if (!due || !kept.tryAcquire()) {
                return false;
            }
            lastLetThrough = now;
            return true;
        }

        /** Handles a burst: ClassLink responds, but there are more requests than permits. */
        private Optional<Place> tryQueue(SameWork same) {
            long arrived = System.nanoTime();
            try {
                while (true) {
                    long left = (held.get() <= manyHeld ? patient : impatient).end(arrived, moved) - System.nanoTime();
                    if (left <= 0) {
                        return Optional.empty();
                    }
                    Future<?> other = same.inProgress();
                    if (other != null) {
                        if (endsWithin(other, Math.min(left, SLICE))) {
                            return Optional.of(held::decrementAndGet);
                        }
                    } else if (places.tryAcquire(Math.min(left, SLICE), TimeUnit.NANOSECONDS)) {
                        return Optional.of(permit(places));
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }

        private static boolean endsWithin(Future<?> work, long nanoseconds) throws InterruptedException {
            try {
                work.get(nanoseconds, TimeUnit.NANOSECONDS);
                return true;
            } catch (TimeoutException e) {
                return false;
            } catch (ExecutionException e) {
                return true; // the caller sees the failure in the result
            }
        }
    }
}
