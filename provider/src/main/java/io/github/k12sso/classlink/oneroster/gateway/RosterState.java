package io.github.k12sso.classlink.oneroster.gateway;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.k12sso.classlink.oneroster.client.PartnerApplications;
import io.github.k12sso.classlink.oneroster.client.RosterFailure.Silences;
import io.github.k12sso.classlink.oneroster.client.SourceMemberships.MembershipCache;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/** What one node remembers between requests: limits, and what it may answer without asking. */
public final class RosterState {

    private final RosterLimits limits;
    private final PartnerApplications applications;
    private final MembershipCache memberships;
    private final PageCache pages;
    private final Silences silences;

    public RosterState(RosterLimits limits, InstantSource clock) {
        Ticker ticker = () -> nanos(clock.instant());
        this.limits = limits;
        this.silences = new Silences(clock, ticker);
        this.applications = new PartnerApplications(clock, silences);
        this.memberships = new MembershipCache(ticker);
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

    MembershipCache memberships() {
        return memberships;
    }

    PageCache pages() {
        return pages;
    }

    Silences silences() {
        return silences;
    }
}
