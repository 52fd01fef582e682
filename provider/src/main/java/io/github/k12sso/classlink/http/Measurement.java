package io.github.k12sso.classlink.http;

import io.github.k12sso.classlink.http.Bulkheads.Group;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is counted and timed, on Keycloak's own registry: its metrics endpoint shows it, where {@code metrics-enabled} is on.
 * Every tag is a constant of an enum, so that nothing a person or a server sent can become one, and their number is bounded.
 * docs/metrics.md explains each.
 */
public enum Measurement {
    /** Calls to ClassLink, from the request's first byte to the answer's last. */
    UPSTREAM_CALLS("classlink.upstream.calls", "Calls to ClassLink", "operation,outcome"),
    /** Requests that did not call ClassLink, because too many wait for it or because it does not answer. */
    REJECTIONS("classlink.upstream.rejections", "Requests that were not allowed to call ClassLink", "group,reason"),
    /** Logins that came back from ClassLink. */
    LOGINS("classlink.logins", "Logins that came back from ClassLink", "outcome"),
    /** Clicks on tiles, and what became of them. */
    LAUNCHES("classlink.launches", "Launches from LaunchPad tiles", "outcome"),
    /** Apps' requests for a ClassLink token. */
    TOKEN_REQUESTS("classlink.token.requests", "Requests for ClassLink tokens", "api,outcome"),
    /** Attempts of this node to refresh tokens. */
    REFRESHES("classlink.token.refreshes", "Attempts to renew ClassLink tokens", "outcome"),
    /** Requests to the roster gateway, and how long they took. */
    ROSTER_REQUESTS("classlink.roster.requests", "Requests to the roster gateway", "object,outcome"),
    /** Requests to the roster gateway that a limit rejected. */
    ROSTER_LIMITS("classlink.roster.limits", "Roster requests that a limit turned away", "limit"),
    /** What the roster gateway knew already, and what it had to ask. */
    ROSTER_CACHE("classlink.roster.cache", "Look-ups in the roster gateway's caches", "result");

    private final String meter;
    private final String description;
    /** Joined by commas: an enum's fields do not change, and a list's elements may. */
    private final String tags;

    Measurement(String meter, String description, String tags) {
        this.meter = meter;
        this.description = description;
        this.tags = tags;
    }

    /** The meter's name in Micrometer; Prometheus writes it with underscores. */
    public String meter() {
        return meter;
    }

    /** Names of the tags, in order. */
    public List<String> tags() {
        return List.of(tags.split(","));
    }

    /** Counts one. */
    public void count(Enum<?>... values) {
        Counter.builder(meter)
                .description(description)
                .tags(tagged(values))
                .register(Metrics.globalRegistry)
                .increment();
    }

    /** Counts one that took a while, in buckets up to the ten seconds after which every call ends. */
    public void record(Duration time, Enum<?>... values) {
        Timer.builder(meter)
                .description(description)
                .tags(tagged(values))
                .serviceLevelObjectives(
                        Duration.ofMillis(100),
                        Duration.ofMillis(300),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(10))
                .register(Metrics.globalRegistry)
                .record(time);
    }

    private Tags tagged(Enum<?>... values) {
        List<String> names = tags();
        if (values.length != names.size()) {
            throw new IllegalArgumentException(meter + " has the tags " + tags);
        }
        Tags tagged = Tags.empty();
        for (int i = 0; i < values.length; i++) {
            tagged = tagged.and(Tag.of(names.get(i), values[i].name().toLowerCase(Locale.ROOT)));
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
