package io.github.k12sso.classlink.oneroster.gateway;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.k12sso.classlink.oneroster.client.PartnerApplications;
import io.github.k12sso.classlink.oneroster.client.RosterWays;
import io.github.k12sso.classlink.oneroster.client.SourceLists;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/** What one node remembers between requests: limits, and what it may answer without asking. */
public final class RosterState {

    private final RosterLimits limits;
    private final PartnerApplications applications;
    private final SourceLists.Known lists;
    private final RosterWays.Lacking lacking;
    private final PageCache pages;

    public RosterState(RosterLimits limits, InstantSource clock) {
        Ticker ticker = () -> nanos(clock.instant());
        this.limits = limits;
        this.applications = new PartnerApplications(clock);
        this.lists = new SourceLists.Known(ticker);
        this.lacking = new RosterWays.Lacking(ticker);
        this.pages = new PageCache(ticker);
    }

    private static long nanos(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }

    RosterLimits limits() {
        return limits;
    }

    PartnerApplications applications() {
        return applications;
    }

    SourceLists.Known lists() {
        return lists;
    }

    RosterWays.Lacking lacking() {
        return lacking;
    }

    PageCache pages() {
        return pages;
    }
}
