package io.github.k12sso.classlink.oneroster.gateway;

import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * How much of a node rosters may take. A request over a limit is rejected immediately: it never waits, and so never holds
 * a thread that a login needs.
 */
public final class RosterLimits {

    /** Requests of a node that are under way at once. */
    public static final int DEFAULT_PER_SERVER = 16;
    /** Those of one client. */
    public static final int DEFAULT_PER_CLIENT = 8;
    /** Those for one district. */
    public static final int DEFAULT_PER_DISTRICT = 8;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final int MINUTE_SECONDS = 60;
    private static final int MAX_KEYS = 10_000;

    private final int perProvider;
    private final int perClient;
    private final int perDistrict;
    private final Semaphore server;
    private final Map<String, Semaphore> semaphores = new ConcurrentHashMap<>();
    private final Map<String, Window> windows = new ConcurrentHashMap<>();
    private final InstantSource clock;

    private enum Limit {
        SERVER,
        PROVIDER,
        CLIENT,
        DISTRICT,
        MINUTE
    }

    /**
     * Bounds of one node.
     *
     * @param perServer requests under way at once; those of one provider are three quarters of it at most, so that others have
     *     room beside a roster service that does not answer
     * @param perClient those of one client
     * @param perDistrict those for one district
     */
    public RosterLimits(int perServer, int perClient, int perDistrict, InstantSource clock) {
        this.server = new Semaphore(perServer);
        this.perProvider = Math.max(1, perServer * 3 / 4);
        this.perClient = perClient;
        this.perDistrict = perDistrict;
        this.clock = clock;
    }

    /** Requests of a client in a minute. */
    private record Window(long minute, int requests) {}

    /** What is left of a client's minute, for headers. */
    record Minute(int limit, int remaining) {}

    /** Held while a request is under way. */
    interface Permit {
        void release();
    }

    /** Counts a request of a client. */
    Minute count(String client, int limit) throws RosterFailure {
        long second = clock.instant().getEpochSecond();
        long minute = second / MINUTE_SECONDS;
        if (windows.size() > MAX_KEYS) {
            windows.values().removeIf(window -> window.minute() != minute);
        }
        int requests = windows.merge(
                        client,
                        new Window(minute, 1),
                        (old, one) -> old.minute() == minute ? new Window(minute, old.requests() + 1) : one)
                .requests();
        if (requests > limit) {
            Measurement.ROSTER_LIMITS.count(Limit.MINUTE);
            throw new RosterFailure(
                    RosterFailure.Reason.RATE_LIMITED,
                    "This client may send " + limit + " roster requests a minute",
                    Duration.ofSeconds(MINUTE_SECONDS - second % MINUTE_SECONDS),
                    null);
        }
        return new Minute(limit, limit - requests);
    }

    /** Counts a request as under way, or rejects it. */
    Permit acquire(String provider, String client, String district) throws RosterFailure {
        if (semaphores.size() > MAX_KEYS) {
            semaphores
                    .values()
                    .removeIf(semaphore ->
                            semaphore.availablePermits() >= Math.max(perProvider, Math.max(perClient, perDistrict)));
        }
        List<Semaphore> acquired = new ArrayList<>();
        Permit permit = () -> acquired.forEach(Semaphore::release);
        try {
            tryAcquire(acquired, server, Limit.SERVER);
            tryAcquire(acquired, semaphore("provider " + provider, perProvider), Limit.PROVIDER);
            tryAcquire(acquired, semaphore("client " + client, perClient), Limit.CLIENT);
            tryAcquire(acquired, semaphore("district " + district, perDistrict), Limit.DISTRICT);
            return permit;
        } catch (RosterFailure e) {
            permit.release();
            throw e;
        }
    }

    private Semaphore semaphore(String name, int permits) {
        return semaphores.computeIfAbsent(name, unused -> new Semaphore(permits));
    }

    private static void tryAcquire(List<Semaphore> acquired, Semaphore semaphore, Limit limit) throws RosterFailure {
        if (!semaphore.tryAcquire()) {
            Measurement.ROSTER_LIMITS.count(limit);
            throw new RosterFailure(
                    RosterFailure.Reason.BUSY,
                    switch (limit) {
                        case SERVER -> "This server answers as many roster requests as it may";
                        case PROVIDER -> "This identity provider's rosters are being read by as many requests as may";
                        case CLIENT -> "This client has as many roster requests under way as it may";
                        default -> "This district's roster is being read by as many requests as may";
                    },
                    RETRY_AFTER,
                    null);
        }
        acquired.add(semaphore);
    }
}
