package io.github.k12sso.classlink.simulator.runtime;

/**
 * Handling of code challenges; ClassLink's behavior is unknown
 * (docs/internals/classlink-protocol.md#unknown).
 */
public enum PkceMode {
    IGNORE,
    /** Check the verifier if a challenge was sent. */
    VERIFY,
    /** Refuse authorization requests without a challenge, except tiles. */
    REQUIRE
}
