package io.github.k12sso.classlink.simulator.runtime;

/**
 * What happens to a code challenge; nobody knows what ClassLink's token endpoint does
 * (docs/internals/classlink-protocol.md#unknown).
 */
public enum PkceMode {
    IGNORE,
    /** Check the verifier whenever a challenge was sent. */
    VERIFY,
    /** Refuse authorization requests without a challenge. Tiles never need one. */
    REQUIRE
}
