package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.keycloak.common.VerificationException;
import org.keycloak.crypto.Algorithm;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.crypto.SignatureProvider;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.representations.IDToken;
import org.keycloak.representations.JsonWebToken;

/**
 * Verifies an id_token (OpenID Connect Core 3.1.3.7). Unlike Keycloak's built-in broker, rejects tokens without {@code
 * exp} and tokens issued in the future. Does not require {@code nbf}, which ClassLink does not send
 * (docs/internals/classlink-protocol.md#id_token).
 */
final class IdTokenVerifier {

    /** ClassLink's are under 2 KiB. */
    private static final int MAX_LENGTH = 16 * 1024;
    /**
     * Documented lifetime of a ClassLink id_token (docs/internals/classlink-protocol.md#token-response). An older one
     * was not issued for this login.
     */
    private static final Duration MAX_AGE = Duration.ofHours(24);

    private final KeycloakSession session;
    private final ClassLinkIdentityProviderConfig config;
    private final VerificationKeys keys;
    private final InstantSource clock;

    IdTokenVerifier(
            KeycloakSession session,
            ClassLinkIdentityProviderConfig config,
            VerificationKeys keys,
            InstantSource clock) {
        this.session = session;
        this.config = config;
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * @param encoded the compact JWS from the token endpoint
     * @param expectedNonce the nonce of this browser's request; if null, every token is refused
     * @return the verified claims
     * @throws LoginRefused with the first failed check
     */
    JsonWebToken verify(String encoded, String expectedNonce) throws LoginRefused {
        JWSInput jws = parse(encoded);
        requireSignature(jws);
        JsonWebToken claims = claims(jws);
        requireIssuer(claims);
        requireAudience(claims);
        requireTimes(claims);
        requireNonce(claims, expectedNonce);
        require(claims.getSubject() != null && !claims.getSubject().isBlank(), LoginRefused.Reason.ID_TOKEN_SUBJECT);
        return claims;
    }

    /**
     * Returns whether the id_token of a refresh belongs to the same login (OpenID Connect Core, section 12.2): same
     * issuer, client and user. Its signature is not verified because it comes directly from the token endpoint (section
     * 3.1.3.7, item 6) and no data is taken from it.
     *
     * @param subject of the login, if known
     */
    boolean continuesLogin(String encoded, Optional<String> subject) {
        try {
            JsonWebToken claims = claims(parse(encoded));
            requireIssuer(claims);
            requireAudience(claims);
            return claims.getSubject() != null
                    && subject.map(claims.getSubject()::equals).orElse(true);
        } catch (LoginRefused e) {
            return false;
        }
    }

    /**
     * Checks that the user signed in to ClassLink recently enough for the app's {@code max_age}.
     *
     * @param claims from {@link #verify}; null if no id_token is required, which always fails
     * @return the authentication time in epoch seconds
     */
    long requireAuthenticatedWithin(JsonWebToken claims, Duration maxAge) throws LoginRefused {
        Object claim = claims == null ? null : claims.getOtherClaims().get(IDToken.AUTH_TIME);
        require(claim instanceof Integer || claim instanceof Long, LoginRefused.Reason.ID_TOKEN_AUTH_TIME);
        long authTime = ((Number) claim).longValue();
        long now = clock.instant().getEpochSecond();
        long skew = config.getAllowedClockSkew();
        require(
                authTime <= now + skew && authTime >= now - skew - maxAge.toSeconds(),
                LoginRefused.Reason.ID_TOKEN_AUTH_TIME);
        return authTime;
    }

    private static JWSInput parse(String encoded) throws LoginRefused {
        require(encoded.length() <= MAX_LENGTH, LoginRefused.Reason.ID_TOKEN_MALFORMED);
        try {
            JWSInput jws = new JWSInput(encoded);
            require(jws.getHeader() != null, LoginRefused.Reason.ID_TOKEN_MALFORMED); // the JSON text null
            return jws;
        } catch (JWSInputException e) {
            throw new LoginRefused(LoginRefused.Reason.ID_TOKEN_MALFORMED);
        }
    }

    private void requireSignature(JWSInput jws) throws LoginRefused {
        // Checked first and against a constant, because the header is not trusted. getRawAlgorithm() throws without an
        // algorithm.
        String algorithm = String.valueOf(jws.getHeader().getAlgorithm());
        require(Algorithm.RS256.equals(algorithm), LoginRefused.Reason.ID_TOKEN_ALGORITHM);
        KeyWrapper key = key(jws.getHeader().getKeyId());
        require(isSignedWith(key, jws), LoginRefused.Reason.ID_TOKEN_SIGNATURE);
    }

    private KeyWrapper key(String kid) throws LoginRefused {
        try {
            return keys.find(kid).orElseThrow(() -> new LoginRefused(LoginRefused.Reason.ID_TOKEN_KEY_UNKNOWN));
        } catch (UpstreamFailure e) {
            throw LoginRefused.because(Operation.KEYS, e);
        }
    }

    private boolean isSignedWith(KeyWrapper key, JWSInput jws) {
        try {
            return session.getProvider(SignatureProvider.class, Algorithm.RS256)
                    .verifier(key)
                    .verify(jws.getEncodedSignatureInput().getBytes(StandardCharsets.UTF_8), jws.getSignature());
        } catch (VerificationException e) {
            return false; // a key of another type, or a signature of the wrong length
        }
    }

    private static JsonWebToken claims(JWSInput jws) throws LoginRefused {
        try {
            JsonWebToken claims = jws.readJsonContent(JsonWebToken.class);
            require(claims != null, LoginRefused.Reason.ID_TOKEN_MALFORMED);
            return claims;
        } catch (JWSInputException e) {
            throw new LoginRefused(LoginRefused.Reason.ID_TOKEN_MALFORMED);
        }
    }

    private void requireIssuer(JsonWebToken claims) throws LoginRefused {
        require(
                claims.getIssuer() != null
                        && withoutTrailingSlash(claims.getIssuer()).equals(withoutTrailingSlash(config.getIssuer())),
                LoginRefused.Reason.ID_TOKEN_ISSUER);
    }

    /**
     * ClassLink uses the same issuer and keys for LTI 1.3, so only the audience distinguishes a login from a launch.
     */
    private void requireAudience(JsonWebToken claims) throws LoginRefused {
        String clientId = config.getClientId();
        // hasAudience() throws for a null in the list.
        String[] audience = claims.getAudience();
        require(audience != null && Arrays.asList(audience).contains(clientId), LoginRefused.Reason.ID_TOKEN_AUDIENCE);
        require(
                claims.getIssuedFor() == null || claims.getIssuedFor().equals(clientId),
                LoginRefused.Reason.ID_TOKEN_AUDIENCE);
    }

    private void requireTimes(JsonWebToken claims) throws LoginRefused {
        long now = clock.instant().getEpochSecond();
        long skew = config.getAllowedClockSkew();
        require(claims.getExp() != null && claims.getIat() != null, LoginRefused.Reason.ID_TOKEN_TIMES);
        require(claims.getExp() + skew > now, LoginRefused.Reason.ID_TOKEN_EXPIRED);
        require(claims.getIat() - skew <= now, LoginRefused.Reason.ID_TOKEN_TIMES);
        require(claims.getIat() + skew + MAX_AGE.toSeconds() > now, LoginRefused.Reason.ID_TOKEN_TIMES);
        require(claims.getExp() > claims.getIat(), LoginRefused.Reason.ID_TOKEN_TIMES);
        require(claims.getNbf() == null || claims.getNbf() - skew <= now, LoginRefused.Reason.ID_TOKEN_TIMES);
    }

    private static void requireNonce(JsonWebToken claims, String expected) throws LoginRefused {
        Object nonce = claims.getOtherClaims().get(OIDCLoginProtocol.NONCE_PARAM);
        require(
                expected != null
                        && nonce instanceof String actual
                        && MessageDigest.isEqual(
                                actual.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8)),
                LoginRefused.Reason.ID_TOKEN_NONCE);
    }

    private static String withoutTrailingSlash(String issuer) {
        return issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    }

    private static void require(boolean satisfied, LoginRefused.Reason reason) throws LoginRefused {
        if (!satisfied) {
            throw new LoginRefused(reason);
        }
    }

    /**
     * Removes characters that databases reject from a claim, at every level, because Keycloak's mappers store claim
     * values.
     */
    static Object storable(Object claim) {
        if (claim instanceof String text) {
            return Profile.storable(text);
        }
        if (claim instanceof List<?> list) {
            return list.stream().map(IdTokenVerifier::storable).collect(Collectors.toCollection(ArrayList::new));
        }
        if (claim instanceof Map<?, ?> members) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            members.forEach((name, value) -> copy.put(name, storable(value)));
            return copy;
        }
        return claim;
    }
}
