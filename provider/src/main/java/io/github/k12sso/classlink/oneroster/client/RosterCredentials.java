package io.github.k12sso.classlink.oneroster.client;

import java.util.Optional;

/**
 * How Keycloak authenticates to OneRoster. A third kind, the district's own server with OAuth 1.0a
 * (docs/internals/classlink-rosters.md#oauth-10a), would be a third implementation and change nothing else.
 */
public interface RosterCredentials {

    /** The address and the bearer token. */
    Access current() throws RosterFailure;

    /**
     * After the roster service answered 401.
     *
     * @return an access with another bearer; empty if there is none, and asking again would not help
     */
    Optional<Access> replace(Access rejected) throws RosterFailure;

    /** What it means that the bearer is refused and there is no other. */
    RosterFailure rejection();

    /** One access, and no other after it. */
    static RosterCredentials fixed(Access access, RosterFailure rejection) {
        return new RosterCredentials() {
            @Override
            public Access current() {
                return access;
            }

            @Override
            public Optional<Access> replace(Access rejected) {
                return Optional.empty();
            }

            @Override
            public RosterFailure rejection() {
                return rejection;
            }
        };
    }

    /**
     * Where a district's roster is, and the bearer token for it.
     *
     * @param base up to, and without, {@code /ims/oneroster/v1p1}
     * @param bearer ClassLink's; never leaves this server but in the Authorization header of calls there
     */
    record Access(String base, String bearer) {

        private static final String ROOT = "/ims/oneroster/v1p1";

        String url(String target) {
            return base + ROOT + target;
        }

        /** Without the bearer. */
        @Override
        public String toString() {
            return "Access[…]";
        }
    }
}
