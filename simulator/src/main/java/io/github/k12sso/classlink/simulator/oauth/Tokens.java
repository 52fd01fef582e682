package io.github.k12sso.classlink.simulator.oauth;

import io.github.k12sso.classlink.simulator.secret.Secret;
import io.github.k12sso.classlink.simulator.secret.Secrets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Access and refresh tokens. All tokens derived from one code form a family. */
public final class Tokens {
    private static final Duration REFRESH_LIFETIME = Duration.ofDays(30);

    private record GrantedToken(Grant grant, String family, Instant expiresAt) {}

    private record RefreshGrant(Grant grant, String family, Instant expiresAt, boolean used) {}

    /** A new pair; the refresh token is empty if none was requested. */
    record Pair(String accessToken, Optional<String> refreshToken, Grant grant) {}

    private final Map<String, GrantedToken> access = new HashMap<>();
    private final Map<String, RefreshGrant> refresh = new HashMap<>();
    private final Clock clock;
    private final Secrets secrets;

    public Tokens(Clock clock, Secrets secrets) {
        this.clock = clock;
        this.secrets = secrets;
    }

    /** The refresh token of a new family whose access token has already expired. */
    public String refreshTokenOf(Grant grant) {
        return issue(grant, Duration.ZERO, true).refreshToken().orElseThrow();
    }

    synchronized Pair issue(Grant grant, Duration lifetime, boolean withRefresh) {
        return issue(grant, UUID.randomUUID().toString(), lifetime, withRefresh);
    }

    /**
     * Redeems a refresh token. With rotation the old one becomes invalid, and its reuse revokes the whole family, so that both
     * the user and a thief must sign in again.
     */
    synchronized Optional<Pair> redeem(String refreshToken, String clientId, Duration lifetime, boolean rotate) {
        RefreshGrant old = refresh.get(refreshToken);
        if (old == null || !old.grant().clientId().equals(clientId)) {
            return Optional.empty();
        }
        if (old.used()) {
            endFamily(old.family());
            return Optional.empty();
        }
        if (!clock.instant().isBefore(old.expiresAt())) {
            return Optional.empty();
        }
        if (rotate) {
            refresh.put(refreshToken, new RefreshGrant(old.grant(), old.family(), old.expiresAt(), true));
            return Optional.of(issue(old.grant(), old.family(), lifetime, true));
        }
        Pair pair = issue(old.grant(), old.family(), lifetime, false);
        return Optional.of(pair);
    }

    /** The grant of a valid access token. */
    public synchronized Optional<Grant> grantOf(String accessToken) {
        return Optional.ofNullable(access.get(accessToken))
                .filter(token -> clock.instant().isBefore(token.expiresAt()))
                .map(GrantedToken::grant);
    }

    /** RFC 7009: revoking a refresh token revokes its family. Tokens of other clients stay valid. */
    synchronized void revoke(String token, String clientId) {
        RefreshGrant held = refresh.get(token);
        if (held != null && held.grant().clientId().equals(clientId)) {
            endFamily(held.family());
        }
        GrantedToken single = access.get(token);
        if (single != null && single.grant().clientId().equals(clientId)) {
            access.remove(token);
        }
    }

    /** Expires all access tokens; refresh tokens stay valid. */
    public synchronized void expireAccessTokens() {
        access.clear();
    }

    /** Invalidates all tokens, as if every user had withdrawn every grant. */
    public synchronized void endAllGrants() {
        access.clear();
        refresh.clear();
    }

    private Pair issue(Grant grant, String family, Duration lifetime, boolean withRefresh) {
        String accessToken = OpaqueValue.next(clock);
        secrets.tell(Secret.SecretType.ACCESS_TOKEN, accessToken, grant.redirectUri());
        access.put(accessToken, new GrantedToken(grant, family, clock.instant().plus(lifetime)));
        if (!withRefresh) {
            return new Pair(accessToken, Optional.empty(), grant);
        }
        String refreshToken = OpaqueValue.next(clock);
        secrets.tell(Secret.SecretType.REFRESH_TOKEN, refreshToken, grant.redirectUri());
        refresh.put(
                refreshToken, new RefreshGrant(grant, family, clock.instant().plus(REFRESH_LIFETIME), false));
        return new Pair(accessToken, Optional.of(refreshToken), grant);
    }

    private void endFamily(String family) {
        access.values().removeIf(token -> token.family().equals(family));
        refresh.values().removeIf(token -> token.family().equals(family));
    }
}
