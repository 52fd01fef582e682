package io.github.k12sso.classlink.oneroster.gateway;

import io.github.k12sso.classlink.http.Measurement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Pages that are the same for everybody in a district: schools, courses, terms. They are kept for a minute, and dropped when
 * the roster service says that the district shares something else now ({@code x-perm-rev}, classlink-facts 7.4).
 */
final class PageCache {

    static final Duration TTL = Duration.ofSeconds(60);

    private static final int MAX_PAGES = 100;
    private static final int MAX_BYTES = 256 * 1024;

    private final Clock clock;
    private final Map<String, String> revisions = new ConcurrentHashMap<>();
    private final Map<String, Kept> pages = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
            return size() > MAX_PAGES;
        }
    });

    private record Kept(String district, Instant until, Page page) {}

    /** A whole answer. */
    static final class Page {

        private final byte[] body;
        private final Optional<String> total;
        private final boolean full;

        /**
         * An answer to be sent.
         *
         * @param total of the collection, if the reader may know it
         * @param full the source sent as many rows as were asked for: there may be more
         */
        Page(byte[] body, Optional<String> total, boolean full) {
            this.body = body;
            this.total = total;
            this.full = full;
        }

        byte[] body() {
            return body;
        }

        Optional<String> total() {
            return total;
        }

        boolean full() {
            return full;
        }
    }

    private enum Cache {
        PAGE_HIT,
        PAGE_MISS
    }

    PageCache(Clock clock) {
        this.clock = clock;
    }

    Optional<Page> get(String key) {
        Kept kept = pages.get(key);
        boolean hit = kept != null && kept.until().isAfter(clock.instant());
        Measurement.ROSTER_CACHE.count(hit ? Cache.PAGE_HIT : Cache.PAGE_MISS);
        return hit ? Optional.of(kept.page()) : Optional.empty();
    }

    void put(String key, String district, Page page) {
        if (page.body().length <= MAX_BYTES) {
            pages.put(key, new Kept(district, clock.instant().plus(TTL), page));
        }
    }

    /**
     * Takes note of a district's revision.
     *
     * @return whether it is another than before, and the district's pages are dropped
     */
    boolean noteRevision(String district, String revision) {
        if (revisions.size() > MAX_PAGES * MAX_PAGES) {
            revisions.clear();
        }
        String before = revisions.put(district, revision);
        if (before == null || before.equals(revision)) {
            return false;
        }
        synchronized (pages) {
            pages.values().removeIf(kept -> kept.district().equals(district));
        }
        return true;
    }
}
