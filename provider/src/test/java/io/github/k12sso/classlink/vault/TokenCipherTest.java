package io.github.k12sso.classlink.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.k12sso.classlink.vault.KeySource.KeyRing;
import io.github.k12sso.classlink.vault.TokenRecord.TokenSet;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.jose.jwe.JWE;
import org.keycloak.jose.jwe.JWEConstants;
import org.keycloak.jose.jwe.JWEHeader;
import org.keycloak.jose.jwe.JWEKeyStorage;

@ExtendWith(KeycloakCrypto.class)
class TokenCipherTest {

    private static final TokenCipher.Owner OWNER = new TokenCipher.Owner("realm-1", "classlink", "870001");
    private static final KeyRing.Key KEY = key("2026-08", 1);
    private static final TokenRecord RECORD = new TokenRecord(
            Optional.of(new TokenSet("access-1", Optional.of("refresh-1"), Instant.ofEpochSecond(1795420800L))),
            Optional.of(new TokenRecord.Identity("870001", Optional.empty(), Optional.empty(), List.of("Student"))));

    private final String sealed = TokenCipher.encrypt(RECORD, OWNER, KEY);

    @Test
    void encryptedTokensDecryptForTheirOwner() throws Exception {
        assertThat(TokenCipher.decrypt(sealed, OWNER, TokenCipherTest::ring)).isEqualTo(RECORD);
    }

    @Test
    void theResultIsACompactJweWithDirA256gcmAndTheKeyId() {
        String header = new String(Base64.getUrlDecoder().decode(sealed.split("\\.", -1)[0]), StandardCharsets.UTF_8);

        assertThat(sealed.split("\\.", -1)).hasSize(5);
        assertThat(header).isEqualTo("{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"kid\":\"2026-08\"}");
        assertThat(TokenCipher.isEncrypted(sealed)).isTrue();
    }

    /**
     * Records that older versions encrypted with Keycloak's A256GCM can be decrypted, and older versions can decrypt new
     * records.
     */
    @Test
    void encryptionIsCompatibleWithKeycloaksA256gcm() throws Exception {
        JWE keycloaks = new JWE(sealed);
        keycloaks.getKeyStorage().setCEKKey(KEY.key(), JWEKeyStorage.KeyUse.ENCRYPTION);
        byte[] content = keycloaks.verifyAndDecodeJwe().getContent();
        JWE again = new JWE()
                .header(new JWEHeader(JWEConstants.DIRECT, JWEConstants.A256GCM, null, KEY.id()))
                .content(content);
        again.getKeyStorage().setCEKKey(KEY.key(), JWEKeyStorage.KeyUse.ENCRYPTION);

        assertThat(new String(content, StandardCharsets.UTF_8)).contains("access-1");
        assertThat(TokenCipher.decrypt(again.encodeJwe(), OWNER, TokenCipherTest::ring))
                .isEqualTo(RECORD);
    }

    @Test
    void theCiphertextIsDifferentEachTime() {
        assertThat(TokenCipher.encrypt(RECORD, OWNER, KEY)).isNotEqualTo(sealed);
    }

    @ParameterizedTest
    @CsvSource({"realm-2,classlink,870001", "realm-1,classlink-2,870001", "realm-1,classlink,870002"})
    void givenAnotherRealmAliasOrUser_thenDecryptionFails(String realm, String alias, String id) {
        assertThatThrownBy(() ->
                        TokenCipher.decrypt(sealed, new TokenCipher.Owner(realm, alias, id), TokenCipherTest::ring))
                .isInstanceOf(TokenCipher.Unreadable.class)
                .hasMessage("the record belongs to another realm, provider or user");
    }

    @Test
    void givenAMissingKey_thenTheErrorNamesIt() {
        assertThatThrownBy(() -> TokenCipher.decrypt(sealed, OWNER, id -> Optional.empty()))
                .isInstanceOf(TokenCipher.Unreadable.class)
                .hasMessage("the record's key '2026-08' is in no key source");
    }

    @Test
    void givenAnotherKeyWithTheSameId_thenDecryptionFails() {
        assertThatThrownBy(() -> TokenCipher.decrypt(sealed, OWNER, id -> Optional.of(key(id, 2))))
                .isInstanceOf(TokenCipher.Unreadable.class)
                .hasMessageContaining("another key has the ID '2026-08'");
    }

    /** A thread uses its cipher again, also after a record that it could not decrypt. */
    @Test
    void oneThreadUsesSeveralKeysAndRecordsInAnyOrder() throws Exception {
        KeyRing.Key other = key("2026-09", 2);
        TokenRecord revoked = RECORD.revoked();
        String ofOther = TokenCipher.encrypt(revoked, OWNER, other);

        for (int round = 0; round < 3; round++) {
            assertThat(TokenCipher.decrypt(sealed, OWNER, id -> Optional.of(KEY)))
                    .isEqualTo(RECORD);
            assertThat(TokenCipher.decrypt(ofOther, OWNER, id -> Optional.of(other)))
                    .isEqualTo(revoked);
            assertThatThrownBy(() -> TokenCipher.decrypt(sealed, OWNER, id -> Optional.of(other)))
                    .isInstanceOf(TokenCipher.Unreadable.class);
            assertThat(TokenCipher.decrypt(TokenCipher.encrypt(RECORD, OWNER, KEY), OWNER, id -> Optional.of(KEY)))
                    .isEqualTo(RECORD);
        }
    }

    @Test
    void givenAChangedCharacter_thenDecryptionFails() {
        IntStream.range(0, sealed.length())
                .filter(at -> sealed.charAt(at) != '.')
                .mapToObj(at ->
                        sealed.substring(0, at) + (sealed.charAt(at) == 'A' ? 'Q' : 'A') + sealed.substring(at + 1))
                .forEach(changed -> assertThatThrownBy(() -> TokenCipher.decrypt(changed, OWNER, TokenCipherTest::ring))
                        .as(changed)
                        .isInstanceOf(TokenCipher.Unreadable.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "....", "eyJ", "eyJ.a.b.c.d", "e30.....", "eyJraWQiOiJhIGIifQ....", "not a record", "{}"
            })
    void givenAnyOtherText_thenDecryptionFails(String text) {
        assertThatThrownBy(() -> TokenCipher.decrypt(text, OWNER, TokenCipherTest::ring))
                .isInstanceOf(TokenCipher.Unreadable.class);
    }

    private static Optional<KeyRing.Key> ring(String id) {
        return Optional.of(KEY).filter(key -> key.id().equals(id));
    }

    private static KeyRing.Key key(String id, int seed) {
        byte[] secret = new byte[32];
        secret[0] = (byte) seed;
        return KeyRing.Key.of(id, secret);
    }
}
