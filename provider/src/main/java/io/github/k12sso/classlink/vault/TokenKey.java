package io.github.k12sso.classlink.vault;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key that seals token records.
 *
 * @param id stands in each record's header, so that the record finds its key again after a rotation
 * @param key for A256GCM
 */
record TokenKey(String id, SecretKey key) {

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
    static TokenKey of(String id, byte[] secret) {
        if (secret.length < MIN_SECRET_BYTES) {
            throw new IllegalArgumentException("a key needs at least " + MIN_SECRET_BYTES + " bytes");
        }
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(secret, MAC));
            mac.update(PURPOSE);
            byte[] key = mac.doFinal(new byte[] {1});
            return new TokenKey(id, new SecretKeySpec(key, "AES"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + MAC, e);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "SealingKey[" + id + "]";
    }
}
