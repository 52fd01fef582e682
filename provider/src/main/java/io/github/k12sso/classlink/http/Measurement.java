package io.github.k12sso.classlink.http;

import io.github.k12sso.classlink.http.Bulkheads.Group;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.keycloak.models.RealmModel;

/**
 * The metrics, in Keycloak's registry: its metrics endpoint exports them if {@code metrics-enabled} is on. Every tag
 * value is an enum constant or a realm name, and {@link MeasuredSeries} bounds the number of realms, so received data
 * never becomes a tag value. docs/operate/metrics.md describes each metric.
 */
public enum Measurement {
    /** Calls to ClassLink, from the first byte of the request to the last byte of the response. */
    UPSTREAM_CALLS(Kind.TIMER, "classlink.upstream.calls", "Calls to ClassLink", "operation,outcome"),
    /** Requests rejected before a call, because too many requests are waiting or ClassLink does not respond. */
    REJECTIONS(
            Kind.COUNTER,
            "classlink.upstream.rejections",
            "Requests rejected before a call to ClassLink",
            "group,reason"),
    /** Logins returned from ClassLink. */
    LOGINS(Kind.COUNTER, "classlink.logins", "Logins returned from ClassLink", "realm,outcome"),
    /** Launches from LaunchPad tiles. */
    LAUNCHES(Kind.COUNTER, "classlink.launches", "Launches from LaunchPad tiles", "realm,outcome"),
    /** Requests of clients for a ClassLink token. */
    TOKEN_REQUESTS(Kind.COUNTER, "classlink.token.requests", "Requests for ClassLink tokens", "realm,api,outcome"),
    /** Token refreshes by this node. */
    REFRESHES(Kind.COUNTER, "classlink.token.refreshes", "Attempts to refresh ClassLink tokens", "realm,outcome"),
    /** Duration of requests to the roster gateway. */
    ROSTER_REQUESTS(Kind.TIMER, "classlink.roster.requests", "Requests to the roster gateway", "object,outcome"),
    /** Roster gateway requests by realm. Without duration, because a timer has one series per bucket. */
    ROSTER_OUTCOMES(Kind.COUNTER, "classlink.roster.outcomes", "Requests to the roster gateway", "realm,outcome"),
    /** Roster gateway requests rejected by a limit. */
    ROSTER_LIMITS(Kind.COUNTER, "classlink.roster.limits", "Roster requests rejected by a limit", "realm,limit"),
    /** Cache hits and misses of the roster gateway. */
    ROSTER_CACHE(Kind.COUNTER, "classlink.roster.cache", "Cache lookups in the roster gateway", "result");

    /** Covers the 10 seconds of a call and the 30 seconds of a roster request. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(100),
        Duration.ofMillis(300),
        Duration.ofSeconds(1),
        Duration.ofSeconds(3),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30)
    };

    private static final String REALM = "realm";

    /** Bounded by the number of declared series. */
    private static final Map<Series, Counter> COUNTERS = new ConcurrentHashMap<>();

    private final Kind kind;
    private final String meter;
    private final String description;
    /** Joined by commas, because an enum's fields must be immutable. */
    private final String tags;

    private record Series(Measurement measurement, List<String> realm, List<Enum<?>> values) {}

    private enum Kind {
        COUNTER,
        TIMER
    }

    Measurement(Kind kind, String meter, String description, String tags) {
        this.kind = kind;
        this.meter = meter;
        this.description = description;
        this.tags = tags;
    }

    /** Returns the Prometheus name: a counter has the suffix {@code _total}, a timer {@code _seconds}. */
    String series() {
        return meter.replace('.', '_') + (kind == Kind.COUNTER ? "_total" : "_seconds");
    }

    /** Returns the tag names in order. */
    List<String> tags() {
        return List.of(tags.split(","));
    }

    /** Returns whether the first tag is the realm. */
    boolean isPerRealm() {
        return tags().get(0).equals(REALM);
    }

    /** Increments the counter. */
    public void count(Enum<?>... values) {
        counter(List.of(), values).increment();
    }

    /** Increments the counter of a realm. */
    public void count(RealmModel realm, Enum<?>... values) {
        counter(List.of(MeasuredSeries.tagOf(realm)), values).increment();
    }

    /** Cached, because Micrometer's lookup by tags costs more than the increment. */
    private Counter counter(List<String> realm, Enum<?>[] values) {
        return COUNTERS.computeIfAbsent(
                new Series(this, realm, List.of(values)), unused -> counter(joined(realm, values)));
    }

    /** For a restart, which registers all series again. */
    static void forgetCounters() {
        COUNTERS.clear();
    }

    private static List<String> joined(List<String> realm, Enum<?>[] values) {
        List<String> tagged = new ArrayList<>(realm);
        tagged.addAll(words(values));
        return tagged;
    }

    /** Records a duration. */
    public void record(Duration time, Enum<?>... values) {
        timer(words(values)).record(time);
    }

    /** Registers a series with the value 0 if it does not exist. */
    void register(List<String> values) {
        if (kind == Kind.COUNTER) {
            counter(values);
        } else {
            timer(values);
        }
    }

    private Counter counter(List<String> values) {
        return Counter.builder(meter)
                .description(description)
                .tags(tagged(values))
                .register(Metrics.globalRegistry);
    }

    private Timer timer(List<String> values) {
        return Timer.builder(meter)
                .description(description)
                .tags(tagged(values))
                .serviceLevelObjectives(BUCKETS)
                .register(Metrics.globalRegistry);
    }

    /** Returns the tag values: constant names in lower case. */
    static List<String> words(Enum<?>... values) {
        return Arrays.stream(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    private Tags tagged(List<String> values) {
        List<String> names = tags();
        if (values.size() != names.size()) {
            throw new IllegalArgumentException(meter + " has the tags " + tags);
        }
        Tags tagged = Tags.empty();
        for (int i = 0; i < names.size(); i++) {
            tagged = tagged.and(Tag.of(names.get(i), values.get(i)));
        }
        return tagged;
    }

    /** The purpose of a call to ClassLink, with the maximum response size. */
    public enum Operation {
        /** Redeems an authorization code. */
        TOKEN("token endpoint", Group.LOGINS, 64 * 1024),
        /** Redeems a refresh token. */
        REFRESH("token endpoint (refresh)", Group.REFRESHES, 64 * 1024),
        /** Revokes a token (RFC 7009), in background threads. */
        REVOCATION("revocation endpoint", null, 64 * 1024),
        /** Reads the signing keys (JWKS). */
        KEYS("key endpoint", Group.LOGINS, 256 * 1024),
        /** Reads the user's profile, which is under 2 KiB at ClassLink. */
        PROFILE("profile endpoint", Group.LOGINS, 64 * 1024),
        /** Reads the user's groups. */
        GROUPS("groups endpoint", Group.LOGINS, 256 * 1024),
        /** Reads the partner's districts, up to 1,000 per page. */
        APPLICATIONS("applications endpoint", null, 4 * 1024 * 1024),
        /** Reads a roster page: 10,000 rows are about 6 MiB. */
        ROSTER("roster service", null, 32 * 1024 * 1024);

        private final String label;
        private final Group failFast;
        private final int maxBytes;

        Operation(String label, Group failFast, int maxBytes) {
            this.label = label;
            this.failFast = failFast;
            this.maxBytes = maxBytes;
        }

        /** Returns the name for log lines and messages. */
        public String label() {
            return label;
        }

        /**
         * Returns the group that fails fast if the address does not respond. Empty for revocations, which no request
         * waits for, and for rosters, which handle this per district ({@code RosterFailure.Silences}).
         */
        Optional<Group> failFast() {
            return Optional.ofNullable(failFast);
        }

        /** Returns the maximum body size in bytes. A larger response counts as malformed. */
        int maxBytes() {
            return maxBytes;
        }
    }
}
