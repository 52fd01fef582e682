package io.github.k12sso.classlink.oneroster.gateway;

import io.github.k12sso.classlink.oneroster.client.Applications;
import io.github.k12sso.classlink.oneroster.client.KnownMemberships;
import java.time.Clock;

/** What one node remembers between requests: limits, and what it may answer without asking. */
public final class RosterState {

    private final RosterLimits limits;
    private final Applications applications;
    private final KnownMemberships memberships;
    private final PageCache pages;

    public RosterState(RosterLimits limits, Clock clock) {
        this.limits = limits;
        this.applications = new Applications(clock);
        this.memberships = new KnownMemberships(clock);
        this.pages = new PageCache(clock);
    }

    RosterLimits limits() {
        return limits;
    }

    Applications applications() {
        return applications;
    }

    KnownMemberships memberships() {
        return memberships;
    }

    PageCache pages() {
        return pages;
    }
}
