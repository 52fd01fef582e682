package io.github.k12sso.classlink.oneroster.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Allowed;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Refused;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Who may read what. Nobody may read anything that is not said here; docs/roster-policy.md is made from it.
 *
 * <ul>
 *   <li>Everybody: the district's orgs, schools, courses, terms, academic sessions and grading periods.
 *   <li>A student: their own record, their classes and enrollments, and the names of the teachers of these classes.
 *   <li>A teacher: their own record, their classes with all enrollments, and the students and teachers in them.
 *   <li>A guardian: their own record, and those of the students whose record names them.
 *   <li>The Keycloak role {@code roster-administrator}: everything. Only they see phone numbers, guardians, demographics,
 *       metadata and resources. A ClassLink role never does.
 *   <li>Nobody: {@code password}.
 * </ul>
 */
public final class Policy {

    /** What nobody sees. */
    private static final Set<String> SECRET = Set.of("password");
    /** What only administrators see besides, in rows of every type. */
    private static final Set<String> INTERNAL = Set.of("password", "metadata");

    private Policy() {}

    /**
     * Decides about one request.
     *
     * @param <E> when the roster cannot be asked who belongs to whom
     * @throws E as the memberships do
     */
    public static <E extends Exception> Decision decide(
            RosterRequest request, Caller caller, Memberships<E> memberships) throws E {
        Set<String> hidden = caller.administrator() ? SECRET : INTERNAL;
        if (!Collections.disjoint(hidden, request.query().comparedFields())) {
            return new Refused(Decision.Refusal.HIDDEN_FIELD);
        }
        Decision decision = new VisibleRows<>(request, caller, memberships).decide();
        if (decision instanceof Allowed allowed) {
            return new Allowed(allowed.request(), finish(request, hidden, allowed.rows()), allowed.countable());
        }
        return decision;
    }

    /** For everybody: nothing hidden, and of the rest what the app asked for. */
    private static RowRule finish(RosterRequest request, Set<String> hidden, RowRule rows) {
        RowRule visible = rows.then(row -> Optional.of(row.without(hidden)));
        Set<String> wanted = request.query().fields();
        return wanted.isEmpty() ? visible : visible.then(RowRule.only(wanted));
    }

    /** What passes of one row. Asked of every row, also where the source was asked for less. */
    @FunctionalInterface
    public interface RowRule {

        /** The row with what the reader may see of it; empty if that is nothing. Changes the row. */
        Optional<ObjectNode> pass(ObjectNode row);

        /** Every row. */
        static RowRule all() {
            return Optional::of;
        }

        /** Some members of every row. */
        static RowRule only(Set<String> fields) {
            return row -> Optional.of(row.retain(fields));
        }

        /** The role that the collection names: {@code students} means students, whatever a class lists among them. */
        static RowRule roleOf(RosterRequest request) {
            return switch (request.objectType() == RosterObjectType.USER ? request.last() : "") {
                case "students" -> ofRole("student");
                case "teachers" -> ofRole("teacher");
                default -> all();
            };
        }

        private static RowRule ofRole(String role) {
            return row ->
                    Optional.of(row).filter(each -> each.path("role").asText().equals(role));
        }

        /** Rows with one of these sourcedIds. */
        static RowRule ofIds(Set<String> ids) {
            return row -> Optional.of(row)
                    .filter(each -> ids.contains(each.path("sourcedId").asText()));
        }

        /** First this, and then the other. */
        default RowRule then(RowRule other) {
            return row -> pass(row).flatMap(other::pass);
        }
    }

    /** What becomes of a request. */
    public sealed interface Decision {

        /** Nothing is asked of the source. */
        record Refused(Refusal refusal) implements Decision {}

        /** The answer has no rows, and the source need not be asked. */
        record Nothing() implements Decision {}

        /**
         * The source is asked.
         *
         * @param request perhaps with a filter more than the app sent
         * @param rows what passes of the answer
         * @param countable whether the source's count of all rows is the count of what this reader may see
         */
        record Allowed(RosterRequest request, RowRule rows, boolean countable) implements Decision {}

        /** Why a reader may not have what they ask for. The texts are constants: the app's developer and the log read them. */
        public enum Refusal {
            NO_ROSTER_IDENTITY(
                    "ClassLink sent no SourcedId at this person's login, so that no row of the roster is known to be theirs"),
            NO_ROLE(
                    "This person is no student, teacher or guardian at ClassLink. To read a district, give them the Keycloak role"
                            + " roster-administrator"),
            ADMINISTRATORS_ONLY("Only the Keycloak role roster-administrator opens these"),
            NOT_THEIRS("This is not one of the person's own classes or people"),
            HIDDEN_FIELD("The filter or the order compares a field that this person may not see");

            private final String description;

            Refusal(String description) {
                this.description = description;
            }

            public String description() {
                return description;
            }
        }
    }

    /**
     * Who belongs to whom, as the roster says now. All ids are sourcedIds.
     *
     * @param <E> when the roster cannot be asked
     */
    public interface Memberships<E extends Exception> {

        /** Of the current terms (docs/internals/classlink-rosters.md#collections). */
        Set<String> classesOfStudent(String student) throws E;

        /** Of the current terms. */
        Set<String> classesOfTeacher(String teacher) throws E;

        /**
         * Rows whose role is student; a class may list others among them (Trap 23, docs/internals/classlink-rosters.md).
         */
        Set<String> studentsOf(String classId) throws E;

        /** Rows whose role is teacher. */
        Set<String> teachersOf(String classId) throws E;

        /** Students whose own row names this guardian. */
        Set<String> studentsOfGuardian(String guardian) throws E;
    }

    /**
     * Who asks. Everything but the last is what ClassLink said at their login, out of the encrypted record.
     *
     * @param sourcedId their id in the district's roster
     * @param roles those of ClassLink's that open anything here
     * @param administrator whether Keycloak gave them the role {@code roster-administrator} for this district. A role at ClassLink
     *     never does
     */
    public record Caller(Optional<String> sourcedId, Set<Role> roles, boolean administrator) {

        /** What a person is at school. */
        public enum Role {
            STUDENT,
            TEACHER,
            GUARDIAN;

            private static Optional<Role> ofClassLink(String role) {
                return switch (role.strip().toLowerCase(Locale.ROOT)) {
                    case "student" -> Optional.of(STUDENT);
                    case "teacher" -> Optional.of(TEACHER);
                    case "guardian", "parent", "relative" -> Optional.of(GUARDIAN);
                    default -> Optional.empty();
                };
            }
        }

        public Caller {
            roles = Set.copyOf(roles);
        }

        /** Somebody who reads a whole district. */
        public static Caller ofAdministrator() {
            return new Caller(Optional.empty(), Set.of(), true);
        }

        /**
         * Somebody who reads what is theirs.
         *
         * @param classLinkRoles as ClassLink writes them; unknown ones open nothing
         */
        public static Caller ofPerson(Optional<String> sourcedId, Collection<String> classLinkRoles) {
            Set<Role> roles = EnumSet.noneOf(Role.class);
            classLinkRoles.forEach(role -> Role.ofClassLink(role).ifPresent(roles::add));
            return new Caller(sourcedId, roles, false);
        }

        boolean is(Role role) {
            return roles.contains(role);
        }

        /** Without the person. */
        @Override
        public String toString() {
            return "Caller[roles=" + roles + ", administrator=" + administrator + "]";
        }
    }
}
