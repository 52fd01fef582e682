package io.github.k12sso.classlink.vault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.vault.KeySource.KeyRing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.keycloak.jose.JOSEHeader;
import org.keycloak.jose.jwe.JWE;
import org.keycloak.jose.jwe.JWEConstants;
import org.keycloak.jose.jwe.JWEException;
import org.keycloak.jose.jwe.JWEHeader;
import org.keycloak.jose.jwe.JWEKeyStorage;
import org.keycloak.jose.jwe.alg.DirectAlgorithmProvider;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Encrypts and decrypts the token record of one link: a compact JWE (RFC 7516, {@code dir} with A256GCM, the key's id
 * in the header), made with Keycloak's JOSE code. It is not JSON because Keycloak rewrites stored JSON when a user
 * signs in again ({@code IdentityBrokerService.updateToken}).
 */
public final class TokenCipher {

    private static final Logger LOG = Logger.getLogger(TokenCipher.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final AesGcm A256GCM = new AesGcm();
    private static final String REALM = "realm";
    private static final String ALIAS = "idp";
    private static final String BROKER_USER_ID = "sub";
    private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private final KeycloakSession session;
    private final RealmModel realm;
    private final KeySource keys;
    private final Owner owner;
    private final boolean acceptsPlain;

    /**
     * The owner of a record. It is part of the encrypted data: a record that is copied to another user, alias or realm
     * is rejected.
     *
     * @param realmId Keycloak's internal id of the realm
     * @param alias the identity provider's
     * @param brokerUserId the id that links the user to ClassLink, as Keycloak stores it
     */
    record Owner(String realmId, String alias, String brokerUserId) {}

    /**
     * A stored record cannot be decrypted: its key is missing, it was copied from another row, or it is damaged. The
     * user must sign in again. The record is kept because the key may be restored. The message contains only constants
     * and a key ID.
     */
    static final class Unreadable extends Exception {

        private static final long serialVersionUID = 1L;

        private Unreadable(String message) {
            super(message);
        }
    }

    /**
     * Whether the configured keys decrypt a provider's records.
     *
     * @param activeKey ID of the key that encrypts new records
     * @param looked number of stored records tried
     * @param opened number of those that could be decrypted
     */
    public record KeyState(String activeKey, int looked, int opened) {

        /**
         * Tries to decrypt the records of some users, for the connection check.
         *
         * @param sample maximum number of linked users to try
         * @throws KeySource.Unavailable if a source of keys cannot be read
         */
        public static KeyState of(KeycloakSession session, RealmModel realm, String alias, KeySource keys, int sample) {
            String activeKey = keys.active(session, realm).id();
            List<FederatedIdentityModel> links = session.users()
                    .searchForUserStream(realm, Map.of(UserModel.IDP_ALIAS, alias), 0, sample)
                    .map(user -> session.users().getFederatedIdentity(realm, user, alias))
                    .filter(link -> link != null && link.getToken() != null && isEncrypted(link.getToken()))
                    .toList();
            long opened = links.stream()
                    .filter(link -> opens(
                            link.getToken(),
                            new Owner(realm.getId(), alias, link.getUserId()),
                            id -> keys.find(session, realm, id)))
                    .count();
            return new KeyState(activeKey, links.size(), (int) opened);
        }

        /** Unlike {@link #tryDecrypt}, logs nothing. */
        private static boolean opens(String stored, Owner owner, Function<String, Optional<KeyRing.Key>> keys) {
            try {
                decrypt(stored, owner, keys);
                return true;
            } catch (Unreadable e) {
                return false;
            }
        }
    }

    /**
     * Creates the cipher for one user's record.
     *
     * @param acceptsPlain whether an unencrypted record of a built-in provider is accepted
     */
    TokenCipher(KeycloakSession session, RealmModel realm, KeySource keys, Owner owner, boolean acceptsPlain) {
        this.session = session;
        this.realm = realm;
        this.keys = keys;
        this.owner = owner;
        this.acceptsPlain = acceptsPlain;
    }

    /** Encrypts a record for storage. */
    public String encrypt(TokenRecord record) {
        return encrypt(record, owner, keys.active(session, realm));
    }

    /**
     * Decrypts a stored record, or reads an unencrypted one of a built-in provider. If that fails, logs a warning and
     * returns empty.
     */
    public Optional<TokenRecord> tryDecrypt(String stored) {
        try {
            if (isEncrypted(stored)) {
                return Optional.of(decrypt(stored, owner, id -> keys.find(session, realm, id)));
            }
            if (!acceptsPlain) {
                throw new Unreadable(
                        "the record is not encrypted, and the provider does not accept unencrypted tokens");
            }
            return TokenRecord.readPlain(stored);
        } catch (Unreadable e) {
            LOG.warnf(
                    "A stored ClassLink token could not be decrypted: %s. The user must sign in again. "
                            + "realm=%s, provider=%s",
                    e.getMessage(), realm.getName(), owner.alias());
            return Optional.empty();
        }
    }

    static String encrypt(TokenRecord record, Owner owner, KeyRing.Key key) {
        ObjectNode content = record.write()
                .put(REALM, owner.realmId())
                .put(ALIAS, owner.alias())
                .put(BROKER_USER_ID, owner.brokerUserId());
        JWE jwe = new JWE()
                .header(new JWEHeader(JWEConstants.DIRECT, JWEConstants.A256GCM, null, key.id()))
                .content(content.toString().getBytes(StandardCharsets.UTF_8));
        jwe.getKeyStorage().setCEKKey(key.key(), JWEKeyStorage.KeyUse.ENCRYPTION);
        try {
            return jwe.encodeJwe(new DirectAlgorithmProvider(), A256GCM);
        } catch (JWEException e) {
            throw new IllegalStateException("A token record could not be encrypted", e);
        }
    }

    /** An unencrypted record of a built-in provider starts with a brace. */
    static boolean isEncrypted(String stored) {
        return stored.startsWith("eyJ");
    }

    static TokenRecord decrypt(String stored, Owner owner, Function<String, Optional<KeyRing.Key>> keys)
            throws Unreadable {
        JWE jwe = parse(stored);
        String keyId = keyId(jwe.getHeader());
        KeyRing.Key key = keys.apply(keyId)
                .orElseThrow(() -> new Unreadable("the record's key '" + keyId + "' is in no key source"));
        jwe.getKeyStorage().setCEKKey(key.key(), JWEKeyStorage.KeyUse.ENCRYPTION);
        JsonNode content;
        try {
            A256GCM.verifyAndDecodeJwe(jwe);
            content = JSON.readTree(jwe.getContent());
        } catch (GeneralSecurityException | IOException e) {
            throw new Unreadable("the record is damaged, or another key has the ID '" + keyId + "'");
        }
        if (!owner.equals(new Owner(
                content.path(REALM).asText(),
                content.path(ALIAS).asText(),
                content.path(BROKER_USER_ID).asText()))) {
            throw new Unreadable("the record belongs to another realm, provider or user");
        }
        return TokenRecord.read(content);
    }

    private static JWE parse(String stored) throws Unreadable {
        try {
            return new JWE(stored);
        } catch (RuntimeException e) { // Keycloak has no specific exception for text that is not a JWE
            throw new Unreadable("the record is malformed");
        }
    }

    /** Returns the key ID only if it is well-formed, because it is logged. */
    private static String keyId(JOSEHeader header) throws Unreadable {
        if (header != null
                && header.getKeyId() != null
                && KEY_ID.matcher(header.getKeyId()).matches()) {
            return header.getKeyId();
        }
        throw new Unreadable("the record has no key ID");
    }
}
