package io.github.k12sso.classlink.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.k12sso.classlink.vault.KeySource.KeyRing;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyRingTest {

    private static final String FIRST = secret("first");
    private static final String SECOND = secret("second");

    @Test
    void givenSeveralKeys_thenTheFirstEncryptsAndAllDecrypt() {
        KeyRing ring = KeyRing.parse("# made in August\n\n2026-08 " + FIRST + "\n  2025-08\t" + SECOND + "  \n");

        assertThat(ring.active().id()).isEqualTo("2026-08");
        assertThat(ring.find("2026-08")).contains(ring.active());
        assertThat(ring.find("2025-08").orElseThrow().key())
                .isNotEqualTo(ring.active().key());
        assertThat(ring.find("2024-08")).isEmpty();
    }

    @Test
    void givenTheSameSecret_thenTheKeyDoesNotDependOnItsId() {
        assertThat(KeyRing.parse("a " + FIRST).active().key())
                .isEqualTo(KeyRing.parse("b " + FIRST).active().key());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# nothing but words",
                "no-secret",
                "three parts here",
                "bad/id c2VjcmV0",
                "short c2VjcmV0",
                "damaged not*base64*at*all*but*long*enough*to*be*one"
            })
    void givenAnInvalidFile_thenTheMessageDescribesTheFormat(String text) {
        assertThatThrownBy(() -> KeyRing.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 32 random bytes in base64")
                .hasNoCause();
    }

    @Test
    void givenAnInvalidLine_thenTheMessageHasItsNumberButNotItsText() {
        assertThatThrownBy(() -> KeyRing.parse("good " + FIRST + "\nbad " + SECOND + "=="))
                .hasMessageContaining("line 2")
                .hasMessageNotContaining(SECOND);
    }

    @Test
    void givenADuplicateId_thenItIsRefused() {
        assertThatThrownBy(() -> KeyRing.parse("a " + FIRST + "\na " + SECOND)).hasMessageContaining("line 2 repeats");
    }

    @Test
    void givenThirtyThreeKeys_thenTheyAreRefused() {
        String ring = IntStream.rangeClosed(1, 33)
                .mapToObj(number -> "key-" + number + " " + FIRST)
                .collect(Collectors.joining("\n"));

        assertThatThrownBy(() -> KeyRing.parse(ring)).hasMessageContaining("more than 32 keys");
    }

    @Test
    void toStringShowsIdsButNoKey() {
        assertThat(KeyRing.parse("2026-08 " + FIRST).toString())
                .contains("2026-08")
                .doesNotContain(FIRST);
    }

    private static String secret(String seed) {
        return Base64.getEncoder()
                .encodeToString(seed.repeat(32).substring(0, 32).getBytes(StandardCharsets.UTF_8));
    }
}
