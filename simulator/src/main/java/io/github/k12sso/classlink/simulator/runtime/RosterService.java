package io.github.k12sso.classlink.simulator.runtime;

/** Deviations of a roster service from the specification (docs/internals/classlink-rosters.md#memberships). */
public enum RosterService {
    HONEST,
    /** At most ten rows per page, with neither total nor link. */
    CLAMPS_PAGES,
    IGNORES_FILTERS,
    /** 400 for every filter. */
    REFUSES_FILTERS,
    /** 404 for a page past the end, and no total. */
    NOT_FOUND_PAST_END,
    /** {@code Student} for {@code student}. */
    CAPITAL_ROLES,
    /** 404 for {@code classes/{id}/students}, {@code users/{id}/classes} and similar reads. */
    NO_NESTED_READS
}
