package io.github.k12sso.classlink.oneroster.gateway;

import io.github.k12sso.classlink.oneroster.client.MembershipCache;
import io.github.k12sso.classlink.oneroster.client.PartnerApplications;
import java.time.Clock;

/** What one node remembers between requests: limits, and what it may answer without asking. */
public final class RosterState {

    private final RosterLimits limits;
    private final PartnerApplications applications;
    private final MembershipCache memberships;
    private final PageCache pages;

    public RosterState(RosterLimits limits, Clock clock) {
        this.limits = limits;
        this.applications = new PartnerApplications(clock);
        this.memberships = new MembershipCache(clock);
        this.pages = new PageCache(clock);
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
}
