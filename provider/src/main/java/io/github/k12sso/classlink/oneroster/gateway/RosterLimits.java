package io.github.k12sso.classlink.oneroster.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.k12sso.classlink.http.MeasuredSeries;
import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.keycloak.models.RealmModel;

/**
 * Limits for roster requests on a node. Requests over a limit are rejected immediately, so they never block a thread
 * that a login needs.
 */
public final class RosterLimits {

    /** Concurrent requests per node. */
    public static final int DEFAULT_PER_SERVER = 16;
    /** Concurrent requests per client. */
    public static final int DEFAULT_PER_CLIENT = 8;
    /** Concurrent requests per district. */
    public static final int DEFAULT_PER_DISTRICT = 8;

    /** Maximum number of tracked users per client; uses less than 10 MB. */
    static final int MAX_MINUTES = 20_000;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final int MINUTE_SECONDS = 60;

    private final int perServer;
    private final int perProvider;
    private final int perClient;
    private final int perDistrict;
    /** Concurrent requests by key. The server limit bounds the number of entries. */
    private final Map<String, Integer> inProgress = new ConcurrentHashMap<>();

    private final Cache<String, Window> windows = Caffeine.newBuilder()
            .maximumSize(MAX_MINUTES)
            .executor(Runnable::run)
            .build();
    private final InstantSource clock;

    private enum Limit {
        SERVER,
        PROVIDER,
        CLIENT,
        USER,
        DISTRICT,
        MINUTE
    }

    /**
     * Creates the limits of one node.
     *
     * @param perServer concurrent requests; one provider gets at most three quarters, so an unresponsive roster service
     *     does not block the others
     * @param perClient concurrent requests of one client; one user gets half of them, rounded up
     * @param perDistrict concurrent requests for one district
     */
    public RosterLimits(int perServer, int perClient, int perDistrict, InstantSource clock) {
        this.perServer = perServer;
        this.perProvider = Math.max(1, perServer * 3 / 4);
        this.perClient = perClient;
        this.perDistrict = perDistrict;
        this.clock = clock;
        MeasuredSeries.declare(Measurement.ROSTER_LIMITS, Limit.values());
    }

    /**
     * The client and user whose requests are counted.
     *
     * @param realm of the access token, for the metrics
     * @param client realm and ID of the access token's client
     * @param user ID of the token's user
     * @param service whether the user is the client's service account, which gets the full client limit
     */
    record Requester(RealmModel realm, String client, String user, boolean service) {

        private String key() {
            return client + " " + user;
        }
    }

    /** The requests of a user in one minute. */
    private record Window(long minute, int requests) {}

    /** The remaining requests of a user, for headers. */
    record Minute(int limit, int remaining) {}

    /** Held during a request. */
    interface Permit {
        void release();
    }

    /** Counts a request per user and client, so a user cannot use up the limit of others. */
    Minute count(Requester requester, int limit) throws RosterFailure {
        long second = clock.instant().getEpochSecond();
        long minute = second / MINUTE_SECONDS;
        int requests = windows.asMap()
                .merge(
                        requester.key(),
                        new Window(minute, 1),
                        (old, one) -> old.minute() == minute ? new Window(minute, old.requests() + 1) : one)
                .requests();
        if (requests > limit) {
            Measurement.ROSTER_LIMITS.count(requester.realm(), Limit.MINUTE);
            throw new RosterFailure(
                    RosterFailure.Reason.RATE_LIMITED,
                    "Request limit exceeded: each user can send " + limit + " roster requests per minute with "
                            + "this client",
                    Duration.ofSeconds(MINUTE_SECONDS - second % MINUTE_SECONDS),
                    null);
        }
        return new Minute(limit, limit - requests);
    }

    /** Counts a concurrent request, or rejects it. */
    Permit acquire(String provider, Requester requester, String district) throws RosterFailure {
        List<String> acquired = new ArrayList<>();
        Permit permit = () -> acquired.forEach(this::leave);
        try {
            enter(requester, acquired, "server", perServer, Limit.SERVER);
            enter(requester, acquired, "provider " + provider, perProvider, Limit.PROVIDER);
            enter(requester, acquired, "client " + requester.client(), perClient, Limit.CLIENT);
            if (!requester.service()) {
                enter(requester, acquired, "user " + requester.key(), (perClient + 1) / 2, Limit.USER);
            }
            enter(requester, acquired, "district " + district, perDistrict, Limit.DISTRICT);
            return permit;
        } catch (RosterFailure e) {
            permit.release();
            throw e;
        }
    }

    private void enter(Requester requester, List<String> acquired, String name, int places, Limit limit)
            throws RosterFailure {
        boolean[] entered = {false};
        inProgress.compute(name, (unused, taken) -> {
            entered[0] = taken == null || taken < places;
            int now = taken == null ? 0 : taken;
            return entered[0] ? now + 1 : now;
        });
        if (!entered[0]) {
            Measurement.ROSTER_LIMITS.count(requester.realm(), limit);
            throw new RosterFailure(RosterFailure.Reason.BUSY, explanation(limit), RETRY_AFTER, null);
        }
        acquired.add(name);
    }

    private void leave(String name) {
        inProgress.computeIfPresent(name, (unused, taken) -> taken == 1 ? null : taken - 1);
    }

    /** Returns the number of keys in use, for tests. */
    long held() {
        windows.cleanUp();
        return inProgress.size() + windows.estimatedSize();
    }

    private static String explanation(Limit limit) {
        return switch (limit) {
            case SERVER -> "This server has too many concurrent roster requests";
            case PROVIDER -> "This identity provider has too many concurrent roster requests";
            case CLIENT -> "This client has too many concurrent roster requests";
            case USER -> "This user has too many concurrent roster requests with this client";
            default -> "This district has too many concurrent roster requests";
        };
    }
}
