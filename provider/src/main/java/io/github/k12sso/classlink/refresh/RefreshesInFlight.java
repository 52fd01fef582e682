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
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.SingleUseObjectProvider;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * The refreshes in progress on this node and the token endpoints in cool-down. One instance per server: requests for
 * the same user wait for the first one, so a node acquires the cluster lock only once.
 */
public final class RefreshesInFlight {

    /**
     * Longest time that a request waits for another refresh: the lifetime of a failed node's lock plus one call of ten
     * seconds.
     */
    static final Duration MAX_WAIT = RefreshLock.LIFE.plusSeconds(12);
    /** Cool-down after a failure without {@code Retry-After}, which limits the load during an outage. */
    static final Duration COOL_DOWN = Duration.ofSeconds(3);
    /** Longest cool-down that ClassLink can request. */
    static final Duration MAX_COOL_DOWN = Duration.ofSeconds(60);

    static final int MAX_COOL_DOWNS = 1_000;

    /** One entry per request that is refreshing. */
    private final ConcurrentMap<String, CompletableFuture<RefreshOutcome>> inFlight = new ConcurrentHashMap<>();
    /** Bounded: an evicted token endpoint gets one more request. */
    private final Cache<String, Instant> coolDownUntil = Caffeine.newBuilder()
            .maximumSize(MAX_COOL_DOWNS)
            .executor(Runnable::run)
            .build();

    private final Bulkheads bulkheads;
    private final InstantSource clock;

    /** @param bulkheads of the node; each request that refreshes or waits holds a thread */
    public RefreshesInFlight(Bulkheads bulkheads, InstantSource clock) {
        this.bulkheads = bulkheads;
        this.clock = clock;
        MeasuredSeries.declare(Measurement.REFRESHES, RefreshOutcome.Kind.values());
    }

    /**
     * Runs the refresh, or waits for the request that runs it for the same key.
     *
     * @return {@code unreachable} immediately if this node has too many such requests
     */
    RefreshOutcome join(String key, Supplier<RefreshOutcome> work) {
        AtomicReference<CompletableFuture<RefreshOutcome>> other = new AtomicReference<>();
        try (Bulkheads.Place place =
                bulkheads.enter(Bulkheads.Group.REFRESHES, () -> other.updateAndGet(previous -> inFlight.get(key)))) {
            return other.get() == null
                    ? workOrAwait(key, work)
                    : await(other.get()).coalesced();
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
            return RefreshOutcome.unreachable(COOL_DOWN); // the first request logs its failure
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return RefreshOutcome.unreachable(COOL_DOWN);
        }
    }

    /** Returns the number of active cool-downs. */
    long coolDowns() {
        coolDownUntil.cleanUp();
        return coolDownUntil.estimatedSize();
    }

    /** Starts the cool-down of a provider's token endpoint, with the requested duration if there is one. */
    Duration coolDown(String provider, Optional<Duration> asked) {
        Duration coolDown = asked.orElse(COOL_DOWN);
        coolDown = coolDown.compareTo(MAX_COOL_DOWN) > 0 ? MAX_COOL_DOWN : coolDown;
        coolDownUntil.put(provider, clock.instant().plus(coolDown));
        return coolDown;
    }

    /** Returns the remaining cool-down, if any. */
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
     * The outcome of an attempt to refresh a user's tokens.
     *
     * @param tokens valid tokens, if there are any
     * @param retryAfter when to retry, if a retry may succeed
     */
    record RefreshOutcome(Kind kind, Optional<TokenSet> tokens, Optional<Duration> retryAfter) {

        /** For {@link io.github.k12sso.classlink.http.Measurement#REFRESHES}. */
        enum Kind {
            /** ClassLink issued new tokens, and they are committed. */
            REFRESHED,
            /** Another request already refreshed the tokens, or the user signed in again. */
            STILL_VALID,
            /** ClassLink answered {@code invalid_grant}: the tokens are deleted and the link is kept. */
            GRANT_REVOKED,
            /** ClassLink rejected the request for another reason or could not be reached. The tokens are kept. */
            UNREACHABLE,
            /**
             * The request was sent but no usable response arrived. The tokens are kept. A server without rotation
             * accepts the same refresh token again. A server with rotation may have invalidated it and answers the next
             * attempt with {@code invalid_grant}; the user must then sign in again. Keycloak cannot distinguish the
             * two.
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

        /** Returns this outcome for a request that waited for another refresh. */
        RefreshOutcome coalesced() {
            return new RefreshOutcome(kind, tokens.map(set -> set.from(Source.COALESCED)), retryAfter);
        }
    }

    /**
     * A cluster-wide lock for the refresh of one user's tokens, in Keycloak's store of single-use objects. If the node
     * that holds it fails, the lock expires.
     *
     * <p>Limits: a holder that takes longer than the lock's lifetime is not stopped, although the call ends after ten
     * seconds and only one write follows. A partitioned cluster has one store per partition. Both cases can cause a
     * second refresh but cannot lose a record: {@link io.github.k12sso.classlink.vault.TokenStore#replace} overwrites
     * only the record that was read.
     */
    static final class RefreshLock {

        /** The call to ClassLink (10 s) and the same time again for the write. */
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

        /** Tries to acquire the lock; empty if another request holds it. */
        static Optional<RefreshLock> tryAcquire(KeycloakSessionFactory factory, String key) {
            String owner = UUID.randomUUID().toString();
            boolean acquired = inOwnTransaction(factory, store -> {
                if (!store.putIfAbsent(key, LIFE.toSeconds())) {
                    return false;
                }
                // The owner is written separately: putIfAbsent has no notes, and replace() would remove the lifespan.
                store.put(key, LIFE.toSeconds(), Map.of(OWNER, owner));
                return true;
            });
            return acquired ? Optional.of(new RefreshLock(factory, key, owner)) : Optional.empty();
        }

        /** Releases the lock, unless it expired and another request now holds it. */
        void release() {
            inOwnTransaction(factory, store -> {
                Map<String, String> notes = store.get(key);
                return notes != null && owner.equals(notes.get(OWNER)) && store.remove(key) != null;
            });
        }

        /**
         * {@code putIfAbsent} and {@code remove} take effect immediately, but {@code put} only at commit, which could
         * be after the release.
         */
        private static boolean inOwnTransaction(
                KeycloakSessionFactory factory, Predicate<SingleUseObjectProvider> job) {
            return KeycloakModelUtils.runJobInTransactionWithResult(
                    factory, session -> job.test(session.singleUseObjects()));
        }
    }
}
