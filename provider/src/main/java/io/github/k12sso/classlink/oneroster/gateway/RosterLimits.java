package io.github.k12sso.classlink.oneroster.gateway;

import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import io.github.k12sso.classlink.oneroster.client.RosterProblem;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * How much of a node rosters may take. A request that finds no room is turned away at once: it never waits, and so never holds
 * a thread that a login needs.
 */
public final class RosterLimits {

    /** Requests of a node that are under way at once. */
    public static final int DEFAULT_PER_SERVER = 16;
    /** Those of one client. */
    public static final int DEFAULT_PER_CLIENT = 8;
    /** Those for one district. */
    public static final int DEFAULT_PER_DISTRICT = 8;

    private static final Duration COME_BACK = Duration.ofSeconds(1);
    private static final int MINUTE_SECONDS = 60;
    private static final int MAX_KEPT = 10_000;

    private final int perClient;
    private final int perDistrict;
    private final Semaphore server;
    private final Map<String, Semaphore> rooms = new ConcurrentHashMap<>();
    private final Map<String, Window> windows = new ConcurrentHashMap<>();
    private final Clock clock;

    private enum Limit {
        SERVER,
        CLIENT,
        DISTRICT,
        MINUTE
    }

    /**
     * Bounds of one node.
     *
     * @param perServer requests under way at once
     * @param perClient those of one client
     * @param perDistrict those for one district
     */
    public RosterLimits(int perServer, int perClient, int perDistrict, Clock clock) {
        this.server = new Semaphore(perServer);
        this.perClient = perClient;
        this.perDistrict = perDistrict;
        this.clock = clock;
    }

    /** Requests of a client in a minute. */
    private record Window(long minute, int requests) {}

    /** What is left of a client's minute, for headers. */
    record Minute(int limit, int remaining) {}

    /** A place that is held while a request is under way. */
    interface Place {
        void leave();
    }

    /** Counts a request of a client. */
    Minute count(String client, int limit) throws RosterFailure {
        long second = clock.instant().getEpochSecond();
        long minute = second / MINUTE_SECONDS;
        if (windows.size() > MAX_KEPT) {
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
                    RosterProblem.RATE_LIMITED,
                    "This client may send " + limit + " roster requests a minute",
                    Duration.ofSeconds(MINUTE_SECONDS - second % MINUTE_SECONDS),
                    null);
        }
        return new Minute(limit, limit - requests);
    }

    /** Takes a place for a request, or none. */
    Place enter(String client, String district) throws RosterFailure {
        if (rooms.size() > MAX_KEPT) {
            rooms.values().removeIf(room -> room.availablePermits() >= Math.max(perClient, perDistrict));
        }
        List<Semaphore> taken = new ArrayList<>();
        Place place = () -> taken.forEach(Semaphore::release);
        try {
            take(taken, server, Limit.SERVER);
            take(taken, room("client " + client, perClient), Limit.CLIENT);
            take(taken, room("district " + district, perDistrict), Limit.DISTRICT);
            return place;
        } catch (RosterFailure e) {
            place.leave();
            throw e;
        }
    }

    private Semaphore room(String name, int places) {
        return rooms.computeIfAbsent(name, unused -> new Semaphore(places));
    }

    private static void take(List<Semaphore> taken, Semaphore room, Limit limit) throws RosterFailure {
        if (!room.tryAcquire()) {
            Measurement.ROSTER_LIMITS.count(limit);
            throw new RosterFailure(
                    RosterProblem.BUSY,
                    switch (limit) {
                        case SERVER -> "This server answers as many roster requests as it may";
                        case CLIENT -> "This client has as many roster requests under way as it may";
                        default -> "This district's roster is being read by as many requests as may";
                    },
                    COME_BACK,
                    null);
        }
        taken.add(room);
    }
}
