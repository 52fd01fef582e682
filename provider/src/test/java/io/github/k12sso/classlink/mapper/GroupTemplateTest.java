package io.github.k12sso.classlink.mapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.k12sso.classlink.profile.ClassLinkGroup;
import io.github.k12sso.classlink.profile.RosterClass;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GroupTemplateTest {

    private static final String FULL = """
            "TenantId": 2284, "Tenant": "Maple Valley", "Building": "North", "StateName": "New Jersey",
            "Role": "Teacher", "LoginId": "tteacher", "SourcedId": "5678_T1", "Email": "t@example.org",
            "FirstName": "Terry", "LastName": "Teacher"
            """;

    @Nested
    class GivenAFullProfile {

        @ParameterizedTest
        @CsvSource({
            "/districts/${tenant_name}/${role},districts+Maple Valley+Teacher",
            "/d/${tenant_id}-${tenant_name},d+2284-Maple Valley",
            "/d/${building}/x/${state},d+North+x+New Jersey",
            "/d/${login_id}/${sourced_id}/${user_id}/${email},d+tteacher+5678_T1+1+t@example.org",
            "/d/${first_name} ${last_name},d+Terry Teacher",
            "/everybody,everybody"
        })
        void thenEveryPlaceholderProducesAName(String template, String names) {
            assertThat(apply(template, FULL)).contains(List.of(names.split("\\+")));
        }

        @Test
        void thenANameHasNoCharacterThatADatabaseRejects() {
            assertThat(apply("/d/${login_id}", "\"LoginId\": \"a\\u0000b/c\"")).contains(List.of("d", "ab~1c"));
        }

        @Test
        void thenAValueWithoutStorableCharactersIsAbsent() {
            assertThat(apply("/d/role-${login_id}", "\"LoginId\": \"\\u0000\"")).isEmpty();
        }

        @Test
        void thenTheTemplateRecognizesItsOwnGroups() {
            GroupTemplate template = GroupTemplate.parse("/d/${tenant_name}/role-${role}");
            assertThat(template.makes(List.of("d", "Oak", "role-Teacher"))).isTrue();
            assertThat(template.makes(List.of("d", "Oak", "Teacher"))).isFalse();
            assertThat(template.makes(List.of("e", "Oak", "role-Teacher"))).isFalse();
            assertThat(template.makes(List.of("d", "Oak"))).isFalse();
            assertThat(template.makes(List.of("d", "Oak", "role-Teacher", "more")))
                    .isFalse();
            assertThat(template.makes(List.of())).isFalse();
        }
    }

    @Nested
    class GivenUnusualProfileValues {

        @ParameterizedTest
        @ValueSource(strings = {"", "\"Tenant\": null", "\"Tenant\": \"\"", "\"Tenant\": \"  \"", "\"Tenant\": []"})
        void thenAMissingOrEmptyValueProducesNoGroup(String members) {
            assertThat(apply("/districts/${tenant_name}", members)).isEmpty();
            assertThat(apply("/districts/d-${tenant_name}", members)).isEmpty();
        }

        @ParameterizedTest
        @CsvSource({
            "Oak/Teacher,Oak~1Teacher",
            "Oak~1Teacher,Oak~01Teacher",
            "../admins,..~1admins",
            "${role},${role}",
            "a\\\\Eb$1,a\\\\Eb$1"
        })
        void thenAValueWithSlashesIsOneName(String value, String name) {
            Optional<List<String>> names = apply("/districts/${tenant_name}", "\"Tenant\": \"" + value + "\"");
            assertThat(names).contains(List.of("districts", name.replace("\\\\", "\\")));
            assertThat(GroupTemplate.parse("/districts/${tenant_name}").makes(names.get()))
                    .isTrue();
        }

        @Test
        void thenANameFitsKeycloaksColumn() {
            assertThat(apply("/d/${tenant_name}", "\"Tenant\": \"" + "x".repeat(255) + "\""))
                    .isPresent();
            assertThat(apply("/d/${tenant_name}", "\"Tenant\": \"" + "x".repeat(256) + "\""))
                    .isEmpty();
            assertThat(apply("/d/${tenant_name}", "\"Tenant\": \"" + "/".repeat(128) + "\""))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "districts,does not start with",
        "'',does not start with",
        "/,empty or longer than 255",
        "//a,empty or longer than 255",
        "/a/,empty or longer than 255",
        "/a/ /b,empty or longer than 255",
        "/${role},in its first group",
        "/a-${role}/b,in its first group",
        "/a/${nonsense},unknown placeholder",
        "/a/${},unknown placeholder",
        "/a/${role,without a closing",
        "/1/2/3/4/5/6/7,more than 6"
    })
    void anInvalidTemplateIsRefusedWithAReason(String template, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GroupTemplate.parse(template))
                .withMessageContaining(reason);
    }

    @Nested
    class GivenMyGroups {

        private final ClassLinkGroup chess =
                new ClassLinkGroup(Optional.of("Chess/5"), Optional.of("17"), Optional.empty());

        @Test
        void thenGroupAndProfilePlaceholdersProduceNames() {
            assertThat(GroupTemplate.parseForMyGroups("/cl/${tenant_id}/${group_name}-${group_id}")
                            .apply(MapperDocuments.profile(FULL.strip()), chess))
                    .contains(List.of("cl", "2284", "Chess~15-17"));
        }

        @Test
        void thenAMissingFieldProducesNoGroup() {
            assertThat(GroupTemplate.parseForMyGroups("/cl/${group_building_id}")
                            .apply(MapperDocuments.profile(FULL.strip()), chess))
                    .isEmpty();
        }

        @Test
        void thenATemplateOfTheOtherSourceIsRefusedWithARemedy() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> GroupTemplate.parse("/cl/${group_name}"))
                    .withMessageContaining("Set Group source to my-groups");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> GroupTemplate.parseForMyGroups("/cl/${tenant_id}"))
                    .withMessageContaining("set Group source to profile");
        }
    }

    @Nested
    class GivenClasses {

        private static final String TEMPLATE = "/classes/${tenant_id}/${class_title}/${class_role}";

        @Test
        void thenClassAndProfilePlaceholdersProduceNames() {
            assertThat(names("/c/${tenant_id}/${class_title} ${class_id} ${class_code} ${course_title}", "Math/7"))
                    .contains(List.of("c", "2284", "Math~17 CLS1 M7 Mathematics"));
            assertThat(names("/c/${school_name} ${school_id} ${term} ${class_role}", "Math"))
                    .contains(List.of("c", "North SCH1 Fall teacher"));
        }

        @Test
        void thenALongTitleIsShortenedAndStaysUnique() {
            String prefix = "x".repeat(299);
            GroupTemplate template =
                    GroupTemplate.parseForRosterClasses("/c/${tenant_id}/${class_title} (${class_id})");
            List<String> one = names("/c/${tenant_id}/${class_title} (${class_id})", prefix + "1")
                    .orElseThrow();
            List<String> other = names("/c/${tenant_id}/${class_title} (${class_id})", prefix + "2")
                    .orElseThrow();

            assertThat(one).isNotEqualTo(other);
            assertThat(one.get(2)).startsWith("xxx").endsWith(" (CLS1)").hasSizeLessThan(256);
            assertThat(template.makes(one)).isTrue();
        }

        @Test
        void thenAClassWithoutTheValueProducesNoGroup() {
            assertThat(names(TEMPLATE, " ")).isEmpty();
        }

        @Test
        void thenATemplateOfTheOtherSourceIsRefusedWithARemedy() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> GroupTemplate.parse(TEMPLATE))
                    .withMessageContaining("Set Group source to roster-classes");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> GroupTemplate.parseForMyGroups(TEMPLATE + "/${group_id}"))
                    .withMessageContaining("Set Group source to roster-classes");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> GroupTemplate.parseForRosterClasses(TEMPLATE + "/${group_id}"))
                    .withMessageContaining("Set Group source to my-groups");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> GroupTemplate.parseForRosterClasses("/c/${tenant_id}"))
                    .withMessageContaining("set Group source to profile");
        }

        private Optional<List<String>> names(String template, String title) {
            RosterClass each = new RosterClass(
                    "CLS1",
                    Optional.of(title),
                    Optional.of("M7"),
                    Optional.of("Mathematics"),
                    Optional.of("SCH1"),
                    Optional.of("North"),
                    Optional.of("Fall"),
                    RosterClass.Role.TEACHER);
            return GroupTemplate.parseForRosterClasses(template).apply(MapperDocuments.profile(FULL.strip()), each);
        }
    }

    private static Optional<List<String>> apply(String template, String members) {
        return GroupTemplate.parse(template).apply(MapperDocuments.profile(members.strip()));
    }
}
