package io.github.k12sso.classlink.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtendWith;

/** Anything in a record's place: it does not open, and says so in one way. */
@ExtendWith(KeycloakCrypto.class)
class TokenSealFuzzTest {

    private static final RecordOwner OWNER = new RecordOwner("realm-1", "classlink", "870001");
    private static final TokenKey KEY = TokenKey.of("2026-08", new byte[32]);

    @FuzzTest(maxDuration = "5s")
    void opensNothingThatItDidNotSeal(byte[] text) {
        String stored = new String(text, StandardCharsets.UTF_8);
        try {
            TokenSeal.open(stored, OWNER, id -> Optional.of(KEY));
            throw new AssertionError("opened: " + stored);
        } catch (RecordUnreadable refused) {
            assertThat(refused).hasMessageNotContaining("access");
        }
        TokenRecord.readPlain(stored)
                .ifPresent(plain -> assertThat(plain.toString()).doesNotContain(stored));
    }
}
