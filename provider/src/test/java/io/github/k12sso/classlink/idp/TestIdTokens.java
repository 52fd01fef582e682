package io.github.k12sso.classlink.idp;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.keycloak.crypto.Algorithm;
import org.keycloak.crypto.AsymmetricSignatureProvider;
import org.keycloak.crypto.KeyType;
import org.keycloak.crypto.KeyUse;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.crypto.PublicKeysWrapper;
import org.keycloak.crypto.SignatureProvider;
import org.keycloak.keys.PublicKeyStorageProvider;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** ID tokens as ClassLink signs them, and the verifier of their login, at noon of a fixed day. */
final class TestIdTokens {

    static final String CLIENT_ID = "c1419343109521";
    static final String ISSUER = "https://launchpad.classlink.com";
    static final String NONCE = "n-0S6_WzA2Mj";
    static final String KEY_ID = "key-1";
    static final Instant NOW = Instant.parse("2026-09-01T12:00:00Z");

    private static final KeyPair KEY = newKey();

    private TestIdTokens() {}

    static ObjectNode header() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("alg", "RS256")
                .put("typ", "JWT")
                .put("kid", KEY_ID);
    }

    /** Claims of a token issued one minute ago and valid for one hour. */
    static ObjectNode claims() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("iss", ISSUER)
                .put("sub", "870001")
                .put("aud", CLIENT_ID)
                .put("iat", NOW.getEpochSecond() - 60)
                .put("exp", NOW.getEpochSecond() + 3600)
                .put("nonce", NONCE);
    }

    /** Signs claims with ClassLink's key. */
    static String signed(String header, String claims) {
        return signed(header, claims, KEY);
    }

    static String signed(String header, String claims, KeyPair key) {
        String input =
                base64(header.getBytes(StandardCharsets.UTF_8)) + "." + base64(claims.getBytes(StandardCharsets.UTF_8));
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key.getPrivate());
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            return input + "." + base64(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static IdTokenVerifier verifier() {
        ClassLinkIdentityProviderConfig config = new ClassLinkIdentityProviderConfig(AllowedHosts.builtIn());
        config.getConfig().put("clientId", CLIENT_ID);
        KeycloakSession session = session();
        VerificationKeys keys =
                new VerificationKeys(session, config, new UpstreamClient(session, AllowedHosts.builtIn()));
        return new IdTokenVerifier(session, config, keys, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    /** Keycloak's signature verification, with ClassLink's key in the key cache. */
    private static KeycloakSession session() {
        PublicKeysWrapper published = new PublicKeysWrapper(List.of(publicKey()));
        PublicKeyStorageProvider cache = Stub.of(
                PublicKeyStorageProvider.class,
                Map.of(
                        "getPublicKey",
                        arguments -> published.getKeyByKidAndAlg((String) arguments[1], (String) arguments[2])));
        RealmModel realm = Stub.of(RealmModel.class, Map.of("getId", arguments -> "realm-1"));
        KeycloakContext context = Stub.of(KeycloakContext.class, Map.of("getRealm", arguments -> realm));
        return Stub.of(
                KeycloakSession.class,
                Map.of(
                        "getContext",
                        arguments -> context,
                        "getProvider",
                        arguments -> arguments[0] == SignatureProvider.class
                                ? new AsymmetricSignatureProvider(null, (String) arguments[1])
                                : cache));
    }

    private static KeyWrapper publicKey() {
        KeyWrapper key = new KeyWrapper();
        key.setKid(KEY_ID);
        key.setAlgorithm(Algorithm.RS256);
        key.setType(KeyType.RSA);
        key.setUse(KeyUse.SIG);
        key.setPublicKey(KEY.getPublic());
        return key;
    }
}
