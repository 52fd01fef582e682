package io.github.k12sso.classlink.oneroster.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Allowed;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Refused;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Who may read what. Nobody may read anything that is not said here; docs/develop/roster-policy.md is made from it.
 *
 * <ul>
 *   <li>Everybody: the district's orgs, schools, courses, terms, academic sessions and grading periods.
 *   <li>A student: their own record, their classes and enrollments, and the teachers of these classes with names, usernames
 *       and schools.
 *   <li>A teacher: their own record, their classes with all enrollments, and the students and teachers in them.
 *   <li>A guardian: their own record, and those of the students whose record names them.
 *   <li>The Keycloak role {@code roster-administrator}: everything. Only they see phone numbers, guardians, demographics,
 *       metadata and resources. A ClassLink role never does.
 *   <li>Nobody: {@code password}.
 * </ul>
 *
 * <p>A person's answers are made of what they may see and of nothing else: rows, order, count and links. A source's page is
 * passed on to administrators, and where everybody may see every row.
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
     * @param <E> when the roster cannot be asked
     * @throws E as the memberships do
     */
    public static <E extends Exception> Decision decide(
            RosterRequest request, Caller caller, Memberships<E> memberships) throws E {
        Set<String> hidden = caller.administrator() ? SECRET : INTERNAL;
        Set<String> compared = request.query().comparedFields();
        if (!caller.administrator() && request.objectType().isRestricted()) {
            Optional<Decision.Refusal> refusal = refusal(request, caller);
            if (refusal.isPresent()) {
                return new Refused(refusal.get());
            }
            return !Collections.disjoint(SECRET, compared)
                    ? new Refused(Decision.Refusal.HIDDEN_FIELD)
                    : new VisibleRows<>(request, caller, memberships).decide();
        }
        if (!Collections.disjoint(hidden, compared)) {
            return new Refused(Decision.Refusal.HIDDEN_FIELD);
        }
        RowRule rows = RowRule.without(hidden);
        Set<String> wanted = request.query().fields();
        return new Allowed(wanted.isEmpty() ? rows : rows.then(RowRule.only(wanted)));
    }

    private static Optional<Decision.Refusal> refusal(RosterRequest request, Caller caller) {
        if (request.objectType() == RosterObjectType.DEMOGRAPHICS
                || request.objectType() == RosterObjectType.RESOURCE) {
            return Optional.of(Decision.Refusal.ADMINISTRATORS_ONLY);
        }
        if (caller.sourcedId().isEmpty()) {
            return Optional.of(Decision.Refusal.NO_ROSTER_IDENTITY);
        }
        return caller.roles().isEmpty() ? Optional.of(Decision.Refusal.NO_ROLE) : Optional.empty();
    }

    /** What passes of one row of a page that is passed on. */
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

        /** Every row without some of its members. */
        static RowRule without(Set<String> fields) {
            return row -> Optional.of(row.without(fields));
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

        /**
         * A person's answer: a page of what they may see.
         *
         * @param rows of the page; one for a single object. To be read once: each is made when it is asked for
         * @param total rows of the collection that this person may see and that match the filter
         */
        record Visible(List<ObjectNode> rows, long total) implements Decision {}

        /** The source's own page is passed on. */
        record Allowed(RowRule rows) implements Decision {}

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

            /** The roles of the people in {@code students}, {@code teachers}, or in both. */
            static Set<Role> in(String collection) {
                return switch (collection) {
                    case "students" -> Set.of(STUDENT);
                    case "teachers" -> Set.of(TEACHER);
                    default -> Set.of(STUDENT, TEACHER);
                };
            }

            /** Of ClassLink's word for it, or OneRoster's, in any case. */
            public static Optional<Role> of(String role) {
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
            classLinkRoles.forEach(role -> Role.of(role).ifPresent(roles::add));
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
