package io.github.k12sso.classlink.vault;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.keycloak.common.Profile;
import org.keycloak.common.crypto.CryptoIntegration;
import org.keycloak.jose.jwe.JWE;
import org.keycloak.jose.jwe.JWEKeyStorage;
import org.keycloak.jose.jwe.JWEKeyStorage.KeyUse;
import org.keycloak.jose.jwe.JWEUtils;
import org.keycloak.jose.jwe.enc.JWEEncryptionProvider;

/**
 * A256GCM (RFC 7518, section 5.3) for Keycloak's {@link JWE}, with the Java platform's cipher, which uses the
 * processor's AES instructions. Keycloak's implementation uses Bouncy Castle's cipher, which does not and accounted for
 * more than half of the time to decrypt a record. In FIPS mode, Keycloak's cipher is used.
 */
final class AesGcm implements JWEEncryptionProvider {

    private static final int KEY_BYTES = 32;
    private static final int IV_BYTES = 12;
    private static final int TAG_BYTES = 16;

    /**
     * One cipher per worker thread: finding and creating one takes longer than decrypting a record. It keeps the last
     * key, which the key source has in memory anyway, and no content.
     */
    private static final ThreadLocal<Cipher> CIPHER = ThreadLocal.withInitial(AesGcm::newCipher);

    @Override
    public void encodeJwe(JWE jwe) throws GeneralSecurityException, IOException {
        byte[] iv = JWEUtils.generateSecret(IV_BYTES);
        byte[] sealed = cipher(Cipher.ENCRYPT_MODE, jwe, iv).doFinal(jwe.getContent());
        byte[] content = new byte[sealed.length - TAG_BYTES];
        byte[] tag = new byte[TAG_BYTES];
        System.arraycopy(sealed, 0, content, 0, content.length);
        System.arraycopy(sealed, content.length, tag, 0, TAG_BYTES);
        jwe.setEncryptedContentInfo(iv, content, tag);
    }

    @Override
    public void verifyAndDecodeJwe(JWE jwe) throws GeneralSecurityException, IOException {
        byte[] iv = jwe.getInitializationVector();
        byte[] tag = jwe.getAuthenticationTag();
        if (iv.length != IV_BYTES || tag.length != TAG_BYTES) {
            throw new GeneralSecurityException("initialization vector or tag have the wrong length");
        }
        Cipher cipher = cipher(Cipher.DECRYPT_MODE, jwe, iv);
        byte[] content = jwe.getEncryptedContent();
        byte[] sealed = new byte[content.length + TAG_BYTES];
        System.arraycopy(content, 0, sealed, 0, content.length);
        System.arraycopy(tag, 0, sealed, content.length, TAG_BYTES);
        jwe.content(cipher.doFinal(sealed));
    }

    private static Cipher cipher(int mode, JWE jwe, byte[] iv) throws GeneralSecurityException, IOException {
        Key key = jwe.getKeyStorage().getCEKKey(KeyUse.ENCRYPTION, false);
        Cipher cipher = isFips() ? CryptoIntegration.getProvider().getAesGcmCipher() : CIPHER.get();
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, iv));
        cipher.updateAAD(jwe.getBase64Header().getBytes(StandardCharsets.US_ASCII));
        return cipher;
    }

    private static Cipher newCipher() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM", e);
        }
    }

    private static boolean isFips() {
        return Profile.getInstance() != null && Profile.isFeatureEnabled(Profile.Feature.FIPS);
    }

    /** Never called: the algorithm is {@code dir}, so a record contains no encrypted key. */
    @Override
    public byte[] serializeCEK(JWEKeyStorage keys) {
        throw new UnsupportedOperationException("dir has no encrypted key");
    }

    /** Never called, like {@link #serializeCEK}. */
    @Override
    public void deserializeCEK(JWEKeyStorage keys) {
        throw new UnsupportedOperationException("dir has no encrypted key");
    }

    @Override
    public int getExpectedCEKLength() {
        return KEY_BYTES;
    }
}
