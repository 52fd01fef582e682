package io.github.k12sso.classlink.oneroster.client;

/**
 * Why a roster request got no rows. The word in small letters stands in the event, the metric and the log line; what each is
 * in HTTP is said once, in the package above.
 */
public enum RosterProblem {
    // what the app sent
    ROSTER_OFF,
    TOKEN_INVALID,
    SCOPE_MISSING,
    UNKNOWN_PATH,
    INVALID_QUERY,
    REFUSED,
    DISTRICT_MISSING,
    OTHER_DISTRICT,
    // how much it sent
    RATE_LIMITED,
    BUSY,
    // the person's link
    NOT_LINKED,
    CLASSLINK_TOKEN_EXPIRED,
    CLASSLINK_TOKEN_UNAVAILABLE,
    // the district
    DISTRICT_UNKNOWN,
    DISTRICT_DISABLED,
    DISTRICT_WITHDREW,
    // the roster service
    UNKNOWN_OBJECT,
    SOURCE_REFUSED_QUERY,
    SOURCE_REFUSED,
    SOURCE_UNAVAILABLE,
    SOURCE_BUSY,
    SOURCE_TOO_SLOW,
    SOURCE_BROKEN,
    SOURCE_CHANGED,
    // this server
    CONFIGURATION,
    UNEXPECTED
}
