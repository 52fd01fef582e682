package io.github.k12sso.classlink.refresh;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.k12sso.classlink.http.Bulkheads;
import io.github.k12sso.classlink.http.MeasuredSeries;
import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.vault.TokenRecord.TokenSet;
import io.github.k12sso.classlink.vault.TokenRecord.TokenSet.Source;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.SingleUseObjectProvider;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * The refreshes of this node that are in flight, and the token endpoints in cool-down. One for the whole server: requests for
 * the same user wait here for the first of them, so that a node takes the cluster's lock once.
 */
public final class RefreshesInFlight {

    /** Longest wait of a request for another's refresh: the life of a dead node's lock, and a call of ten seconds after it. */
    static final Duration MAX_WAIT = RefreshLock.LIFE.plusSeconds(12);
    /** Cool-down after a failure without {@code Retry-After}, so that an outage is not hammered. */
    static final Duration COOL_DOWN = Duration.ofSeconds(3);
    /** Longest cool-down that ClassLink can ask for. */
    static final Duration MAX_COOL_DOWN = Duration.ofSeconds(60);

    static final int MAX_COOL_DOWNS = 1_000;

    /** One for each request that has a place to refresh. */
    private final ConcurrentMap<String, CompletableFuture<RefreshOutcome>> inFlight = new ConcurrentHashMap<>();
    /** At most so many token endpoints are in cool-down: a forgotten one is asked once more. */
    private final Cache<String, Instant> coolDownUntil = Caffeine.newBuilder()
            .maximumSize(MAX_COOL_DOWNS)
            .executor(Runnable::run)
            .build();

    private final Bulkheads bulkheads;
    private final InstantSource clock;

    /** @param bulkheads the node's: each request that refreshes or waits holds a thread */
    public RefreshesInFlight(Bulkheads bulkheads, InstantSource clock) {
        this.bulkheads = bulkheads;
        this.clock = clock;
        MeasuredSeries.declare(Measurement.REFRESHES, RefreshOutcome.Kind.values());
    }

    /**
     * Does the work, or waits for the request that is doing it for the same key.
     *
     * @return unreachable, at once, if too many requests of this node do
     */
    RefreshOutcome join(String key, Supplier<RefreshOutcome> work) {
        try (Bulkheads.Place place = bulkheads.enter(Bulkheads.Group.REFRESHES)) {
            return workOrAwait(key, work);
        } catch (UpstreamFailure.Unavailable e) {
            return RefreshOutcome.unreachable(e.retryAfter().orElse(COOL_DOWN));
        }
    }

    private RefreshOutcome workOrAwait(String key, Supplier<RefreshOutcome> work) {
        CompletableFuture<RefreshOutcome> mine = new CompletableFuture<>();
        CompletableFuture<RefreshOutcome> first = inFlight.putIfAbsent(key, mine);
        if (first != null) {
            return await(first).coalesced();
        }
        try {
            mine.complete(work.get());
        } catch (RuntimeException e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            inFlight.remove(key, mine);
        }
        return mine.join();
    }

    private static RefreshOutcome await(CompletableFuture<RefreshOutcome> first) {
        try {
            return first.get(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return RefreshOutcome.unreachable(COOL_DOWN); // the first one's failure is logged where it happened
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return RefreshOutcome.unreachable(COOL_DOWN);
        }
    }

    /** How many cool-downs are remembered. */
    long coolDowns() {
        coolDownUntil.cleanUp();
        return coolDownUntil.estimatedSize();
    }

    /** Starts the cool-down of a provider's token endpoint, as long as it asked for. */
    Duration coolDown(String provider, Optional<Duration> asked) {
        Duration coolDown = asked.orElse(COOL_DOWN);
        coolDown = coolDown.compareTo(MAX_COOL_DOWN) > 0 ? MAX_COOL_DOWN : coolDown;
        coolDownUntil.put(provider, clock.instant().plus(coolDown));
        return coolDown;
    }

    /** What is left of the cool-down, if any. */
    Optional<Duration> remainingCoolDown(String provider) {
        Instant until = coolDownUntil.getIfPresent(provider);
        if (until == null) {
            return Optional.empty();
        }
        Duration left = Duration.between(clock.instant(), until);
        if (left.isNegative() || left.isZero()) {
            coolDownUntil.asMap().remove(provider, until);
            return Optional.empty();
        }
        return Optional.of(left);
    }

    /**
     * How an attempt to refresh a user's tokens ended.
     *
     * @param tokens valid ones, if there are any
     * @param retryAfter when to try again, if that may help
     */
    record RefreshOutcome(Kind kind, Optional<TokenSet> tokens, Optional<Duration> retryAfter) {

        /** For {@link io.github.k12sso.classlink.http.Measurement#REFRESHES}. */
        enum Kind {
            /** ClassLink issued new tokens, and they are committed. */
            REFRESHED,
            /** Another request had refreshed them, or the user had logged in again. */
            STILL_VALID,
            /** ClassLink said {@code invalid_grant}: the tokens are deleted, the link stays. */
            GRANT_REVOKED,
            /** ClassLink refused for another reason, or was not reached. Everything is kept. */
            UNREACHABLE,
            /**
             * The request was sent and no usable answer came. Everything is kept: a server without rotation takes the same refresh
             * token again; one that rotates may have spent it, and answers the next attempt with {@code invalid_grant}, whereupon
             * the user logs in again. Keycloak cannot tell the two apart.
             */
            AMBIGUOUS,
            /** The user, the link or its tokens no longer exist. */
            GONE
        }

        static RefreshOutcome refreshed(TokenSet tokens) {
            return new RefreshOutcome(Kind.REFRESHED, Optional.of(tokens.from(Source.REFRESHED)), Optional.empty());
        }

        static RefreshOutcome stillValid(TokenSet tokens) {
            return new RefreshOutcome(Kind.STILL_VALID, Optional.of(tokens.from(Source.COALESCED)), Optional.empty());
        }

        static RefreshOutcome grantRevoked() {
            return new RefreshOutcome(Kind.GRANT_REVOKED, Optional.empty(), Optional.empty());
        }

        static RefreshOutcome unreachable(Duration retryAfter) {
            return new RefreshOutcome(Kind.UNREACHABLE, Optional.empty(), Optional.of(retryAfter));
        }

        static RefreshOutcome ambiguous(Duration retryAfter) {
            return new RefreshOutcome(Kind.AMBIGUOUS, Optional.empty(), Optional.of(retryAfter));
        }

        static RefreshOutcome gone() {
            return new RefreshOutcome(Kind.GONE, Optional.empty(), Optional.empty());
        }

        /** The same for a request that waited for the one that refreshed. */
        RefreshOutcome coalesced() {
            return new RefreshOutcome(kind, tokens.map(set -> set.from(Source.COALESCED)), retryAfter);
        }
    }

    /**
     * The right to refresh one user's tokens, held by at most one request of the whole cluster, in Keycloak's own cluster-wide
     * store of single-use objects. It expires when the node that holds it dies.
     *
     * <p>Its limits: a holder that is slower than the lock's life (it cannot be: the call ends after ten seconds, and what
     * remains is one write) is not stopped, and a partitioned cluster has a store in each part. Both can make a second
     * refresh, neither can lose a record: {@link io.github.k12sso.classlink.vault.TokenStore#replace} writes only over what was read.
     */
    static final class RefreshLock {

        /** The call to ClassLink (10 s), and as much again for the write. */
        static final Duration LIFE = Duration.ofSeconds(20);

        private static final String OWNER = "owner";

        private final KeycloakSessionFactory factory;
        private final String key;
        private final String owner;

        private RefreshLock(KeycloakSessionFactory factory, String key, String owner) {
            this.factory = factory;
            this.key = key;
            this.owner = owner;
        }

        /** Empty if another request has it. */
        static Optional<RefreshLock> tryAcquire(KeycloakSessionFactory factory, String key) {
            String owner = UUID.randomUUID().toString();
            boolean acquired = inOwnTransaction(factory, store -> {
                if (!store.putIfAbsent(key, LIFE.toSeconds())) {
                    return false;
                }
                // The owner is written after: putIfAbsent takes none, and replace() would take the life away.
                store.put(key, LIFE.toSeconds(), Map.of(OWNER, owner));
                return true;
            });
            return acquired ? Optional.of(new RefreshLock(factory, key, owner)) : Optional.empty();
        }

        /** Releases the lock, unless it expired and another request has it by now. */
        void release() {
            inOwnTransaction(factory, store -> {
                Map<String, String> notes = store.get(key);
                return notes != null && owner.equals(notes.get(OWNER)) && store.remove(key) != null;
            });
        }

        /** {@code putIfAbsent} and {@code remove} act at once, but {@code put} when the transaction commits: after the release, say. */
        private static boolean inOwnTransaction(
                KeycloakSessionFactory factory, Predicate<SingleUseObjectProvider> job) {
            return KeycloakModelUtils.runJobInTransactionWithResult(
                    factory, session -> job.test(session.singleUseObjects()));
        }
    }
}
