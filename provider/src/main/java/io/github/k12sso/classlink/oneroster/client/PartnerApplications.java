package io.github.k12sso.classlink.oneroster.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.k12sso.classlink.http.MeasuredSeries;
import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.oneroster.client.RosterFailure.Reason;
import io.github.k12sso.classlink.oneroster.client.RosterFailure.Silences;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The partner's districts, cached on this node. The list has no counts: it ends at a page that is not full, and every
 * page must be read (Trap 19, docs/internals/classlink-traps.md).
 */
public final class PartnerApplications {

    static final Duration TTL = Duration.ofMinutes(5);
    /** A list older than this is read again before a district is reported as missing. */
    static final Duration STALE = Duration.ofSeconds(30);

    private static final int PAGE = 1000;
    private static final int MAX_PAGES = 50;
    /** Maximum characters of IDs and bearer tokens in one list; twice as many in all lists of a node. */
    private static final int MAX_LENGTH = 16 * 1024 * 1024;

    private final Cache<String, Listing> listings = Caffeine.newBuilder()
            .maximumWeight(2L * MAX_LENGTH)
            .weigher((String provider, Listing listing) -> provider.length() + listing.length())
            .executor(Runnable::run)
            .build();
    private final Map<String, CompletableFuture<Listing>> inProgress = new ConcurrentHashMap<>();
    private final InstantSource clock;
    private final Silences silences;

    public PartnerApplications(InstantSource clock, Silences silences) {
        this.clock = clock;
        this.silences = silences;
        MeasuredSeries.declare(Measurement.ROSTER_CACHE, Cached.values());
    }

    private record Listing(Instant read, Map<String, Application> districts, int length) {}

    /**
     * The partner of a provider, with its access to the list.
     *
     * @param end deadline of the request, in {@link System#nanoTime()}
     */
    record Partner(String provider, UpstreamClient upstream, String rosterUrl, String key, long end) {

        Partner(String provider, UpstreamClient upstream, String rosterUrl, String key, Duration total) {
            this(provider, upstream, rosterUrl, key, System.nanoTime() + total.toNanos());
        }

        private long nanosLeft() {
            return end - System.nanoTime();
        }
    }

    private enum Cached {
        APPLICATIONS_HIT,
        APPLICATIONS_MISS
    }

    /** Finds a district in the cached list. */
    Optional<Application> find(Partner partner, String tenantId) throws RosterFailure {
        Listing listing = listings.getIfPresent(partner.provider());
        if (listing != null && isYoungerThan(TTL, listing)) {
            Application found = listing.districts().get(tenantId);
            if ((found != null && found.enabled()) || isYoungerThan(STALE, listing)) {
                Measurement.ROSTER_CACHE.count(Cached.APPLICATIONS_HIT);
                return Optional.ofNullable(found);
            }
        }
        return refreshed(partner, listing, tenantId);
    }

    /** Finds a district in a new list, because its bearer token was rejected. */
    Optional<Application> findRefreshed(Partner partner, Application refused) throws RosterFailure {
        Listing listing = listings.getIfPresent(partner.provider());
        Application known = listing == null ? null : listing.districts().get(refused.tenantId());
        if (known != null && !known.bearer().equals(refused.bearer())) {
            return Optional.of(known); // another request has already refreshed the list
        }
        return refreshed(partner, listing, refused.tenantId());
    }

    /** Drops the list of a provider, because a district's permissions changed. */
    public void forget(String provider) {
        listings.invalidate(provider);
    }

    /** One request reads the list, and the provider's other requests wait for it until their deadlines. */
    private Optional<Application> refreshed(Partner partner, Listing seen, String tenantId) throws RosterFailure {
        Listing now = listings.getIfPresent(partner.provider());
        if (now == null || now.equals(seen)) {
            CompletableFuture<Listing> own = new CompletableFuture<>();
            CompletableFuture<Listing> other = inProgress.putIfAbsent(partner.provider(), own);
            now = other == null ? ask(partner, own) : await(partner, other);
        }
        return Optional.ofNullable(now.districts().get(tenantId));
    }

    private Listing ask(Partner partner, CompletableFuture<Listing> answer) throws RosterFailure {
        Measurement.ROSTER_CACHE.count(Cached.APPLICATIONS_MISS);
        try {
            Listing listing = readAll(partner);
            listings.put(partner.provider(), listing);
            answer.complete(listing);
            return listing;
        } catch (RosterFailure | RuntimeException e) {
            answer.completeExceptionally(e);
            throw e;
        } finally {
            inProgress.remove(partner.provider(), answer);
        }
    }

    private static Listing await(Partner partner, CompletableFuture<Listing> answer) throws RosterFailure {
        try {
            return answer.get(partner.nanosLeft(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RosterFailure failure) {
                throw failure;
            }
            throw new RosterFailure(Reason.UNEXPECTED, "The list of districts could not be read");
        } catch (TimeoutException e) {
            throw tooSlow();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw tooSlow();
        }
    }

    private static RosterFailure tooSlow() {
        return new RosterFailure(Reason.SOURCE_TOO_SLOW, "The list of districts was not received in time", STALE, null);
    }

    private boolean isYoungerThan(Duration age, Listing listing) {
        return listing.read().plus(age).isAfter(clock.instant());
    }

    private Listing readAll(Partner partner) throws RosterFailure {
        Instant start = clock.instant();
        Map<String, Application> districts = new HashMap<>();
        int length = 0;
        for (int page = 0; page < MAX_PAGES; page++) {
            JsonNode rows = read(partner, page);
            for (JsonNode row : rows) {
                Optional<Application> found = Application.read(row);
                length += found.map(Application::length).orElse(0);
                found.ifPresent(
                        each -> districts.merge(each.tenantId(), each, (one, other) -> one.enabled() ? one : other));
            }
            if (length > MAX_LENGTH) {
                throw new RosterFailure(Reason.SOURCE_BROKEN, "The list of districts is too long");
            }
            if (rows.size() < PAGE) {
                return new Listing(start, districts, length);
            }
        }
        throw new RosterFailure(
                Reason.SOURCE_BROKEN, "The list of districts does not end after " + MAX_PAGES * PAGE + " rows");
    }

    private JsonNode read(Partner partner, int page) throws RosterFailure {
        Silences.Source source = silences.of(partner.provider());
        source.require();
        Duration left = Duration.ofNanos(partner.nanosLeft());
        if (left.isNegative()) {
            throw tooSlow();
        }
        String url = partner.rosterUrl() + "/applications?limit=" + PAGE + "&offset=" + page * PAGE;
        try {
            JsonNode rows = partner.upstream()
                    .within(left)
                    .get(Operation.APPLICATIONS, url, partner.key())
                    .path("applications");
            source.answered();
            if (!rows.isArray()) {
                throw new RosterFailure(Reason.SOURCE_BROKEN, "The list of districts has no applications array");
            }
            return rows;
        } catch (UpstreamFailure.Unavailable e) {
            source.failed(e, left.minusNanos(partner.nanosLeft()));
            throw new RosterFailure(
                    Reason.SOURCE_UNAVAILABLE, e.getMessage(), e.retryAfter().orElse(null), e);
        } catch (UpstreamFailure.Refused e) {
            throw new RosterFailure(Reason.CONFIGURATION, e);
        } catch (UpstreamFailure e) {
            throw new RosterFailure(Reason.SOURCE_BROKEN, e);
        }
    }

    /**
     * A district in the {@code /applications} list (docs/internals/classlink-rosters.md#access).
     *
     * @param id {@code oneroster_application_id}: already percent-encoded, and used unchanged (Traps 16 and 17,
     *     docs/internals/classlink-traps.md)
     * @param bearer the bearer token for this district; absent if ClassLink sends null
     * @param enabled whether the district currently shares its roster
     */
    record Application(String tenantId, String id, Optional<String> bearer, boolean enabled) {

        /** Rejects IDs that could change the path. */
        private static final String SAFE_ID = "[A-Za-z0-9%._~=-]{1,200}";

        private int length() {
            return tenantId.length() + id.length() + bearer.map(String::length).orElse(0);
        }

        static Optional<Application> read(JsonNode row) {
            String tenantId = row.path("tenant_id").asText();
            String id = row.path("oneroster_application_id").asText();
            if (tenantId.isBlank()
                    || tenantId.length() > 255
                    || !id.matches(SAFE_ID)
                    || id.equals(".")
                    || id.equals("..")) {
                return Optional.empty();
            }
            return Optional.of(new Application(
                    tenantId,
                    id,
                    Optional.ofNullable(row.path("bearer").textValue()).filter(text -> text.matches("[!-~]{1,4096}")),
                    row.path("enabled").asText("true").equals("true")
                            && row.path("tenant_status").asText("Active").equals("Active")));
        }

        /** Omits the bearer token. */
        @Override
        public String toString() {
            return "Application[…]";
        }
    }
}
