package io.github.k12sso.classlink.simulator.oauth;

import io.github.k12sso.classlink.simulator.secret.Secret;
import io.github.k12sso.classlink.simulator.secret.Secrets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Codes expire after five minutes and can be used once (docs/internals/classlink-protocol.md#token-response). */
public final class AuthorizationCodes {
    private static final Duration LIFETIME = Duration.ofMinutes(5);

    private record Issued(Grant grant, Instant expiresAt) {}

    private final Map<String, Issued> codes = new ConcurrentHashMap<>();
    private final Clock clock;
    private final Secrets secrets;

    public AuthorizationCodes(Clock clock, Secrets secrets) {
        this.clock = clock;
        this.secrets = secrets;
    }

    String issue(Grant grant) {
        String code = OpaqueValue.next(clock);
        secrets.tell(Secret.SecretType.CODE, code, grant.redirectUri());
        codes.put(code, new Issued(grant, clock.instant().plus(LIFETIME)));
        return code;
    }

    /** Returns a code's grant without using the code. */
    Optional<Grant> peek(String code) {
        return alive(codes.get(code));
    }

    /** Uses a code; only one caller gets its grant. */
    Optional<Grant> spend(String code) {
        return alive(codes.remove(code));
    }

    private Optional<Grant> alive(Issued issued) {
        return Optional.ofNullable(issued)
                .filter(code -> clock.instant().isBefore(code.expiresAt()))
                .map(Issued::grant);
    }
}
