package io.github.k12sso.classlink.simulator.runtime;

/** The format of token responses. */
public enum TokenMode {
    /**
     * ClassLink's documented body: no {@code expires_in}, no refresh token
     * (docs/internals/classlink-protocol.md#token-response).
     */
    CLASSLINK,
    /**
     * The integration guide's body (docs/internals/classlink-protocol.md#the-integration-guide): {@code expires_in},
     * {@code refresh_token}, {@code scope} and the refresh grant.
     */
    GUIDE
}
