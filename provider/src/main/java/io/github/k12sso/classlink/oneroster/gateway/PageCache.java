package io.github.k12sso.classlink.oneroster.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.k12sso.classlink.http.Measurement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Pages that are the same for everybody in a district: schools, courses, terms. They are kept for a minute, and dropped when
 * the roster service says that the district shares something else now ({@code x-perm-rev},
 * docs/internals/classlink-rosters.md#queries-and-headers).
 */
final class PageCache {

    static final Duration TTL = Duration.ofSeconds(60);

    private static final int MAX_PAGES = 100;
    private static final int MAX_BYTES = 256 * 1024;

    private final Map<String, String> revisions = new ConcurrentHashMap<>();
    private final Cache<String, Entry> pages;

    private record Entry(String district, Page page) {}

    /** A whole answer. */
    static final class Page {

        private final byte[] body;
        private final Optional<String> total;
        private final boolean full;
        private final boolean counted;

        /**
         * An answer to be sent.
         *
         * @param total of the collection, if the reader may know it
         * @param full the source sent as many rows as were asked for: there may be more
         */
        Page(byte[] body, Optional<String> total, boolean full) {
            this(body, total, full, false);
        }

        private Page(byte[] body, Optional<String> total, boolean full, boolean counted) {
            this.body = body;
            this.total = total;
            this.full = full;
            this.counted = counted;
        }

        /** An answer of rows that were counted here, so that it is known where each page begins. */
        static Page counted(byte[] body, long total) {
            return new Page(body, Optional.of(Long.toString(total)), false, true);
        }

        /** Rows of the whole collection; empty if the source counted them, or nobody did. */
        OptionalLong counted() {
            return counted ? OptionalLong.of(Long.parseLong(total.orElseThrow())) : OptionalLong.empty();
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

    private enum Lookup {
        PAGE_HIT,
        PAGE_MISS
    }

    PageCache(Ticker ticker) {
        this.pages = Caffeine.newBuilder()
                .expireAfterWrite(TTL)
                .maximumSize(MAX_PAGES)
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
        if (page.body().length <= MAX_BYTES) {
            pages.put(key, new Entry(district, page));
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
        pages.asMap().values().removeIf(entry -> entry.district().equals(district));
        return true;
    }
}
