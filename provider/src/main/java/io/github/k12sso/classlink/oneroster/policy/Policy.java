package io.github.k12sso.classlink.oneroster.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Allowed;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Refused;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The access policy for rosters: everything that is not listed here is denied. docs/develop/roster-policy.md is
 * generated from it.
 *
 * <ul>
 * <li>Every user: the district's orgs, schools, courses, terms, academic sessions and grading periods.
 * <li>Students: their own record, classes and enrollments, and the teachers of these classes with names, usernames and
 * schools.
 * <li>Teachers: their own record, their classes with all enrollments, and the students and teachers in them.
 * <li>Guardians: their own record, and those of the students whose records list them as agents.
 * <li>The Keycloak role {@code roster-administrator}: everything, and exclusively phone numbers, guardians,
 * demographics, metadata and resources. ClassLink roles never grant this access.
 * <li>No one: {@code password}.
 * </ul>
 *
 * <p>A user's responses are built only from visible rows, including order, counts and links. The service's own pages
 * are passed on to administrators, and for collections in which every user can see every row.
 */
public final class Policy {

    /** Fields that no one can see. */
    private static final Set<String> SECRET = Set.of("password");
    /** Additional fields that only administrators can see, in rows of every type. */
    private static final Set<String> INTERNAL = Set.of("password", "metadata");

    private Policy() {}

    /**
     * Decides on one request.
     *
     * @param <E> thrown if the roster cannot be read
     * @throws E from the memberships
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
        Set<String> wanted = request.query().fields();
        return new Allowed(new Fields(name -> !hidden.contains(name) && (wanted.isEmpty() || wanted.contains(name))));
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

    /** Filters a row of a page that is passed on. */
    @FunctionalInterface
    public interface RowRule {

        /** Returns the visible part of a row; empty if nothing is visible. Modifies the row. */
        Optional<ObjectNode> pass(ObjectNode row);

        /** If the rule only selects fields of each row, tells which; such rows are read without a tree. */
        default Optional<Predicate<String>> keeps() {
            return Optional.empty();
        }

        /** Passes every row unchanged. */
        static RowRule all() {
            return new Fields(name -> true);
        }

        /** Passes only some fields of each row. */
        static RowRule only(Set<String> fields) {
            return new Fields(fields::contains);
        }

        /** Removes some fields of each row. */
        static RowRule without(Set<String> fields) {
            return new Fields(name -> !fields.contains(name));
        }
    }

    private record Fields(Predicate<String> kept) implements RowRule {

        @Override
        public Optional<ObjectNode> pass(ObjectNode row) {
            List<String> names = new ArrayList<>();
            row.fieldNames().forEachRemaining(names::add);
            names.removeIf(kept);
            return Optional.of(row.without(names));
        }

        @Override
        public Optional<Predicate<String>> keeps() {
            return Optional.of(kept);
        }
    }

    /** The decision on a request. */
    public sealed interface Decision {

        /** Refused, without a call to the roster service. */
        record Refused(Refusal refusal) implements Decision {}

        /**
         * A page of visible rows.
         *
         * @param rows of the page, or one for a single object. Iterate only once: rows are created on access
         * @param total number of visible rows that match the filter
         */
        record Visible(List<ObjectNode> rows, long total) implements Decision {}

        /** The service's page is passed on through a rule. */
        record Allowed(RowRule rows) implements Decision {}

        /** The reasons for a refusal. The descriptions are constants for the response and the log. */
        public enum Refusal {
            NO_ROSTER_IDENTITY(
                    "ClassLink sent no SourcedId at the user's login, so no rows of the roster belong to the user"),
            NO_ROLE("The user is not a student, teacher or guardian at ClassLink. To let the user read a "
                    + "district, assign the Keycloak role roster-administrator"),
            ADMINISTRATORS_ONLY("These objects require the Keycloak role roster-administrator"),
            NOT_THEIRS("The user doesn't have access to this object"),
            HIDDEN_FIELD("The filter or sort uses a field that the user doesn't have access to");

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
     * The caller. Except for the last value, the data comes from the login, out of the encrypted record.
     *
     * @param sourcedId the user's ID in the district's roster
     * @param roles the ClassLink roles that the policy knows
     * @param administrator whether the user has the Keycloak role {@code roster-administrator} for this district; a
     *     ClassLink role does not count
     */
    public record Caller(Optional<String> sourcedId, Set<Role> roles, boolean administrator) {

        /** The roles that the policy knows. */
        public enum Role {
            STUDENT,
            TEACHER,
            GUARDIAN;

            /** Returns the roles of the users in {@code students}, {@code teachers}, or both. */
            static Set<Role> in(String collection) {
                return switch (collection) {
                    case "students" -> Set.of(STUDENT);
                    case "teachers" -> Set.of(TEACHER);
                    default -> Set.of(STUDENT, TEACHER);
                };
            }

            /** Parses a ClassLink or OneRoster role, not case-sensitive. */
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

        /** Creates a caller who can read a whole district. */
        public static Caller ofAdministrator() {
            return new Caller(Optional.empty(), Set.of(), true);
        }

        /**
         * Creates a caller with a user's own access.
         *
         * @param classLinkRoles as ClassLink sends them; unknown ones are ignored
         */
        public static Caller ofPerson(Optional<String> sourcedId, Collection<String> classLinkRoles) {
            Set<Role> roles = EnumSet.noneOf(Role.class);
            classLinkRoles.forEach(role -> Role.of(role).ifPresent(roles::add));
            return new Caller(sourcedId, roles, false);
        }

        boolean is(Role role) {
            return roles.contains(role);
        }

        /** Omits personal data. */
        @Override
        public String toString() {
            return "Caller[roles=" + roles + ", administrator=" + administrator + "]";
        }
    }
}
