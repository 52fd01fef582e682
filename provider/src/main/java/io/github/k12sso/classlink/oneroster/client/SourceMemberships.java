package io.github.k12sso.classlink.oneroster.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.oneroster.policy.Policy.Memberships;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Asks the roster who belongs to whom. */
public final class SourceMemberships implements Memberships<RosterFailure> {

    private static final int PAGE = 1000;
    /** Nobody has more classes, and no class more members. */
    private static final int MAX_IDS = 5000;

    private final OneRosterClient client;
    private final MembershipCache known;
    private final String district;

    /** @param district what the answers are kept by: provider and district */
    public SourceMemberships(OneRosterClient client, MembershipCache known, String district) {
        this.client = client;
        this.known = known;
        this.district = district;
    }

    @Override
    public Set<String> classesOfStudent(String student) throws RosterFailure {
        return ids(row -> true, "students", student, "classes");
    }

    @Override
    public Set<String> classesOfTeacher(String teacher) throws RosterFailure {
        return ids(row -> true, "teachers", teacher, "classes");
    }

    @Override
    public Set<String> studentsOf(String classId) throws RosterFailure {
        return ids(row -> row.path("role").asText().equals("student"), "classes", classId, "students");
    }

    @Override
    public Set<String> teachersOf(String classId) throws RosterFailure {
        return ids(row -> row.path("role").asText().equals("teacher"), "classes", classId, "teachers");
    }

    /** A service that ignores filters would send every student: each row has to name the guardian itself. */
    @Override
    public Set<String> studentsOfGuardian(String guardian) throws RosterFailure {
        return known.get(
                key("guardians", guardian),
                () -> read(
                        List.of("students"),
                        Map.of("filter", List.of("agents.sourcedId='" + guardian.replace("'", "''") + "'")),
                        row -> names(row, guardian)));
    }

    private static boolean names(JsonNode student, String guardian) {
        for (JsonNode agent : student.path("agents")) {
            if (agent.path("sourcedId").asText().equals(guardian)) {
                return true;
            }
        }
        return false;
    }

    /** Nobody who is not in the roster belongs to anybody. */
    private Set<String> ids(Predicate<ObjectNode> counts, String collection, String id, String members)
            throws RosterFailure {
        return known.get(key(collection, id, members), () -> {
            try {
                return read(List.of(collection, id, members), Map.of(), counts);
            } catch (RosterFailure e) {
                if (e.reason() == RosterFailure.Reason.UNKNOWN_OBJECT) {
                    return Set.of();
                }
                throw e;
            }
        });
    }

    private String key(String... parts) {
        return district + "\n" + String.join("\n", parts);
    }

    private Set<String> read(List<String> segments, Map<String, List<String>> query, Predicate<ObjectNode> counts)
            throws RosterFailure {
        Set<String> ids = new HashSet<>();
        RosterRequest request;
        try {
            request = RosterRequest.parse(segments, query);
        } catch (InvalidRequest e) {
            return Set.of(); // an id that no roster can have
        }
        for (long offset = 0; ; offset += PAGE) {
            int rows = client.read(
                            request.page(offset, PAGE),
                            row -> {
                                if (counts.test(row)) {
                                    ids.add(row.path("sourcedId").asText());
                                }
                                return Optional.empty();
                            },
                            new PageBuffer())
                    .rows();
            if (ids.size() > MAX_IDS) {
                throw new RosterFailure(
                        RosterFailure.Reason.SOURCE_BROKEN, "The roster lists more than " + MAX_IDS + " members");
            }
            if (rows < PAGE) {
                return ids;
            }
        }
    }

    /** Who belongs to which class, as this node read it within the last minute. */
    public static final class MembershipCache {

        static final Duration TTL = Duration.ofSeconds(60);
        static final int MAX_ENTRIES = 10_000;

        private final Cache<String, Set<String>> memberships;

        /** @param ticker of the node */
        public MembershipCache(Ticker ticker) {
            this.memberships = Caffeine.newBuilder()
                    .expireAfterWrite(TTL)
                    .maximumSize(MAX_ENTRIES)
                    .ticker(ticker)
                    .executor(Runnable::run)
                    .build();
        }

        private enum Lookup {
            MEMBERSHIPS_HIT,
            MEMBERSHIPS_MISS
        }

        interface Loader {
            Set<String> load() throws RosterFailure;
        }

        Set<String> get(String key, Loader loader) throws RosterFailure {
            Set<String> cached = memberships.getIfPresent(key);
            if (cached != null) {
                Measurement.ROSTER_CACHE.count(Lookup.MEMBERSHIPS_HIT);
                return cached;
            }
            Measurement.ROSTER_CACHE.count(Lookup.MEMBERSHIPS_MISS);
            Set<String> ids = Set.copyOf(loader.load());
            memberships.put(key, ids);
            return ids;
        }
    }
}
