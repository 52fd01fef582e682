package io.github.k12sso.classlink.vault;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.keycloak.crypto.Algorithm;
import org.keycloak.crypto.KeyUse;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.vault.VaultStringSecret;

/**
 * The source of the keys that encrypt token records: the server's key file, otherwise an entry in Keycloak's vault,
 * otherwise the realm's AES key. Records encrypted with a key from a later source can still be decrypted after an
 * earlier source is configured.
 */
public final class KeySource {

    private final Optional<KeyRing> file;
    private final Optional<String> vaultEntry;

    /** A configured source cannot be read. The message names the source, is safe to log and contains no key. */
    public static final class Unavailable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private Unavailable(String message) {
            super(message);
        }
    }

    /**
     * Creates a key source.
     *
     * @param file the key ring from the server option {@code token-key-file}
     * @param vaultEntry the name of the vault entry, from the server option {@code token-key-vault-entry}
     */
    public KeySource(Optional<KeyRing> file, Optional<String> vaultEntry) {
        this.file = file;
        this.vaultEntry = vaultEntry;
    }

    /** A source that uses only the realm's AES key. */
    public static KeySource ofRealms() {
        return new KeySource(Optional.empty(), Optional.empty());
    }

    /**
     * Returns the key that encrypts new records.
     *
     * @throws Unavailable if a source cannot be read
     */
    KeyRing.Key active(KeycloakSession session, RealmModel realm) {
        return file.or(() -> vaultEntry.map(name -> inVault(session, name)))
                .map(KeyRing::active)
                .orElseGet(() -> realmKey(session.keys().getActiveKey(realm, KeyUse.ENC, Algorithm.AES)));
    }

    /**
     * Returns the key with this ID; empty if no source has it.
     *
     * @throws Unavailable if a source cannot be read
     */
    Optional<KeyRing.Key> find(KeycloakSession session, RealmModel realm, String id) {
        return file.flatMap(ring -> ring.find(id))
                .or(() -> vaultEntry.map(name -> inVault(session, name)).flatMap(ring -> ring.find(id)))
                .or(() -> Optional.ofNullable(session.keys().getKey(realm, id, KeyUse.ENC, Algorithm.AES))
                        .filter(key -> key.getSecretKey() != null)
                        .map(KeySource::realmKey));
    }

    /**
     * A configured entry that is missing fails the login. Falling back to another key would weaken the configured
     * protection.
     */
    private static KeyRing inVault(KeycloakSession session, String name) {
        try (VaultStringSecret secret = session.vault().getStringSecret("${vault." + name + "}")) {
            String text = secret.get()
                    .filter(value -> !value.startsWith("${vault."))
                    .orElseThrow(() -> new Unavailable("Keycloak's vault has no entry for the ClassLink token "
                            + "keys (server option token-key-vault-entry)"));
            return KeyRing.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Unavailable("the vault entry for the ClassLink token keys is invalid: " + e.getMessage());
        }
    }

    private static KeyRing.Key realmKey(KeyWrapper key) {
        Objects.requireNonNull(key, "every realm has an AES key");
        return KeyRing.Key.of(key.getKid(), key.getSecretKey().getEncoded());
    }

    /**
     * A key file: one key per line, an ID and at least 32 random bytes in base64, separated by spaces. The first key
     * encrypts, all keys decrypt. Blank lines and lines that start with {@code #} are ignored.
     */
    public static final class KeyRing {

        private static final int MIN_LISTED_SECRET_BYTES = 32;
        /** A rotation needs two keys; more than this is a mistake. */
        private static final int MAX_KEYS = 32;

        private static final String LINE =
                "Each line must have a key ID (up to 64 letters, digits, '.', '_' and '-'), a space and at "
                        + "least 32 random bytes in base64, for example from 'openssl rand -base64 32'";

        private final List<Key> keys;

        /**
         * A key that encrypts token records.
         *
         * @param id written into each record's header, so the key is found after a rotation
         * @param key for A256GCM
         */
        record Key(String id, SecretKey key) {

            /** Minimum length of a secret. The AES key of an old realm is this short. */
            static final int MIN_SECRET_BYTES = 16;

            private static final String MAC = "HmacSHA256";
            private static final byte[] PURPOSE = "keycloak-classlink token record 1".getBytes(StandardCharsets.UTF_8);

            /**
             * Derives a key from a secret with HKDF-Expand (RFC 5869, section 2.3, one block). The key always has 256
             * bits and differs from the key that Keycloak uses for other purposes.
             *
             * @throws IllegalArgumentException if the secret is shorter than 16 bytes
             */
            static Key of(String id, byte[] secret) {
                if (secret.length < MIN_SECRET_BYTES) {
                    throw new IllegalArgumentException("a key needs at least " + MIN_SECRET_BYTES + " bytes");
                }
                try {
                    Mac mac = Mac.getInstance(MAC);
                    mac.init(new SecretKeySpec(secret, MAC));
                    mac.update(PURPOSE);
                    byte[] key = mac.doFinal(new byte[] {1});
                    return new Key(id, new SecretKeySpec(key, "AES"));
                } catch (GeneralSecurityException e) {
                    throw new IllegalStateException("every Java platform has " + MAC, e);
                } finally {
                    Arrays.fill(secret, (byte) 0);
                }
            }

            /** Omits the key. */
            @Override
            public String toString() {
                return "Key[" + id + "]";
            }
        }

        private KeyRing(List<Key> keys) {
            this.keys = List.copyOf(keys);
        }

        /**
         * Parses a key file.
         *
         * @throws IllegalArgumentException with the line number and the expected format, never the content of the line
         */
        public static KeyRing parse(String text) {
            List<Key> keys = new ArrayList<>();
            int number = 0;
            for (String line : text.lines().toList()) {
                number++;
                String stripped = line.strip();
                if (!stripped.isEmpty() && !stripped.startsWith("#")) {
                    Key key = key(stripped, number);
                    if (keys.stream().anyMatch(other -> other.id().equals(key.id()))) {
                        throw new IllegalArgumentException("line " + number + " repeats a key ID");
                    }
                    keys.add(key);
                }
            }
            if (keys.isEmpty()) {
                throw new IllegalArgumentException("it contains no key. " + LINE);
            }
            if (keys.size() > MAX_KEYS) {
                throw new IllegalArgumentException("it contains more than " + MAX_KEYS + " keys");
            }
            return new KeyRing(keys);
        }

        private static Key key(String line, int number) {
            String[] parts = line.split("\\s+", -1);
            if (parts.length != 2 || !parts[0].matches("[A-Za-z0-9._-]{1,64}")) {
                throw new IllegalArgumentException("line " + number + " is not a valid key line. " + LINE);
            }
            byte[] secret;
            try {
                secret = Base64.getDecoder().decode(parts[1]);
            } catch (IllegalArgumentException e) {
                // The exception is not kept as the cause because its message quotes the line.
                throw new IllegalArgumentException("line " + number + " has a key that is not valid base64. " + LINE);
            }
            if (secret.length < MIN_LISTED_SECRET_BYTES) {
                throw new IllegalArgumentException("line " + number + " has a key that is too short. " + LINE);
            }
            return Key.of(parts[0], secret);
        }

        /** Returns the key that encrypts. */
        Key active() {
            return keys.get(0);
        }

        Optional<Key> find(String id) {
            for (Key key : keys) {
                if (key.id().equals(id)) {
                    return Optional.of(key);
                }
            }
            return Optional.empty();
        }

        /** Omits the keys. */
        @Override
        public String toString() {
            return "KeyRing" + keys;
        }
    }
}
