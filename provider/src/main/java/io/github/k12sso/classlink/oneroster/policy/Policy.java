package io.github.k12sso.classlink.oneroster.policy;

import io.github.k12sso.classlink.oneroster.policy.Decision.Allowed;
import io.github.k12sso.classlink.oneroster.policy.Decision.Refused;
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
 *       metadata and resources. A ClassLink role never opens a district.
 *   <li>Nobody: {@code password}.
 * </ul>
 */
public final class Policy {

    private static final String PASSWORD = "password";

    private Policy() {}

    /**
     * Decides about one request.
     *
     * @param <E> when the roster cannot be asked who belongs to whom
     * @throws E as the memberships do
     */
    public static <E extends Exception> Decision decide(
            RosterRequest request, Caller caller, Memberships<E> memberships) throws E {
        if (request.query().comparedFields().contains(PASSWORD)) {
            return new Refused(Decision.Refusal.HIDDEN_FIELD);
        }
        Decision decision = new VisibleRows<>(request, caller, memberships).decide();
        if (decision instanceof Allowed allowed) {
            return new Allowed(allowed.request(), finish(request, allowed.rows()), allowed.countable());
        }
        return decision;
    }

    /** For everybody: no passwords, and of the rest what the app asked for. */
    private static RowRule finish(RosterRequest request, RowRule rows) {
        RowRule withoutPassword = rows.then(row -> Optional.of(row.without(Set.of(PASSWORD))));
        Set<String> wanted = request.query().fields();
        return wanted.isEmpty() ? withoutPassword : withoutPassword.then(RowRule.only(wanted));
    }
}
