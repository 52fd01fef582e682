package io.github.k12sso.classlink.oneroster.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.client.OneRosterClient.PageResult;
import io.github.k12sso.classlink.oneroster.client.RosterFailure.Reason;
import io.github.k12sso.classlink.oneroster.client.SourceLists.Source;
import io.github.k12sso.classlink.oneroster.policy.Memberships.Row;
import io.github.k12sso.classlink.oneroster.policy.RosterObjectType;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * A list or object at the roster service that is read completely.
 *
 * @param target path and query of its first page, used as its key
 * @param belongs whether a row matches the request; services that ignore filters send other rows
 */
record Listing(RosterRequest request, String target, Predicate<ObjectNode> belongs) {

    static final int PAGE = 1_000;
    static final int MAX_PAGES = 600;
    static final int MAX_ROWS = 5_000;
    static final int MAX_ROW_BYTES = 64 * 1024;

    /** Fields that only administrators can see, and passwords. Removed from cached rows. */
    private static final Set<String> UNSEEN = Set.of("password", "metadata", "sms", "phone");

    /** Creates a listing of a path; empty if the path is invalid. */
    static Optional<Listing> of(String... segments) {
        if (Arrays.asList(segments).contains("")) {
            return Optional.empty(); // an empty ID must not become the parent collection
        }
        try {
            RosterRequest request = RosterRequest.parse(List.of(segments), Map.of());
            String last = segments[segments.length - 1];
            return Optional.of(new Listing(
                    request,
                    request.isSingle() ? row -> row.path("sourcedId").asText().equals(last) : row -> true));
        } catch (InvalidRequest e) {
            return Optional.empty();
        }
    }

    static Optional<Listing> enrollmentsByUser(String person) {
        return where("enrollments", "user.sourcedId", person, row -> refersTo(row, "user", person));
    }

    static Optional<Listing> enrollmentsByClass(Row ofClass) {
        String id = ofClass.sourcedId();
        return where("enrollments", "class.sourcedId", id, row -> refersTo(row, "class", id));
    }

    static Optional<Listing> enrollmentsBelowSchool(Row ofClass) {
        String id = ofClass.sourcedId();
        return of("schools", ofClass.reference("school"), "classes", id, "enrollments")
                .map(listing -> new Listing(listing.request(), row -> refersTo(row, "class", id)));
    }

    static Optional<Listing> studentsByAgent(String guardian) {
        return where("students", "agents.sourcedId", guardian, row -> names(row, guardian));
    }

    /** Returns whether a user's row lists this guardian as an agent. */
    static boolean names(JsonNode person, String guardian) {
        for (JsonNode agent : person.path("agents")) {
            if (agent.path("sourcedId").asText().equals(guardian)) {
                return true;
            }
        }
        return false;
    }

    private static boolean refersTo(JsonNode row, String member, String id) {
        return row.path(member).path("sourcedId").asText().equals(id);
    }

    /** Creates a listing of the rows with a field value; each row is checked. */
    private static Optional<Listing> where(
            String collection, String field, String value, Predicate<ObjectNode> belongs) {
        try {
            return Optional.of(new Listing(RosterRequest.where(collection, field, value), belongs));
        } catch (InvalidRequest e) {
            return Optional.empty();
        }
    }

    private Listing(RosterRequest request, Predicate<ObjectNode> belongs) {
        this(request, request.target(), belongs);
    }

    /**
     * The result.
     *
     * @param rows one per sourcedId, sorted by it
     * @param lacking the reason, one of {@link #LACKING}, if the service does not have the list; otherwise null
     */
    record Answer(List<Row> rows, Reason lacking) {

        static final Set<Reason> LACKING =
                Set.of(Reason.UNKNOWN_OBJECT, Reason.SOURCE_REFUSED_QUERY, Reason.SOURCE_LACKS);

        int size() {
            return rows.stream().mapToInt(Row::size).sum() + 64;
        }
    }

    /** Stops a read at a row. */
    private static final class UnusableRow extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final boolean foreign;

        UnusableRow(boolean foreign, String message) {
            super(message, null, false, false);
            this.foreign = foreign;
        }
    }

    /**
     * Reads all pages, advancing by the number of received rows.
     *
     * @param bytesLeft remaining bytes for all rows of the request
     */
    Answer readToEnd(Source from, AtomicLong bytesLeft) throws RosterFailure {
        Map<String, Row> rows = new TreeMap<>();
        long received = 0;
        for (int page = 0; page < MAX_PAGES; page++) {
            int before = rows.size();
            PageResult result;
            try {
                result = from.read(
                        request.isSingle() ? request : request.page(received, PAGE),
                        row -> collect(row, rows, bytesLeft));
            } catch (UnusableRow e) {
                if (e.foreign) {
                    return new Answer(List.of(), Reason.SOURCE_LACKS);
                }
                throw new RosterFailure(Reason.SOURCE_BROKEN, e);
            } catch (RosterFailure e) {
                if (!Answer.LACKING.contains(e.reason())) {
                    throw e;
                }
                // After the first page, this means the end of the list.
                return new Answer(List.copyOf(rows.values()), received > 0 ? null : e.reason());
            }
            received += result.rows();
            if (!result.more()) {
                return new Answer(List.copyOf(rows.values()), null);
            }
            if (rows.size() == before) {
                throw new RosterFailure(Reason.SOURCE_BROKEN, "The roster service returned the same page twice");
            }
        }
        throw new RosterFailure(Reason.SOURCE_BROKEN, "The roster list does not end after " + MAX_PAGES + " pages");
    }

    private Optional<ObjectNode> collect(ObjectNode row, Map<String, Row> rows, AtomicLong bytesLeft) {
        if (!belongs.test(row)) {
            throw new UnusableRow(true, "A roster row does not match the request");
        }
        row.remove(UNSEEN);
        if (request.objectType() == RosterObjectType.USER && !request.isSingle() && !request.isFiltered()) {
            row.remove("agents");
        }
        Row kept = Row.of(row)
                .filter(each -> each.size() <= MAX_ROW_BYTES)
                .orElseThrow(() -> new UnusableRow(false, "A roster row has no valid sourcedId or is too long"));
        boolean added = rows.putIfAbsent(kept.sourcedId(), kept) == null;
        if (added && (rows.size() > MAX_ROWS || bytesLeft.addAndGet(-kept.size()) < 0)) {
            throw new UnusableRow(false, "The roster has too many rows for one user");
        }
        return Optional.empty();
    }
}
