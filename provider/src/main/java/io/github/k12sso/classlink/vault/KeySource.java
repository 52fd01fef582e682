package io.github.k12sso.classlink.vault;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
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
        return rings(session)
                .findFirst()
                .map(KeyRing::active)
                .orElseGet(() -> realmKey(session.keys().getActiveKey(realm, KeyUse.ENC, Algorithm.AES)));
    }

    /**
     * The key that a record names; empty if it is in no source.
     *
     * @throws Unavailable if a source cannot be read
     */
    Optional<KeyRing.Key> find(KeycloakSession session, RealmModel realm, String id) {
        return rings(session)
                .map(ring -> ring.find(id))
                .flatMap(Optional::stream)
                .findFirst()
                .or(() -> Optional.ofNullable(session.keys().getKey(realm, id, KeyUse.ENC, Algorithm.AES))
                        .filter(key -> key.getSecretKey() != null)
                        .map(KeySource::realmKey));
    }

    private Stream<KeyRing> rings(KeycloakSession session) {
        return Stream.concat(file.stream(), vaultEntry.stream().map(name -> inVault(session, name)));
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
}
