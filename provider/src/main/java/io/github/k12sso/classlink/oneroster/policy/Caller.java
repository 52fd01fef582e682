package io.github.k12sso.classlink.oneroster.policy;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

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
        return "Reader[roles=" + roles + ", administrator=" + administrator + "]";
    }
}
