package io.github.k12sso.classlink.simulator.oauth;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;

/**
 * Codes and tokens look like {@code c} + 13 digits of milliseconds + 32 hex digits
 * (docs/internals/classlink-protocol.md#token-response, graded C).
 */
final class OpaqueValue {
    private static final SecureRandom RANDOM = new SecureRandom();

    private OpaqueValue() {}

    static String next(Clock clock) {
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        return "c%013d%s".formatted(clock.millis(), HexFormat.of().formatHex(random));
    }
}
