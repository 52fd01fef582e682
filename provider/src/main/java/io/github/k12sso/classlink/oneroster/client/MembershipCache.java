package io.github.k12sso.classlink.oneroster.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.k12sso.classlink.http.Measurement;
import java.time.Duration;
import java.util.Set;

/** Who belongs to which class, as this node read it within the last minute. */
public final class MembershipCache {

    static final Duration TTL = Duration.ofSeconds(60);
    static final int MAX_ENTRIES = 10_000;

    private final Cache<String, Set<String>> memberships;

    /** @param ticker of the node */
    public MembershipCache(Ticker ticker) {
        this.memberships = Caffeine.newBuilder()
                .expireAfterWrite(TTL)
                .maximumSize(MAX_ENTRIES)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    private enum Lookup {
        MEMBERSHIPS_HIT,
        MEMBERSHIPS_MISS
    }

    interface Loader {
        Set<String> load() throws RosterFailure;
    }

    Set<String> get(String key, Loader loader) throws RosterFailure {
        Set<String> cached = memberships.getIfPresent(key);
        if (cached != null) {
            Measurement.ROSTER_CACHE.count(Lookup.MEMBERSHIPS_HIT);
            return cached;
        }
        Measurement.ROSTER_CACHE.count(Lookup.MEMBERSHIPS_MISS);
        Set<String> ids = Set.copyOf(loader.load());
        memberships.put(key, ids);
        return ids;
    }
}
