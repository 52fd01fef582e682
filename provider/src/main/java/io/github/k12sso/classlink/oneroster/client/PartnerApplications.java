package io.github.k12sso.classlink.oneroster.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.http.Operation;
import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.http.UpstreamFailure;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The districts of the partner, read page by page and kept on this node. There are no counts: a page that is not full is the
 * last, and a page left out would look like districts that are not there (Trap 19,
 * docs/internals/classlink-rosters.md).
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

    private record Listing(Instant read, Map<String, Application> districts) {}

    /** A provider's partner: whose districts, and how they are asked for. */
    record Partner(String provider, UpstreamClient upstream, String rosterUrl, String key) {}

    /** Hits and misses, for the metric. */
    private enum Cache {
        APPLICATIONS_HIT,
        APPLICATIONS_MISS
    }

    /** A district, as it was listed within the last minutes. */
    Optional<Application> find(Partner partner, String tenantId) throws RosterFailure {
        Listing listing = listings.get(partner.provider());
        if (listing != null && isYoungerThan(TTL, listing)) {
            Application found = listing.districts().get(tenantId);
            if ((found != null && found.enabled()) || isYoungerThan(STALE, listing)) {
                Measurement.ROSTER_CACHE.count(Cache.APPLICATIONS_HIT);
                return Optional.ofNullable(found);
            }
        }
        return refreshed(partner, listing, tenantId);
    }

    /** The same, asked for anew: the bearer was refused. */
    Optional<Application> findAnew(Partner partner, Application refused) throws RosterFailure {
        Listing listing = listings.get(partner.provider());
        Application known = listing == null ? null : listing.districts().get(refused.tenantId());
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
    private Optional<Application> refreshed(Partner partner, Listing seen, String tenantId) throws RosterFailure {
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

    private static Map<String, Application> readAll(Partner partner) throws RosterFailure {
        Map<String, Application> districts = new HashMap<>();
        for (int page = 0; page < MAX_PAGES; page++) {
            JsonNode rows = read(partner, page);
            for (JsonNode row : rows) {
                Application.read(row)
                        .ifPresent(found ->
                                districts.merge(found.tenantId(), found, (one, other) -> one.enabled() ? one : other));
            }
            if (rows.size() < PAGE) {
                return districts;
            }
        }
        throw new RosterFailure(
                RosterFailure.Reason.SOURCE_BROKEN,
                "The list of districts does not end after " + MAX_PAGES * PAGE + " rows");
    }

    private static JsonNode read(Partner partner, int page) throws RosterFailure {
        String url = partner.rosterUrl() + "/applications?limit=" + PAGE + "&offset=" + page * PAGE;
        try {
            JsonNode rows = partner.upstream()
                    .get(Operation.APPLICATIONS, url, partner.key())
                    .path("applications");
            if (!rows.isArray()) {
                throw new RosterFailure(RosterFailure.Reason.SOURCE_BROKEN, "The list of districts lacks its rows");
            }
            return rows;
        } catch (UpstreamFailure.Unavailable e) {
            throw new RosterFailure(
                    RosterFailure.Reason.SOURCE_UNAVAILABLE,
                    e.getMessage(),
                    e.retryAfter().orElse(null),
                    e);
        } catch (UpstreamFailure.Refused e) {
            throw new RosterFailure(RosterFailure.Reason.CONFIGURATION, e);
        } catch (UpstreamFailure e) {
            throw new RosterFailure(RosterFailure.Reason.SOURCE_BROKEN, e);
        }
    }

    /**
     * A district that the partner may read, as {@code /applications} lists it
     * (docs/internals/classlink-rosters.md#access).
     *
     * @param id {@code oneroster_application_id}: percent-encoded as it comes, and used like that (Traps 16 and 17,
     *     docs/internals/classlink-rosters.md)
     * @param bearer for this district and no other; absent where ClassLink sends null
     * @param enabled the district shares its roster now
     */
    record Application(String tenantId, String id, Optional<String> bearer, boolean enabled) {

        /** An id that could bend the path it is put into is none. */
        private static final String SAFE_ID = "[A-Za-z0-9%._~=-]{1,200}";

        static Optional<Application> read(JsonNode row) {
            String tenantId = row.path("tenant_id").asText();
            String id = row.path("oneroster_application_id").asText();
            if (tenantId.isBlank() || !id.matches(SAFE_ID) || id.equals(".") || id.equals("..")) {
                return Optional.empty();
            }
            return Optional.of(new Application(
                    tenantId,
                    id,
                    Optional.ofNullable(row.path("bearer").textValue()).filter(text -> text.matches("[!-~]{1,4096}")),
                    row.path("enabled").asText("true").equals("true")
                            && row.path("tenant_status").asText("Active").equals("Active")));
        }

        /** Without the bearer. */
        @Override
        public String toString() {
            return "Application[…]";
        }
    }
}
