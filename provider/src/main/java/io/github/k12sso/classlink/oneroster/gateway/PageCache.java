package io.github.k12sso.classlink.oneroster.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.k12sso.classlink.http.MeasuredSeries;
import io.github.k12sso.classlink.http.Measurement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Caches pages that are the same for all users of a district: schools, courses, terms. They are kept for a minute, and
 * dropped when the district's permissions change ({@code x-perm-rev},
 * docs/internals/classlink-rosters.md#queries-and-headers).
 */
final class PageCache {

    static final Duration TTL = Duration.ofSeconds(60);

    /** Maximum bytes of all pages with their keys. */
    static final int MAX_BYTES = 16 * 1024 * 1024;

    static final int MAX_PAGE_BYTES = 256 * 1024;
    private static final int MAX_REVISIONS = 10_000;

    private final Map<String, String> revisions = new ConcurrentHashMap<>();
    private final Cache<String, Entry> pages;

    private record Entry(String district, Page page) {}

    /** A complete page. */
    static final class Page {

        private final byte[] body;
        private final Optional<String> total;
        private final boolean full;
        private final boolean exact;
        private final Optional<String> revision;
        private final Optional<Integer> count;

        /**
         * Creates a page.
         *
         * @param total size of the collection, if the user can see it
         * @param full whether more rows may follow
         * @param revision of the district's permissions ({@code x-perm-rev})
         * @param count of these rows ({@code x-count}), if the service sends it
         */
        Page(byte[] body, Optional<String> total, boolean full, Optional<String> revision, Optional<Integer> count) {
            this(body, total, full, revision, count, false);
        }

        private Page(
                byte[] body,
                Optional<String> total,
                boolean full,
                Optional<String> revision,
                Optional<Integer> count,
                boolean exact) {
            this.body = body;
            this.total = total;
            this.full = full;
            this.revision = revision;
            this.count = count;
            this.exact = exact;
        }

        /** Creates a page from rows that were counted here, so the offsets of all pages are known. */
        static Page counted(byte[] body, long total) {
            return new Page(body, Optional.of(Long.toString(total)), false, Optional.empty(), Optional.empty(), true);
        }

        /** Returns the size of the collection if it was counted here. */
        OptionalLong counted() {
            return exact ? OptionalLong.of(Long.parseLong(total.orElseThrow())) : OptionalLong.empty();
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

        Optional<String> revision() {
            return revision;
        }

        Optional<Integer> count() {
            return count;
        }
    }

    private enum Lookup {
        PAGE_HIT,
        PAGE_MISS
    }

    PageCache(Ticker ticker) {
        MeasuredSeries.declare(Measurement.ROSTER_CACHE, Lookup.values());
        this.pages = Caffeine.newBuilder()
                .expireAfterWrite(TTL)
                .maximumWeight(MAX_BYTES)
                .weigher((String key, Entry entry) -> 2 * key.length()
                        + 2 * entry.district().length()
                        + entry.page().body().length)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    Optional<Page> get(String key) {
        Optional<Page> page = Optional.ofNullable(pages.getIfPresent(key)).map(Entry::page);
        Measurement.ROSTER_CACHE.count(page.isPresent() ? Lookup.PAGE_HIT : Lookup.PAGE_MISS);
        return page;
    }

    void put(String key, String district, Page page) {
        if (page.body().length <= MAX_PAGE_BYTES) {
            pages.put(key, new Entry(district, page));
        }
    }

    /**
     * Records a district's revision.
     *
     * @return whether it changed, so the district's pages were dropped
     */
    boolean noteRevision(String district, String revision) {
        if (revisions.size() > MAX_REVISIONS) {
            revisions.clear();
        }
        String before = revisions.put(district, revision);
        if (before == null || before.equals(revision)) {
            return false;
        }
        pages.asMap().values().removeIf(entry -> entry.district().equals(district));
        return true;
    }
}
