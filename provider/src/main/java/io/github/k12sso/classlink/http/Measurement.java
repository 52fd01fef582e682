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
import java.util.Optional;
import org.keycloak.models.RealmModel;

/**
 * What is counted and timed, on Keycloak's own registry: its metrics endpoint shows it, where {@code metrics-enabled} is on.
 * Every tag is a constant of an enum or the name of a realm, of which {@link MeasuredSeries} bounds the number, so that nothing a
 * person or a server sent can become one. docs/operate/metrics.md explains each.
 */
public enum Measurement {
    /** Calls to ClassLink, from the request's first byte to the answer's last. */
    UPSTREAM_CALLS(Kind.TIMER, "classlink.upstream.calls", "Calls to ClassLink", "operation,outcome"),
    /** Requests that did not call ClassLink, because too many wait for it or because it does not answer. */
    REJECTIONS(
            Kind.COUNTER,
            "classlink.upstream.rejections",
            "Requests that were not allowed to call ClassLink",
            "group,reason"),
    /** Logins that came back from ClassLink. */
    LOGINS(Kind.COUNTER, "classlink.logins", "Logins that came back from ClassLink", "realm,outcome"),
    /** Clicks on tiles, and what became of them. */
    LAUNCHES(Kind.COUNTER, "classlink.launches", "Launches from LaunchPad tiles", "realm,outcome"),
    /** Apps' requests for a ClassLink token. */
    TOKEN_REQUESTS(Kind.COUNTER, "classlink.token.requests", "Requests for ClassLink tokens", "realm,api,outcome"),
    /** Attempts of this node to refresh tokens. */
    REFRESHES(Kind.COUNTER, "classlink.token.refreshes", "Attempts to refresh ClassLink tokens", "realm,outcome"),
    /** Requests to the roster gateway, and how long they took. */
    ROSTER_REQUESTS(Kind.TIMER, "classlink.roster.requests", "Requests to the roster gateway", "object,outcome"),
    /** The same by realm, without the time: a timer has a series for each of its buckets. */
    ROSTER_OUTCOMES(Kind.COUNTER, "classlink.roster.outcomes", "Requests to the roster gateway", "realm,outcome"),
    /** Requests to the roster gateway that a limit rejected. */
    ROSTER_LIMITS(Kind.COUNTER, "classlink.roster.limits", "Roster requests that a limit rejected", "realm,limit"),
    /** What the roster gateway knew already, and what it had to ask. */
    ROSTER_CACHE(Kind.COUNTER, "classlink.roster.cache", "Look-ups in the roster gateway's caches", "result");

    /** Up to the 10 seconds of a call and the 30 seconds of a roster request. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(100),
        Duration.ofMillis(300),
        Duration.ofSeconds(1),
        Duration.ofSeconds(3),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30)
    };

    private static final String REALM = "realm";

    private final Kind kind;
    private final String meter;
    private final String description;
    /** Joined by commas: an enum's fields do not change, and a list's elements may. */
    private final String tags;

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

    /** As Prometheus names it: {@code _total} follows a counter, {@code _seconds} a timer. */
    String series() {
        return meter.replace('.', '_') + (kind == Kind.COUNTER ? "_total" : "_seconds");
    }

    /** Names of the tags, in order. */
    List<String> tags() {
        return List.of(tags.split(","));
    }

    /** Whether the first tag is the realm. */
    boolean isPerRealm() {
        return tags().get(0).equals(REALM);
    }

    /** Counts one. */
    public void count(Enum<?>... values) {
        counter(words(values)).increment();
    }

    /** Counts one of a realm. */
    public void count(RealmModel realm, Enum<?>... values) {
        List<String> tagged = new ArrayList<>(List.of(MeasuredSeries.tagOf(realm)));
        tagged.addAll(words(values));
        counter(tagged).increment();
    }

    /** Counts one that took a while. */
    public void record(Duration time, Enum<?>... values) {
        timer(words(values)).record(time);
    }

    /** At 0, if nothing was counted yet. */
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

    /** The values of tags: names of constants, in small letters. */
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

    /** What a call to ClassLink is for, with the largest answer that is read. */
    public enum Operation {
        /** The authorization code's redemption. */
        TOKEN("token endpoint", Group.LOGINS, 64 * 1024),
        /** A refresh token's redemption. */
        REFRESH("token endpoint (refresh)", Group.REFRESHES, 64 * 1024),
        /** A token's revocation, RFC 7009: in the background, by threads of its own. */
        REVOCATION("revocation endpoint", null, 64 * 1024),
        /** The signing keys (JWKS). */
        KEYS("key endpoint", Group.LOGINS, 256 * 1024),
        /** The signed-in person's profile. ClassLink's own are under 2 KiB. */
        PROFILE("profile endpoint", Group.LOGINS, 64 * 1024),
        /** The signed-in person's groups. */
        GROUPS("groups endpoint", Group.LOGINS, 256 * 1024),
        /** The districts of the partner, up to a thousand a page. */
        APPLICATIONS("applications endpoint", null, 4 * 1024 * 1024),
        /** A page of a roster: 10,000 rows are about 6 MiB. */
        ROSTER("roster service", null, 32 * 1024 * 1024);

        private final String label;
        private final Group failFast;
        private final int maxBytes;

        Operation(String label, Group failFast, int maxBytes) {
            this.label = label;
            this.failFast = failFast;
            this.maxBytes = maxBytes;
        }

        /** For log lines and messages. */
        public String label() {
            return label;
        }

        /**
         * Who fails fast when it is silent. Empty for revocations, which nobody waits for, and for rosters: what they do about a
         * silent service, they do for each district ({@code RosterFailure.Silences}).
         */
        Optional<Group> failFast() {
            return Optional.ofNullable(failFast);
        }

        /** Bytes of body after which reading stops and the answer counts as malformed. */
        int maxBytes() {
            return maxBytes;
        }
    }
}
