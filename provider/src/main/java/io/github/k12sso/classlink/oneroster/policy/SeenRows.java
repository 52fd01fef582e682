package io.github.k12sso.classlink.oneroster.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.policy.Memberships.Row;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rows that a user can see, one per sourcedId, with the visible fields of each. Queries work on the visible fields
 * only: a hidden field counts as absent.
 */
final class SeenRows {

    /** Fields of a teacher that a student can see. OneRoster models require {@code username} and {@code orgs}. */
    static final Set<String> NAME = Set.of(
            "sourcedId",
            "status",
            "dateLastModified",
            "givenName",
            "familyName",
            "middleName",
            "role",
            "enabledUser",
            "username",
            "orgs");

    /** Fields that users can see of themselves, teachers of their classes' members, and guardians of their students. */
    static final Set<String> PERSON = Stream.concat(
                    NAME.stream(), Stream.of("userIds", "identifier", "email", "grades"))
            .collect(Collectors.toUnmodifiableSet());

    static final Predicate<ObjectNode> EVERY_ROW = row -> true;

    private static final Set<String> METADATA = Set.of("metadata");

    private final RosterRequest request;
    private final Map<String, Seen> rows = new TreeMap<>();

    SeenRows(RosterRequest request) {
        this.request = request;
    }

    /** A row and its visible fields; an empty set means all except metadata. */
    private record Seen(Row row, Set<String> fields) {

        private ObjectNode read() {
            ObjectNode whole = row.read();
            return fields.isEmpty() ? whole.without(METADATA) : whole.retain(fields);
        }

        /** Combines the visible fields from two contexts. */
        private Seen merge(Seen other) {
            return fields.containsAll(other.fields) ? this : new Seen(row, other.fields);
        }
    }

    /** Adds a row. If the roster returned it several times, the first one is kept. */
    void add(Row row, Set<String> fields) {
        rows.merge(row.sourcedId(), new Seen(row, fields), Seen::merge);
    }

    /** Adds classes or enrollments, of which all fields except metadata are visible. */
    void addAll(Collection<Row> whole) {
        whole.forEach(row -> add(row, Set.of()));
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Returns the object with this sourcedId. */
    Decision single(String id) {
        Seen row = rows.get(id);
        return row == null ? noAccess() : new Decision.Visible(List.of(chosen(row.read())), 1);
    }

    static Decision noAccess() {
        return new Decision.Refused(Decision.Refusal.NOT_THEIRS);
    }

    /**
     * Returns the requested page. Rows with the same sort value are sorted by {@code sourcedId}, so pages never
     * overlap.
     */
    Decision page(Predicate<ObjectNode> below) {
        CollectionQuery query = request.query();
        boolean asTheyAre =
                below == EVERY_ROW && query.filter() == null && query.sort().equals("sourcedId");
        List<Map.Entry<String, Seen>> matching = new ArrayList<>();
        for (Seen row : rows.values()) {
            if (asTheyAre) {
                matching.add(Map.entry(row.row().sourcedId(), row));
                continue;
            }
            ObjectNode seen = row.read();
            if (below.test(seen) && (query.filter() == null || query.filter().matches(seen))) {
                matching.add(
                        Map.entry(RosterFilter.Values.at(seen, query.sort()).text(), row));
            }
        }
        Comparator<Map.Entry<String, Seen>> order = Map.Entry.comparingByKey();
        matching.sort((query.descending() ? order.reversed() : order)
                .thenComparing(entry -> entry.getValue().row().sourcedId()));
        int from = (int) Math.min(query.offset(), matching.size());
        int to = (int) Math.min((long) from + query.limit(), matching.size());
        return new Decision.Visible(trees(matching.subList(from, to)), matching.size());
    }

    /** Creates each tree on access, because the trees of a whole page take many times the size of its bytes. */
    private List<ObjectNode> trees(List<Map.Entry<String, Seen>> page) {
        return new AbstractList<>() {
            @Override
            public ObjectNode get(int index) {
                return chosen(page.get(index).getValue().read());
            }

            @Override
            public int size() {
                return page.size();
            }
        };
    }

    private ObjectNode chosen(ObjectNode row) {
        Set<String> wanted = request.query().fields();
        return wanted.isEmpty() ? row : row.retain(wanted);
    }

    /**
     * If the path starts with an object of this collection, matches the rows that refer to it; otherwise, every row.
     */
    Predicate<ObjectNode> below(String collection, String member) {
        if (!request.first().equals(collection)) {
            return EVERY_ROW;
        }
        String id = request.idAfter(collection).orElseThrow();
        return row -> refersTo(row.path(member), id);
    }

    private static boolean refersTo(JsonNode references, String id) {
        for (JsonNode reference : references.isArray() ? references : List.of(references)) {
            if (reference.path("sourcedId").asText().equals(id)) {
                return true;
            }
        }
        return false;
    }
}
