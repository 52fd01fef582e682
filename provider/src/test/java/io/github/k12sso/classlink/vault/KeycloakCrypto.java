package io.github.k12sso.classlink.vault;

import io.github.k12sso.classlink.Stub;
import java.security.GeneralSecurityException;
import java.util.Map;
import javax.crypto.Cipher;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.keycloak.common.crypto.CryptoIntegration;
import org.keycloak.common.crypto.CryptoProvider;

/** Supplies the JDK's cipher to Keycloak's JOSE code, whose own crypto provider is not on Maven Central. */
public final class KeycloakCrypto implements BeforeAllCallback {

    @Override
    public void beforeAll(ExtensionContext context) {
        CryptoIntegration.setProvider(Stub.of(CryptoProvider.class, Map.of("getAesGcmCipher", arguments -> {
            try {
                return Cipher.getInstance("AES/GCM/NoPadding");
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        })));
    }
}
