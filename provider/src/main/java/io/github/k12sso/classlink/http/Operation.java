package io.github.k12sso.classlink.http;

import io.github.k12sso.classlink.http.Bulkheads.Group;
import java.util.Optional;

/** What a call to ClassLink is for, with the largest answer that is read. */
public enum Operation {
    /** The authorization code's redemption. */
    TOKEN("token endpoint", Group.LOGINS, 64 * 1024),
    /** A refresh token's redemption. */
    REFRESH("token endpoint (refresh)", Group.REFRESHES, 64 * 1024),
    /** A token's revocation, RFC 7009: in the background, by two threads of its own. */
    REVOCATION("revocation endpoint", null, 64 * 1024),
    /** The signing keys (JWKS). */
    KEYS("key endpoint", Group.LOGINS, 256 * 1024),
    /** The signed-in person's profile. ClassLink's own are under 2 KiB. */
    PROFILE("profile endpoint", Group.LOGINS, 64 * 1024),
    /** The signed-in person's groups. */
    GROUPS("groups endpoint", Group.LOGINS, 256 * 1024),
    /** The districts of the partner, up to a thousand a page. */
    APPLICATIONS("applications endpoint", Group.ROSTERS, 4 * 1024 * 1024),
    /** A page of a roster: 10,000 rows are about 6 MiB. */
    ROSTER("roster service", Group.ROSTERS, 32 * 1024 * 1024);

    private final String label;
    private final Group group;
    private final int maxBytes;

    Operation(String label, Group group, int maxBytes) {
        this.label = label;
        this.group = group;
        this.maxBytes = maxBytes;
    }

    /** For log lines and messages. */
    public String label() {
        return label;
    }

    /** Whose requests wait for it; empty if no worker thread of Keycloak waits for it. */
    Optional<Group> group() {
        return Optional.ofNullable(group);
    }

    /** Bytes of body after which reading stops and the answer counts as malformed. */
    int maxBytes() {
        return maxBytes;
    }
}
