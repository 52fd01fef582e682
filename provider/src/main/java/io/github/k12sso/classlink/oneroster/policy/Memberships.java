package io.github.k12sso.classlink.oneroster.policy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller.Role;
import io.github.k12sso.classlink.oneroster.policy.RosterObjectType.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who belongs to whom, as the roster says now. All ids are sourcedIds.
 *
 * @param <E> when the roster cannot be asked
 */
public interface Memberships<E extends Exception> {

    /** Classes that the roster lists for a student, those of the current terms (docs/internals/classlink-rosters.md#collections). */
    List<Row> classesOfStudent(String student) throws E;

    /** Classes that a teacher teaches, of the current terms. */
    List<Row> classesOfTeacher(String teacher) throws E;

    /**
     * Those of some classes that a person may be in. All of them, if that cannot be told with fewer calls than by asking the
     * classes.
     */
    List<Row> sharedClasses(String person, List<Row> classes) throws E;

    /**
     * The people of some classes, by each row's own role: {@link Role#STUDENT} those whom the class lists among its students, some
     * of whom may be teachers; {@link Role#TEACHER} the teachers whom it lists among its teachers.
     */
    List<Member> peopleOf(List<Row> classes, Set<Role> lists) throws E;

    /** Students of whom the roster says that this is their guardian: all, or the one that is asked for. */
    List<Row> studentsOfGuardian(String guardian, Optional<String> only) throws E;

    /** Enrollments of one person, who is in these classes. */
    List<Row> enrollmentsOf(String person, List<Row> classes) throws E;

    /** Everybody's enrollments in some classes. */
    List<Row> enrollmentsIn(List<Row> classes) throws E;

    /** A single object of a collection; empty if there is none. */
    Optional<Row> object(String collection, String id) throws E;

    /** A row of the roster, kept as bytes: as a tree it takes several times the memory. */
    final class Row {

        private static final ObjectMapper JSON = new ObjectMapper();
        private static final List<String> REFERENCES = List.of("user", "class", "school");

        private final String sourcedId;
        private final String role;
        private final boolean deleted;
        private final List<String> references;
        private final byte[] json;

        private Row(ObjectNode row, byte[] json) {
            this.sourcedId = row.path("sourcedId").asText();
            this.role = row.path("role").asText();
            this.deleted =
                    "tobedeleted".equalsIgnoreCase(row.path("status").asText().strip());
            this.references = REFERENCES.stream()
                    .map(member -> row.path(member).path("sourcedId").asText())
                    .toList();
            this.json = json;
        }

        /** Empty if the row has no sourcedId that could stand in a path. */
        public static Optional<Row> of(ObjectNode row) {
            try {
                return Route.isId(row.path("sourcedId").asText())
                        ? Optional.of(new Row(row, JSON.writeValueAsBytes(row)))
                        : Optional.empty();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public String sourcedId() {
            return sourcedId;
        }

        /** Whether the district has taken it out, and the roster lists it only to say so. */
        public boolean isDeleted() {
            return deleted;
        }

        /** In memory, in bytes. */
        public int size() {
            int text = sourcedId.length() + role.length();
            for (String reference : references) {
                text += reference.length();
            }
            return json.length + 2 * text + 200;
        }

        /** A tree of its own for each call. */
        public ObjectNode read() {
            try {
                return JSON.readValue(json, ObjectNode.class);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /**
         * The role of a person or an enrollment; empty if it opens nothing here.
         *
         * @param byDefault if the row has none; may be null
         */
        public Optional<Role> role(Role byDefault) {
            return role.isBlank() ? Optional.ofNullable(byDefault) : Role.of(role);
        }

        /** The sourcedId of a {@code user}, {@code class} or {@code school}; empty text if there is none. */
        public String reference(String member) {
            return references.get(REFERENCES.indexOf(member));
        }
    }

    /**
     * Somebody in a class.
     *
     * @param classId the class
     * @param role what they are there
     * @param teaches whether the class lists them among its teachers: a teacher may also stand among its students (Trap 23,
     *     docs/internals/classlink-rosters.md)
     */
    record Member(String classId, Row row, Role role, boolean teaches) {}
}
