package io.github.k12sso.classlink.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.k12sso.classlink.profile.Profile.SourcedId;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {

    @Nested
    class GivenATenantId {

        @ParameterizedTest
        @ValueSource(strings = {"2", "2284", "nj-demo_2.x"})
        void thenLettersDigitsDotsHyphensAndUnderscoresAreValid(String text) {
            assertThat(TenantId.of(text)).contains(new TenantId(text));
            assertThat(new TenantId(text)).hasToString(text);
        }

        @ParameterizedTest
        @NullSource
        @ValueSource(strings = {"", " ", "2|3", "2 3", "2##3", "2/3", "../3", "２", "2\u00003", "2\n3"})
        void thenAnyOtherCharacterIsInvalid(String text) {
            assertThat(TenantId.of(text)).isEmpty();
        }

        @Test
        void thenItHasAtMost64Characters() {
            assertThat(TenantId.of("2".repeat(64))).isPresent();
            assertThat(TenantId.of("2".repeat(65))).isEmpty();
        }

        @Test
        void thenTheConstructorAppliesTheSameRule() {
            assertThatIllegalArgumentException().isThrownBy(() -> new TenantId("2|3"));
            assertThatIllegalArgumentException().isThrownBy(() -> new TenantId("2\n"));
        }
    }

    @Nested
    class GivenASourcedId {

        @ParameterizedTest
        @ValueSource(strings = {"12345", "7_1111", "a|b", "a:b/c d", " x", "ñ", "STU_99400001"})
        void thenAnyCharacterIsValidAndKept(String text) {
            assertThat(SourcedId.of(text)).contains(new SourcedId(text));
            assertThat(new SourcedId(text)).hasToString(text);
        }

        @ParameterizedTest
        @NullSource
        @ValueSource(strings = {"", " ", "\t\n"})
        void thenABlankIdIsInvalid(String text) {
            assertThat(SourcedId.of(text)).isEmpty();
        }

        @Test
        void thenItHasAtMost255Characters() {
            assertThat(SourcedId.of("s".repeat(255))).isPresent();
            assertThat(SourcedId.of("s".repeat(256))).isEmpty();
        }

        @Test
        void thenTheConstructorAppliesTheSameRule() {
            assertThatIllegalArgumentException().isThrownBy(() -> new SourcedId(" "));
            assertThatIllegalArgumentException().isThrownBy(() -> new SourcedId("s".repeat(256)));
        }
    }
}
