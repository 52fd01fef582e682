package io.github.k12sso.classlink.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.k12sso.classlink.vault.KeySource.KeyRing;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Decrypts arbitrary text: every attempt fails with the same exception type. */
class TokenCipherFuzzTest {

    private static final TokenCipher.Owner OWNER = new TokenCipher.Owner("realm-1", "classlink", "870001");
    private static final KeyRing.Key KEY = KeyRing.Key.of("2026-08", new byte[32]);

    @FuzzTest(maxDuration = "5s")
    void decryptsOnlyWhatItEncrypted(byte[] text) {
        String stored = new String(text, StandardCharsets.UTF_8);
        try {
            TokenCipher.decrypt(stored, OWNER, id -> Optional.of(KEY));
            throw new AssertionError("opened: " + stored);
        } catch (TokenCipher.Unreadable refused) {
            assertThat(refused).hasMessageNotContaining("access");
        }
        TokenRecord.readPlain(stored)
                .ifPresent(plain -> assertThat(plain.toString()).doesNotContain(stored));
    }
}
