package io.github.k12sso.classlink.simulator.district;

/** The kinds of people in a roster, in the order of their generated sourcedIds. */
public enum PersonKind {
    ADMINISTRATOR("A", "administrator", "Tenant Administrator", 1),
    GUARDIAN("G", "guardian", "Parent", 5),
    STUDENT("S", "student", "Student", 4),
    TEACHER("T", "teacher", "Teacher", 3);

    private final String prefix;
    private final String rosterRole;
    private final String launchPadRole;
    private final int roleLevel;

    PersonKind(String prefix, String rosterRole, String launchPadRole, int roleLevel) {
        this.prefix = prefix;
        this.rosterRole = rosterRole;
        this.launchPadRole = launchPadRole;
        this.roleLevel = roleLevel;
    }

    String prefix() {
        return prefix;
    }

    /** Lower case, as in OneRoster. */
    public String rosterRole() {
        return rosterRole;
    }

    /** Capitalized, as in single sign-on (docs/internals/classlink-traps.md#trap-10). */
    public String launchPadRole() {
        return launchPadRole;
    }

    /** 4 and 3 were observed (docs/internals/classlink-protocol.md#profile); the others are constructed. */
    int roleLevel() {
        return roleLevel;
    }
}
