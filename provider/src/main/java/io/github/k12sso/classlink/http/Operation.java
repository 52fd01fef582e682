package io.github.k12sso.classlink.http;

/** What a call to ClassLink is for, with the largest answer that is read. */
public enum Operation {
    /** The authorization code's redemption. */
    TOKEN("token endpoint", 64 * 1024),
    /** A refresh token's redemption. */
    REFRESH("token endpoint (refresh)", 64 * 1024),
    /** A token's revocation, RFC 7009. */
    REVOCATION("revocation endpoint", 64 * 1024),
    /** The signing keys (JWKS). */
    KEYS("key endpoint", 256 * 1024),
    /** The signed-in person's profile. ClassLink's own are under 2 KiB. */
    PROFILE("profile endpoint", 64 * 1024),
    /** The signed-in person's groups. */
    GROUPS("groups endpoint", 256 * 1024),
    /** The districts of the partner, up to a thousand a page. */
    APPLICATIONS("applications endpoint", 4 * 1024 * 1024),
    /** A page of a roster: 10,000 rows are about 6 MiB. */
    ROSTER("roster service", 32 * 1024 * 1024);

    private final String label;
    private final int maxBytes;

    Operation(String label, int maxBytes) {
        this.label = label;
        this.maxBytes = maxBytes;
    }

    /** For log lines and messages. */
    public String label() {
        return label;
    }

    /** Bytes of body after which reading stops and the answer counts as malformed. */
    int maxBytes() {
        return maxBytes;
    }
}
