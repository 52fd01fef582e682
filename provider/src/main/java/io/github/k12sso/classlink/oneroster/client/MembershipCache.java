package io.github.k12sso.classlink.oneroster.client;

import io.github.k12sso.classlink.http.Measurement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Who belongs to whom, as this node read it within the last minute. */
public final class MembershipCache {

    static final Duration TTL = Duration.ofSeconds(60);
    static final int MAX_ENTRIES = 10_000;

    private final Clock clock;
    private final Map<String, Known> known = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MAX_ENTRIES;
        }
    });

    public MembershipCache(Clock clock) {
        this.clock = clock;
    }

    private record Known(Instant until, Set<String> ids) {}

    private enum Cache {
        MEMBERSHIPS_HIT,
        MEMBERSHIPS_MISS
    }

    interface Loader {
        Set<String> load() throws RosterFailure;
    }

    Set<String> get(String key, Loader loader) throws RosterFailure {
        Known answer = known.get(key);
        if (answer != null && answer.until().isAfter(clock.instant())) {
            Measurement.ROSTER_CACHE.count(Cache.MEMBERSHIPS_HIT);
            return answer.ids();
        }
        Measurement.ROSTER_CACHE.count(Cache.MEMBERSHIPS_MISS);
        Set<String> ids = Set.copyOf(loader.load());
        known.put(key, new Known(clock.instant().plus(TTL), ids));
        return ids;
    }
}
