package io.github.k12sso.classlink.oneroster.policy;

/**
 * What the rows of an answer are, with the keys under which OneRoster 1.1 puts them
 * (docs/internals/classlink-rosters.md#collections).
 */
public enum RosterObjectType {
    ACADEMIC_SESSION("academicSessions", "academicSession", false),
    CLASS("classes", "class", true),
    COURSE("courses", "course", false),
    DEMOGRAPHICS("demographics", "demographics", true),
    ENROLLMENT("enrollments", "enrollment", true),
    ORG("orgs", "org", false),
    RESOURCE("resources", "resource", true),
    USER("users", "user", true);

    private final String plural;
    private final String singular;
    private final boolean restricted;

    RosterObjectType(String plural, String singular, boolean restricted) {
        this.plural = plural;
        this.singular = singular;
        this.restricted = restricted;
    }

    /** The envelope of a collection. */
    public String plural() {
        return plural;
    }

    /** The envelope of a single object. */
    public String singular() {
        return singular;
    }

    /** Whether it depends on the reader which of them may be read. The others are a district's timetable and buildings. */
    public boolean isRestricted() {
        return restricted;
    }
}
