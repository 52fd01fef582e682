package io.github.k12sso.classlink.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotBlank;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.services.validation.Validation;
import org.keycloak.userprofile.validator.UsernameProhibitedCharactersValidator;

class UsernameTemplateTest {

    private static final String EVERY_PLACEHOLDER =
            "${email} ${first_name} ${last_name} ${login_id} ${role} ${sourced_id} ${tenant_id} ${user_id}";

    @Nested
    class GivenAFullProfile {

        @ParameterizedTest
        @CsvSource({
            "login_id,tteacher",
            "tenant_id,2222",
            "sourced_id,5678_T5678-0005",
            "user_id,9000001",
            "email,teacher@example.org",
            "first_name,Terry",
            "last_name,Teacher",
            "role,Teacher"
        })
        void thenEachPlaceholderIsReplacedByItsField(String placeholder, String value) {
            assertThat(apply("${" + placeholder + "}", Documents.teacher())).contains(value);
        }

        @Test
        void thenLiteralsAndPlaceholdersStayInOrder() {
            assertThat(apply("cl-${login_id}.${tenant_id}@k12_x", Documents.teacher()))
                    .contains("cl-tteacher.2222@k12_x");
        }

        @Test
        void thenAValueThatLooksLikeAPlaceholderIsNotExpanded() {
            assertThat(apply("${login_id}.${tenant_id}", Documents.person("2", null, "${user_id}$1\\0")))
                    .contains("__user_id__1_0.2_u1");
        }
    }

    @Nested
    class GivenAnAbsentPart {

        @ParameterizedTest
        @ValueSource(strings = {"login_id", "tenant_id", "sourced_id", "email", "first_name", "last_name", "role"})
        void thenThereIsNoUsername(String placeholder) {
            assertThat(apply("${user_id}.${" + placeholder + "}", Documents.json("{\"UserId\": 7}")))
                    .isEmpty();
        }

        @Test
        void thenABlankFieldCountsAsMissing() {
            assertThat(apply("${login_id}.${tenant_id}", Documents.person("2", null, "  ")))
                    .isEmpty();
        }
    }

    @Nested
    class GivenCharactersThatKeycloakForbids {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "a b",
                    "a/b",
                    "a\\b",
                    "a|b",
                    "a:b",
                    "a'b",
                    "a\"b",
                    "a<b",
                    "a\tb",
                    "a\u0000b",
                    "a\u00a0b",
                    "a\u0085b",
                    "a\u2003b",
                    "a\u2028b",
                    "a\u3000b",
                    "a\u200bb",
                    "a\u202eb",
                    "a\u00adb",
                    "a\ufeffb"
                })
        void thenTheyAreReplacedAndTheNameStaysUnique(String loginId) {
            assertThat(apply("${login_id}", Documents.person("2", null, loginId)))
                    .contains("a_b_u1");
        }

        @Test
        void thenLatinLettersOfAnyLanguageAreKept() {
            assertThat(apply("${login_id}", Documents.person("2", null, "zoë-ñandú")))
                    .contains("zoë-ñandú");
        }

        @Test
        void thenCombiningAccentsAreComposed() {
            assertThat(apply("${login_id}", Documents.person("2", null, "Jose\u0301")))
                    .contains("José_u1");
        }

        @ParameterizedTest
        @ValueSource(strings = {"иванов", "mira.фернвик", "李雷", "Ιωάννης", "q\u0301", "İlker", "\ud800x"})
        void thenOtherScriptsGiveNoUsername(String loginId) {
            assertThat(apply("${login_id}.${tenant_id}", Documents.person("2", null, loginId)))
                    .isEmpty();
        }
    }

    @Nested
    class GivenALongName {

        @Test
        void thenItIsTruncatedTo255Characters() {
            assertThat(apply("${login_id}.${tenant_id}", Documents.person("2", null, "a".repeat(253)))
                            .orElseThrow())
                    .hasSize(255);
            assertThat(apply("${login_id}.${tenant_id}", Documents.person("2", null, "a".repeat(254))))
                    .contains("a".repeat(252) + "_u1");
        }

        @Test
        void thenNamesWithTheSameBeginningStayDifferent() {
            ObjectNode other =
                    Documents.person("2", null, "a".repeat(299) + "b").put("UserId", 2);

            assertThat(apply("${login_id}", Documents.person("2", null, "a".repeat(300))))
                    .isNotEqualTo(apply("${login_id}", other));
        }

        @Test
        void thenNoSurrogatePairIsSplit() {
            String name = apply("${login_id}", Documents.person("2", null, "x" + "\ud83c\udf31".repeat(150)))
                    .orElseThrow();

            assertThat(name).hasSizeBetween(250, 255).matches("x(\ud83c\udf31)+_u1");
        }
    }

    @Nested
    class GivenAShortName {

        @Test
        void thenItIsExtendedToKeycloaksMinimum() {
            assertThat(apply("${login_id}", Documents.person("2", null, "li"))).contains("li_u1");
        }
    }

    @Nested
    class GivenTheFallbackUsername {

        @Test
        void thenItConsistsOfAliasAndUserId() {
            assertThat(nameOfId("classlink", "{\"UserId\": 870001}")).isEqualTo("classlink_u870001");
        }

        @Test
        void thenUnusualCharactersInTheAliasAreReplaced() {
            assertThat(nameOfId("our school", "{\"UserId\": 7}")).isEqualTo("our_school_u7");
            assertThat(nameOfId("школа", "{\"UserId\": 7}")).isEqualTo("classlink_u7");
        }

        @Test
        void thenANonNumericIdIsHashed() {
            assertThat(nameOfId("classlink", "{\"id\": \"a b|c\"}")).matches("classlink_u[0-9a-f]{24}");
            assertThat(nameOfId("classlink", "{\"id\": \"a b|c\"}"))
                    .isNotEqualTo(nameOfId("classlink", "{\"id\": \"a_b|c\"}"));
        }

        @Test
        void thenNoLoginIdProducesTheSameUsername() {
            assertThat(apply("${login_id}", Documents.person("2", null, "classlink_u870001")))
                    .contains("classlink_u870001_u1");
        }

        private String nameOfId(String alias, String document) {
            return UsernameTemplate.nameOfId(alias, Documents.read(Documents.json(document)));
        }
    }

    @Nested
    class GivenAnInvalidTemplate {

        @ParameterizedTest
        @ValueSource(strings = {"${loginid}", "${}", "${login_id}.${LOGIN_ID}", "${ login_id }", "${${login_id}}"})
        void givenAnUnknownPlaceholder_thenTheMessageListsTheAllowedOnes(String template) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> UsernameTemplate.parse(template))
                    .withMessage("has an unknown placeholder. Allowed: " + EVERY_PLACEHOLDER);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "student", "login_id.tenant_id"})
        void givenNoPlaceholder_thenTheMessageSaysWhy(String template) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> UsernameTemplate.parse(template))
                    .withMessage("needs at least one placeholder, or all users would get the same username. Allowed: "
                            + EVERY_PLACEHOLDER);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "${login_id} ${tenant_id}",
                    "a/${login_id}",
                    "${login_id}|",
                    "${login_id}}",
                    "$${login_id}",
                    "школа-${login_id}"
                })
        void givenAForbiddenLiteral_thenTheMessageListsTheAllowedCharacters(String template) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> UsernameTemplate.parse(template))
                    .withMessageContainingAll("characters that are not allowed in usernames", "'.'", EVERY_PLACEHOLDER);
        }
    }

    @Property
    void theSameLoginIdInTwoDistrictsGivesTwoUsernames(
            @ForAll @NotBlank @StringLength(max = 60) String loginId,
            @ForAll @IntRange(min = 1, max = 99999) int tenant1,
            @ForAll @IntRange(min = 1, max = 99999) int tenant2) {
        Assume.that(tenant1 != tenant2);

        Optional<String> name1 =
                apply("${login_id}.${tenant_id}", Documents.person(String.valueOf(tenant1), null, loginId));
        Optional<String> name2 =
                apply("${login_id}.${tenant_id}", Documents.person(String.valueOf(tenant2), null, loginId));

        assertThat(name1.isEmpty() || !name1.equals(name2)).isTrue(); // empty: the fallback username is used
    }

    @Property(tries = 2000)
    void keycloakAcceptsEveryUsername(@ForAll("texts") String loginId, @ForAll("texts") String sourcedId) {
        ObjectNode person = Documents.person("2", sourcedId, loginId);

        apply("${login_id}.${sourced_id}-${tenant_id}", person).ifPresent(name -> {
            assertThat(name).hasSizeBetween(3, 255);
            assertThat(Validation.isUsernameValid(name)).isTrue();
            assertThat(Validation.isUsernameValid(name.toLowerCase(Locale.ROOT)))
                    .isTrue();
            assertThat(UsernameProhibitedCharactersValidator.INSTANCE
                            .validate(name)
                            .isValid())
                    .as(name.codePoints()
                            .mapToObj(Integer::toHexString)
                            .toList()
                            .toString())
                    .isTrue();
        });
    }

    /**
     * Two users of one district get different usernames, even after replacing and truncating. Keycloak compares usernames in
     * lower case.
     */
    @Property(tries = 2000)
    void differentLoginIdsGiveDifferentUsernames(
            @ForAll("awkward") String loginId1, @ForAll("awkward") String loginId2) {
        Assume.that(!loginId1.strip().equalsIgnoreCase(loginId2.strip()));

        assertThat(nameInKeycloak(1, loginId1)).isNotEqualTo(nameInKeycloak(2, loginId2));
    }

    private static String nameInKeycloak(int userId, String loginId) {
        ObjectNode document = Documents.person("2", null, loginId).put("UserId", userId);
        return apply("${login_id}", document)
                .orElseGet(() -> UsernameTemplate.nameOfId("classlink", Documents.read(document)))
                .toLowerCase(Locale.ROOT);
    }

    /** Few characters, so that collisions are likely: forbidden ones, combining marks, ids, other scripts. */
    @Provide
    Arbitrary<String> awkward() {
        return Arbitraries.of("a", "_", " ", "/", "_u1", "_u2", "1", "classlink", "и", "é", "e\u0301", "x".repeat(250))
                .list()
                .ofMaxSize(4)
                .map(parts -> String.join("", parts));
    }

    /** Any characters, with more from U+0000 to U+3000, where most special characters are. */
    @Provide
    Arbitrary<String> texts() {
        Arbitrary<Character> special = Arbitraries.oneOf(
                Arbitraries.chars().range('\u0000', '\u00ff'),
                Arbitraries.chars().range('\u1680', '\u180f'),
                Arbitraries.chars().range('\u2000', '\u206f'),
                Arbitraries.of('\u3000'));
        return Arbitraries.oneOf(
                special.list()
                        .ofMaxSize(130)
                        .map(chars -> chars.stream().map(String::valueOf).collect(Collectors.joining())),
                Arbitraries.strings().ofMaxLength(130));
    }

    private static Optional<String> apply(String template, ObjectNode document) {
        return UsernameTemplate.parse(template).apply(Documents.read(document));
    }
}
