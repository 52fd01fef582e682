package io.github.k12sso.classlink.vault;

import io.github.k12sso.classlink.vault.RefreshOutcome.Unreachable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The refreshes of this node that are under way, and the servers that need rest. One for the whole server: requests for the
 * same person wait here for the first of them, so that a node asks the cluster's lock once.
 */
public final class Refreshes {

    /** Longest wait of a request for another's refresh: the life of a dead node's lock, and a call of ten seconds after it. */
    static final Duration MAX_WAIT = RefreshLock.LIFE.plusSeconds(12);
    /** Requests that may wait at once: each holds a thread, and most a connection to the database (100 by default). */
    static final int MAX_WAITING = 64;
    /** Rest after a failure without {@code Retry-After}, so that an outage is not hammered. */
    static final Duration COOL_DOWN = Duration.ofSeconds(3);
    /** Longest rest that ClassLink can ask for. */
    static final Duration MAX_COOL_DOWN = Duration.ofSeconds(60);

    private final ConcurrentMap<String, CompletableFuture<RefreshOutcome>> underWay = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Instant> coolDownUntil = new ConcurrentHashMap<>();
    private final Semaphore waiting = new Semaphore(MAX_WAITING);
    private final Clock clock;

    public Refreshes(Clock clock) {
        this.clock = clock;
    }

    /**
     * An outcome and whose it is.
     *
     * @param own this request did the work
     */
    record Shared(RefreshOutcome outcome, boolean own) {}

    /** Does the work, or waits for the request that is doing it for the same key. */
    Shared once(String key, Supplier<RefreshOutcome> work) {
        CompletableFuture<RefreshOutcome> mine = new CompletableFuture<>();
        CompletableFuture<RefreshOutcome> first = underWay.putIfAbsent(key, mine);
        if (first != null) {
            return new Shared(await(first), false);
        }
        try {
            mine.complete(work.get());
        } catch (RuntimeException e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            underWay.remove(key, mine);
        }
        return new Shared(mine.join(), true);
    }

    private RefreshOutcome await(CompletableFuture<RefreshOutcome> first) {
        if (!waiting.tryAcquire()) {
            return new Unreachable(COOL_DOWN);
        }
        try {
            return first.get(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return new Unreachable(COOL_DOWN); // the first one's failure is logged where it happened
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Unreachable(COOL_DOWN);
        } finally {
            waiting.release();
        }
    }

    /** Requests that wait now. */
    int waiting() {
        return MAX_WAITING - waiting.availablePermits();
    }

    /** Lets a provider's token endpoint rest, as long as it asked for. */
    Duration coolDown(String provider, Optional<Duration> asked) {
        Duration coolDown = asked.orElse(COOL_DOWN);
        coolDown = coolDown.compareTo(MAX_COOL_DOWN) > 0 ? MAX_COOL_DOWN : coolDown;
        coolDownUntil.put(provider, clock.instant().plus(coolDown));
        return coolDown;
    }

    /** The rest that is left, if any. */
    Optional<Duration> remainingCoolDown(String provider) {
        Instant until = coolDownUntil.get(provider);
        if (until == null) {
            return Optional.empty();
        }
        Duration left = Duration.between(clock.instant(), until);
        if (left.isNegative() || left.isZero()) {
            coolDownUntil.remove(provider, until);
            return Optional.empty();
        }
        return Optional.of(left);
    }
}
