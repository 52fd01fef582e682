package io.github.k12sso.classlink.simulator.runtime;

/** Which token response the simulator gives. */
public enum TokenMode {
    /** ClassLink's documented body: no {@code expires_in}, no refresh token (classlink-facts 2.3). */
    CLASSLINK,
    /** The integration guide's body: {@code expires_in}, {@code refresh_token}, {@code scope} and the refresh grant. */
    GUIDE
}
