package io.github.k12sso.classlink.demo.app;

import com.nimbusds.jwt.JWT;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import java.time.Duration;
import java.time.Instant;

/**
 * The result of a sign-in at Keycloak. It stays on the server.
 *
 * @param idToken used as the hint when signing out
 * @param accessToken Keycloak's, never ClassLink's
 * @param refreshToken null if Keycloak issued none
 * @param expiresAt expiry of the access token
 */
record SignIn(
        SignedInPerson person, JWT idToken, AccessToken accessToken, RefreshToken refreshToken, Instant expiresAt) {

    private static final Duration MARGIN = Duration.ofSeconds(20);

    static Instant expiry(AccessToken token, Instant now) {
        return now.plusSeconds(token.getLifetime());
    }

    /** Whether the access token is too close to its expiry to be used. */
    boolean isStale(Instant now) {
        return now.isAfter(expiresAt.minus(MARGIN));
    }

    SignIn with(AccessToken access, RefreshToken refresh, Instant now) {
        return new SignIn(person, idToken, access, refresh == null ? refreshToken : refresh, expiry(access, now));
    }

    /** Omits the tokens. */
    @Override
    public String toString() {
        return "SignIn[expiresAt=" + expiresAt + "]";
    }
}
