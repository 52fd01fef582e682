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
 * Where the keys of token records come from: the server's key file, else an entry of the realm's vault, else the realm's own AES key.
 * What a key of a later source encrypted still decrypts after an earlier one was set up.
 */
public final class KeySource {

    private final Optional<KeyRing> file;
    private final Optional<String> vaultEntry;

    /** A source that was set up cannot be read now. The message says which, for the log, and nothing of a key. */
    public static final class Unavailable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private Unavailable(String message) {
            super(message);
        }
    }

    /**
     * Names the sources.
     *
     * @param file the ring of the server option {@code token-key-file}
     * @param vaultEntry the name in Keycloak's vault that the server option {@code token-key-vault-entry} gives
     */
    public KeySource(Optional<KeyRing> file, Optional<String> vaultEntry) {
        this.file = file;
        this.vaultEntry = vaultEntry;
    }

    /** The realm's own AES key, and nothing else. */
    public static KeySource ofRealms() {
        return new KeySource(Optional.empty(), Optional.empty());
    }

    /**
     * The key that encrypts now.
     *
     * @throws Unavailable if a source cannot be read
     */
    KeyRing.Key active(KeycloakSession session, RealmModel realm) {
        return file.or(() -> vaultEntry.map(name -> inVault(session, name)))
                .map(KeyRing::active)
                .orElseGet(() -> realmKey(session.keys().getActiveKey(realm, KeyUse.ENC, Algorithm.AES)));
    }

    /**
     * The key that a record names; empty if it is in no source.
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

    /** An entry that is named and absent ends the login: encrypting with another key instead would weaken what was asked for. */
    private static KeyRing inVault(KeycloakSession session, String name) {
        try (VaultStringSecret secret = session.vault().getStringSecret("${vault." + name + "}")) {
            String text = secret.get()
                    .filter(value -> !value.startsWith("${vault."))
                    .orElseThrow(() -> new Unavailable("Keycloak's vault has no entry for ClassLink's token keys "
                            + "(server option token-key-vault-entry)"));
            return KeyRing.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Unavailable(
                    "the entry for ClassLink's token keys in Keycloak's vault cannot be used: " + e.getMessage());
        }
    }

    private static KeyRing.Key realmKey(KeyWrapper key) {
        Objects.requireNonNull(key, "every realm has an AES key");
        return KeyRing.Key.of(key.getKid(), key.getSecretKey().getEncoded());
    }

    /**
     * Keys as an operator writes them: one in a line, an id and base64 of at least 32 random bytes, with blanks between. The
     * first one encrypts, all decrypt. Blank lines and lines that begin with {@code #} say nothing.
     */
    public static final class KeyRing {

        private static final int MIN_LISTED_SECRET_BYTES = 32;
        /** More is a mistake: a rotation needs two. */
        private static final int MAX_KEYS = 32;

        private static final String LINE =
                "Each line is a key id (letters, digits, '.', '_' and '-', 64 at most), a blank, and "
                        + "base64 of at least 32 random bytes, such as 'openssl rand -base64 32' makes";

        private final List<Key> keys;

        /**
         * A key that encrypts token records.
         *
         * @param id stands in each record's header, so that the record finds its key again after a rotation
         * @param key for A256GCM
         */
        record Key(String id, SecretKey key) {

            /** Of a secret; an old realm's AES key has no more. */
            static final int MIN_SECRET_BYTES = 16;

            private static final String MAC = "HmacSHA256";
            private static final byte[] PURPOSE = "keycloak-classlink token record 1".getBytes(StandardCharsets.UTF_8);

            /**
             * The key made of a secret by HKDF-Expand (RFC 5869 section 2.3, one block): 256 bits whatever the secret's length, and
             * never the very key that Keycloak uses for its own purposes.
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

            /** Without the key. */
            @Override
            public String toString() {
                return "Key[" + id + "]";
            }
        }

        private KeyRing(List<Key> keys) {
            this.keys = List.copyOf(keys);
        }

        /**
         * Reads a ring.
         *
         * @throws IllegalArgumentException naming the line and what belongs there, never what stands there
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
                        throw new IllegalArgumentException("line " + number + " repeats a key id");
                    }
                    keys.add(key);
                }
            }
            if (keys.isEmpty()) {
                throw new IllegalArgumentException("there is no key in it. " + LINE);
            }
            if (keys.size() > MAX_KEYS) {
                throw new IllegalArgumentException("there are more than " + MAX_KEYS + " keys in it");
            }
            return new KeyRing(keys);
        }

        private static Key key(String line, int number) {
            String[] parts = line.split("\\s+", -1);
            if (parts.length != 2 || !parts[0].matches("[A-Za-z0-9._-]{1,64}")) {
                throw new IllegalArgumentException("line " + number + " is not a key. " + LINE);
            }
            byte[] secret;
            try {
                secret = Base64.getDecoder().decode(parts[1]);
            } catch (IllegalArgumentException e) {
                // Not as the cause: its message quotes the line.
                throw new IllegalArgumentException("line " + number + " is not base64. " + LINE);
            }
            if (secret.length < MIN_LISTED_SECRET_BYTES) {
                throw new IllegalArgumentException("line " + number + " has a key that is too short. " + LINE);
            }
            return Key.of(parts[0], secret);
        }

        /** The key that encrypts. */
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

        /** Without the keys. */
        @Override
        public String toString() {
            return "KeyRing" + keys;
        }
    }
}
