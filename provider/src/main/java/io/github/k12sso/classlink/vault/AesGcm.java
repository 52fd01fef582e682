package io.github.k12sso.classlink.vault;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.util.Arrays;
import java.util.Base64;
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

    @Override
    public void encodeJwe(JWE jwe) throws GeneralSecurityException, IOException {
        byte[] iv = JWEUtils.generateSecret(IV_BYTES);
        Key key = jwe.getKeyStorage().getCEKKey(KeyUse.ENCRYPTION, false);
        byte[] sealed =
                cipher(Cipher.ENCRYPT_MODE, key, jwe.getBase64Header(), iv).doFinal(jwe.getContent());
        int length = sealed.length - TAG_BYTES;
        jwe.setEncryptedContentInfo(
                iv, Arrays.copyOf(sealed, length), Arrays.copyOfRange(sealed, length, sealed.length));
    }

    /**
     * What was encrypted.
     *
     * @param header of the compact JWE, as it stands there
     * @param iv the initialization vector, base64url
     * @param content the ciphertext, base64url
     * @param tag the authentication tag, base64url
     * @throws IllegalArgumentException if a part is not base64url
     * @throws GeneralSecurityException if it was not encrypted with this key, or has been changed
     */
    byte[] decrypt(Key key, String header, String iv, String content, String tag) throws GeneralSecurityException {
        Base64.Decoder base64 = Base64.getUrlDecoder();
        byte[] vector = base64.decode(iv);
        byte[] end = base64.decode(tag);
        if (vector.length != IV_BYTES || end.length != TAG_BYTES) {
            throw new GeneralSecurityException("initialization vector or tag have the wrong length");
        }
        byte[] encrypted = base64.decode(content);
        byte[] sealed = Arrays.copyOf(encrypted, encrypted.length + TAG_BYTES);
        System.arraycopy(end, 0, sealed, encrypted.length, TAG_BYTES);
        return cipher(Cipher.DECRYPT_MODE, key, header, vector).doFinal(sealed);
    }

    private static Cipher cipher(int mode, Key key, String header, byte[] iv) throws GeneralSecurityException {
        Cipher cipher =
                isFips() ? CryptoIntegration.getProvider().getAesGcmCipher() : Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, iv));
        cipher.updateAAD(header.getBytes(StandardCharsets.US_ASCII));
        return cipher;
    }

    private static boolean isFips() {
        return Profile.getInstance() != null && Profile.isFeatureEnabled(Profile.Feature.FIPS);
    }

    /** Not asked for: {@link #decrypt} makes no {@link JWE} of what is read with each request. */
    @Override
    public void verifyAndDecodeJwe(JWE jwe) {
        throw new UnsupportedOperationException("decrypt does it");
    }

    /** Not asked for: the algorithm is {@code dir}, so that no key is written into a record. */
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
