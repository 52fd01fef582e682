package io.github.k12sso.classlink.oneroster.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.http.Operation;
import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.http.UpstreamRefused;
import io.github.k12sso.classlink.http.UpstreamUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The districts of the partner, read page by page and kept on this node. There are no counts: a page that is not full is the
 * last, and a page left out would look like districts that are not there (Trap 19).
 *
 * <p>Not a Caffeine cache: a list counts as fresh for one question and as stale for another, and a failed read keeps the old one.
 */
public final class PartnerApplications {

    static final Duration TTL = Duration.ofMinutes(5);
    /** A list this old is asked for again before anybody is told that their district is not on it. */
    static final Duration STALE = Duration.ofSeconds(30);

    private static final int PAGE = 1000;
    private static final int MAX_PAGES = 50;

    private final Map<String, Listing> listings = new ConcurrentHashMap<>();
    private final Map<String, Object> locks = new ConcurrentHashMap<>();
    private final InstantSource clock;

    public PartnerApplications(InstantSource clock) {
        this.clock = clock;
    }

    private record Listing(Instant read, Map<String, PartnerApplication> districts) {}

    /** A provider's partner: whose districts, and how they are asked for. */
    record Partner(String provider, UpstreamClient upstream, String rosterUrl, String key) {}

    /** Hits and misses, for the metric. */
    private enum Cache {
        APPLICATIONS_HIT,
        APPLICATIONS_MISS
    }

    /** A district, as it was listed within the last minutes. */
    Optional<PartnerApplication> find(Partner partner, String tenantId) throws RosterFailure {
        Listing listing = listings.get(partner.provider());
        if (listing != null && isYoungerThan(TTL, listing)) {
            PartnerApplication found = listing.districts().get(tenantId);
            if ((found != null && found.enabled()) || isYoungerThan(STALE, listing)) {
                Measurement.ROSTER_CACHE.count(Cache.APPLICATIONS_HIT);
                return Optional.ofNullable(found);
            }
        }
        return refreshed(partner, listing, tenantId);
    }

    /** The same, asked for anew: the bearer was refused. */
    Optional<PartnerApplication> findAnew(Partner partner, PartnerApplication refused) throws RosterFailure {
        Listing listing = listings.get(partner.provider());
        PartnerApplication known = listing == null ? null : listing.districts().get(refused.tenantId());
        if (known != null && !known.bearer().equals(refused.bearer())) {
            return Optional.of(known); // somebody else asked meanwhile
        }
        return refreshed(partner, listing, refused.tenantId());
    }

    /** What a district shares has changed: so may have its place on the list. */
    public void forget(String provider) {
        listings.remove(provider);
    }

    /** One request asks, and the others of this provider wait for it. */
    private Optional<PartnerApplication> refreshed(Partner partner, Listing seen, String tenantId)
            throws RosterFailure {
        synchronized (lock(partner.provider())) {
            Listing now = listings.get(partner.provider());
            if (now == null || (seen != null && now.read().equals(seen.read()))) {
                Measurement.ROSTER_CACHE.count(Cache.APPLICATIONS_MISS);
                now = new Listing(clock.instant(), readAll(partner));
                listings.put(partner.provider(), now);
            }
            return Optional.ofNullable(now.districts().get(tenantId));
        }
    }

    private Object lock(String provider) {
        return locks.computeIfAbsent(provider, unused -> new Object());
    }

    private boolean isYoungerThan(Duration age, Listing listing) {
        return listing.read().plus(age).isAfter(clock.instant());
    }

    private static Map<String, PartnerApplication> readAll(Partner partner) throws RosterFailure {
        Map<String, PartnerApplication> districts = new HashMap<>();
        for (int page = 0; page < MAX_PAGES; page++) {
            JsonNode rows = read(partner, page);
            for (JsonNode row : rows) {
                PartnerApplication.read(row)
                        .ifPresent(found ->
                                districts.merge(found.tenantId(), found, (one, other) -> one.enabled() ? one : other));
            }
            if (rows.size() < PAGE) {
                return districts;
            }
        }
        throw new RosterFailure(
                RosterProblem.SOURCE_BROKEN, "The list of districts does not end after " + MAX_PAGES * PAGE + " rows");
    }

    private static JsonNode read(Partner partner, int page) throws RosterFailure {
        String url = partner.rosterUrl() + "/applications?limit=" + PAGE + "&offset=" + page * PAGE;
        try {
            JsonNode rows = partner.upstream()
                    .get(Operation.APPLICATIONS, url, partner.key())
                    .path("applications");
            if (!rows.isArray()) {
                throw new RosterFailure(RosterProblem.SOURCE_BROKEN, "The list of districts lacks its rows");
            }
            return rows;
        } catch (UpstreamUnavailable e) {
            throw new RosterFailure(
                    RosterProblem.SOURCE_UNAVAILABLE,
                    e.getMessage(),
                    e.retryAfter().orElse(null),
                    e);
        } catch (UpstreamRefused e) {
            throw new RosterFailure(RosterProblem.CONFIGURATION, e);
        } catch (UpstreamFailure e) {
            throw new RosterFailure(RosterProblem.SOURCE_BROKEN, e);
        }
    }
}
