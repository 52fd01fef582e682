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
 * The current memberships in the roster. All IDs are sourcedIds.
 *
 * @param <E> thrown if the roster cannot be read
 */
public interface Memberships<E extends Exception> {

    /** Returns a student's classes in the current terms (docs/internals/classlink-rosters.md#collections). */
    List<Row> classesOfStudent(String student) throws E;

    /** Returns the classes that a teacher teaches in the current terms. */
    List<Row> classesOfTeacher(String teacher) throws E;

    /**
     * Returns those of the given classes that a user may be in. Returns all of them if finding out takes as many calls
     * as reading the classes.
     */
    List<Row> sharedClasses(String person, List<Row> classes) throws E;

    /**
     * Returns the members of some classes. {@link Role#STUDENT} selects the student lists, which can contain teachers;
     * {@link Role#TEACHER} selects the teacher lists. Each member has the role from its row.
     */
    List<Member> peopleOf(List<Row> classes, Set<Role> lists) throws E;

    /** Returns the students of a guardian: all, or only the requested one. */
    List<Row> studentsOfGuardian(String guardian, Optional<String> only) throws E;

    /** Returns a user's enrollments in these classes. */
    List<Row> enrollmentsOf(String person, List<Row> classes) throws E;

    /** Returns all enrollments in some classes. */
    List<Row> enrollmentsIn(List<Row> classes) throws E;

    /** Returns an object of a collection; empty if it does not exist. */
    Optional<Row> object(String collection, String id) throws E;

    /** A roster row, stored as bytes because a tree takes several times the memory. */
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

        /** Creates a row; empty if it has no valid sourcedId. */
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

        /** Returns whether the row is marked as deleted. */
        public boolean isDeleted() {
            return deleted;
        }

        /** Returns the size in memory in bytes. */
        public int size() {
            int text = sourcedId.length() + role.length();
            for (String reference : references) {
                text += reference.length();
            }
            return json.length + 2 * text + 200;
        }

        /** Returns a new tree for each call. */
        public ObjectNode read() {
            try {
                return JSON.readValue(json, ObjectNode.class);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /**
         * Returns the role of a user or enrollment; empty if the policy does not know it.
         *
         * @param byDefault used if the row has no role; may be null
         */
        public Optional<Role> role(Role byDefault) {
            return role.isBlank() ? Optional.ofNullable(byDefault) : Role.of(role);
        }

        /** Returns the sourcedId of the {@code user}, {@code class} or {@code school}, or an empty string. */
        public String reference(String member) {
            return references.get(REFERENCES.indexOf(member));
        }
    }

    /**
     * A member of a class.
     *
     * @param classId the class
     * @param role the member's role
     * @param teaches whether the class lists the member as a teacher; a teacher can also be in the student list (Trap
     *     23, docs/internals/classlink-rosters.md)
     */
    record Member(String classId, Row row, Role role, boolean teaches) {}
}
