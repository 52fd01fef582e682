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

    /** Minutes that are remembered: of so many users of clients. Under 10 MB. */
    static final int MAX_MINUTES = 20_000;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final int MINUTE_SECONDS = 60;

    private final int perServer;
    private final int perProvider;
    private final int perClient;
    private final int perDistrict;
    /** Requests under way, by what they count for; never more entries than the server's limit allows, times three and one. */
    private final Map<String, Integer> underWay = new ConcurrentHashMap<>();

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
     * Bounds of one node.
     *
     * @param perServer requests under way at once; those of one provider are three quarters of it at most, so that others have
     *     room beside a roster service that does not answer
     * @param perClient those of one client; one of its users gets half of them, rounded up
     * @param perDistrict those for one district
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
     * Whose requests are counted.
     *
     * @param realm of the access token, for the metrics
     * @param client the client of the access token, by realm and id
     * @param user the token's user, by id
     * @param service the user is the client's own service account: all of the client's places are theirs
     */
    record Requester(RealmModel realm, String client, String user, boolean service) {

        private String key() {
            return client + " " + user;
        }
    }

    /** Requests of a user in a minute. */
    private record Window(long minute, int requests) {}

    /** What is left of a user's minute, for headers. */
    record Minute(int limit, int remaining) {}

    /** Held while a request is under way. */
    interface Permit {
        void release();
    }

    /** Counts a request of a user of a client: no user can use up the minute of others. */
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
                    "Each user may send " + limit + " roster requests per minute with this client",
                    Duration.ofSeconds(MINUTE_SECONDS - second % MINUTE_SECONDS),
                    null);
        }
        return new Minute(limit, limit - requests);
    }

    /** Counts a request as under way, or rejects it. */
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
        underWay.compute(name, (unused, taken) -> {
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
        underWay.computeIfPresent(name, (unused, taken) -> taken == 1 ? null : taken - 1);
    }

    /** Keys that are held now: for tests. */
    long held() {
        windows.cleanUp();
        return underWay.size() + windows.estimatedSize();
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
