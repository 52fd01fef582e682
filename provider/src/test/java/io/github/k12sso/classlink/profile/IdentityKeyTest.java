package io.github.k12sso.classlink.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.profile.Profile.IdentityKey;
import io.github.k12sso.classlink.profile.Profile.SourcedId;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityKeyTest {

    @Nested
    class GivenUserId {

        @Test
        void thenTheKeyIsTheUserId() {
            assertThat(IdentityKey.USER_ID.of(Documents.read(Documents.student())))
                    .contains("1516492");
        }

        @Test
        void thenADocumentWithoutATenantHasAKey() {
            assertThat(IdentityKey.USER_ID.of(Documents.read(Documents.guide())))
                    .contains("12345");
        }
    }

    @Nested
    class GivenTenantAndSourcedId {

        @Test
        void thenTheKeyHasBothParts() {
            assertThat(IdentityKey.TENANT_AND_SOURCED_ID.of(Documents.read(Documents.teacher())))
                    .contains("2222|5678_T5678-0005");
        }

        @Test
        void thenTheCaseOfTheSourcedIdIsKept() {
            assertThat(key("1", "Abc")).isNotEqualTo(key("1", "abc"));
        }

        @ParameterizedTest
        @CsvSource(
                value = {"NULL,17", "'',17", "' ',17", "2|3,17", "2,NULL", "2,''", "2,' '", "NULL,NULL"},
                nullValues = "NULL")
        void givenAMissingBlankOrInvalidPart_thenThereIsNoKey(String tenantId, String sourcedId) {
            assertThat(key(tenantId, sourcedId)).isNull();
        }

        @Test
        void aKeyHas255CharactersAtMost() {
            assertThat(key("2", "s".repeat(253))).hasSize(255);
            assertThat(key("2", "s".repeat(254))).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void givenAValidSetting_thenTheKindIsFound(IdentityKey key) {
        assertThat(IdentityKey.ofSetting(key.setting())).contains(key);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "USER_ID", "User-Id", "email"})
    void givenAnUnknownSetting_thenThereIsNone(String setting) {
        assertThat(IdentityKey.ofSetting(setting)).isEmpty();
    }

    @Property(tries = 2000)
    void differentPairsGiveDifferentKeys(
            @ForAll("tenantIds") String tenant1,
            @ForAll("sourcedIds") String sourced1,
            @ForAll("tenantIds") String tenant2,
            @ForAll("sourcedIds") String sourced2) {
        Assume.that(!tenant1.equals(tenant2) || !sourced1.equals(sourced2));

        assertThat(key(tenant1, sourced1)).isNotNull().isNotEqualTo(key(tenant2, sourced2));
    }

    @Property
    void bothPartsCanBeReadFromAKey(@ForAll("tenantIds") String tenant, @ForAll("sourcedIds") String sourced) {
        assertThat(key(tenant, sourced).split("\\|", 2)).containsExactly(tenant, sourced);
    }

    @Property
    void anyTextsGiveAKeyOnlyIfBothPartsArePresent(@ForAll String tenant, @ForAll String sourced) {
        String key = key(tenant, sourced);

        if (key == null) {
            assertThat(TenantId.of(tenant).isEmpty()
                            || SourcedId.of(sourced).isEmpty()
                            || tenant.strip().length() + 1 + sourced.length() > 255)
                    .isTrue();
        } else {
            assertThat(key).hasSizeLessThanOrEqualTo(255);
            assertThat(key.split("\\|", 2))
                    .hasSize(2)
                    .allSatisfy(part -> assertThat(part).isNotBlank());
        }
    }

    /** Few characters and short texts, so that similar values are likely. */
    @Provide
    Arbitrary<String> tenantIds() {
        return Arbitraries.strings().withChars("12.-_").ofMinLength(1).ofMaxLength(3);
    }

    @Provide
    Arbitrary<String> sourcedIds() {
        return Arbitraries.strings()
                .withChars("12|.-_ :")
                .ofMinLength(1)
                .ofMaxLength(4)
                .filter(text -> !text.isBlank());
    }

    private static String key(String tenantId, String sourcedId) {
        return IdentityKey.TENANT_AND_SOURCED_ID
                .of(Documents.read(Documents.person(tenantId, sourcedId, null)))
                .orElse(null);
    }
}
