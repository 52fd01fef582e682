package io.github.k12sso.classlink.simulator.http;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Groups of endpoints, used for recorded requests and faults. */
public enum Endpoint {
    AUTHORIZE,
    TOKEN,
    JWKS,
    DISCOVERY,
    MY_INFO,
    PROFILEINFO,
    GROUPS,
    REVOKE,
    APPLICATIONS,
    ROSTER,
    /** {@code /v2/my/profile}, docs/internals/classlink-protocol.md#the-integration-guide. */
    MY_PROFILE,
    /** {@code /v2/my/district}, {@code /v2/my/profiles} and {@code /v2/my/students}. */
    MY_OTHER,
    /** Sign-in pages, home page, tiles, sign-out. */
    LAUNCHPAD;

    /** The name used by the control API, such as {@code my-info}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The endpoint with this {@link #key()}. */
    public static Optional<Endpoint> ofKey(String key) {
        return Arrays.stream(values())
                .filter(endpoint -> endpoint.key().equals(key))
                .findFirst();
    }
}
