package io.github.k12sso.classlink.oneroster.client;

import java.util.Optional;

/**
 * Whose key opens a roster. A third way, the district's own server with OAuth 1.0a (classlink-facts 7.2), would be a third
 * implementation and change nothing else.
 */
public interface RosterCredentials {

    /** The way in. */
    RosterAccess current() throws RosterFailure;

    /**
     * After the roster service answered 401.
     *
     * @return a way in with another bearer; empty if there is none, and asking again would not help
     */
    Optional<RosterAccess> replace(RosterAccess rejected) throws RosterFailure;

    /** What it means that the bearer is refused and there is no other. */
    RosterFailure rejection();
}
