package io.github.k12sso.classlink.oneroster.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Ticker;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PageCacheTest {

    private final PageCache cache = new PageCache(Ticker.disabledTicker());

    /** The limit holds for any number of pages and any length of their keys. */
    @Test
    void theTotalSizeOfAllPagesIsBounded() {
        String longQuery = "x".repeat(100_000);
        IntStream.range(0, 300).forEach(number -> {
            cache.put("page " + number, "district", page(PageCache.MAX_PAGE_BYTES));
            cache.put(longQuery + number, "district", page(1));
        });

        long bytes = IntStream.range(0, 300)
                .mapToLong(number -> weight("page " + number) + weight(longQuery + number))
                .sum();
        assertThat(bytes).isPositive().isLessThanOrEqualTo(PageCache.MAX_BYTES);
    }

    @Test
    void aLargePageIsNotCached() {
        cache.put("page", "district", page(PageCache.MAX_PAGE_BYTES + 1));

        assertThat(cache.get("page")).isEmpty();
    }

    private long weight(String key) {
        return cache.get(key).map(page -> key.length() + page.body().length).orElse(0);
    }

    private static PageCache.Page page(int bytes) {
        return new PageCache.Page(new byte[bytes], Optional.empty(), false, Optional.empty(), Optional.empty());
    }
}
