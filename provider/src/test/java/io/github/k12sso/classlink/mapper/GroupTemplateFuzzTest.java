package io.github.k12sso.classlink.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.profile.Profile;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Applies arbitrary templates to arbitrary users. Each is rejected with a message or gives group names that are neither empty
 * nor too deep.
 */
class GroupTemplateFuzzTest {

    @CsvSource({
        "/districts/${tenant_id}/${role}, Student, North",
        "/d/${role}-${building}, Oak/Teacher, ~1",
        "/d/${building}, ../admins, ${role}",
        "/d/role-${role}, '', a\\\\Eb$1",
        "/everybody, Teacher, ''",
        "/${role}, Teacher, North",
        "/d//${role}, Teacher, North",
        "/d/${nobody}, Teacher, North",
        "/d/${role, Teacher, North",
        "/a/b/c/d/e/f/${role}, Teacher, North"
    })
    @FuzzTest(maxDuration = "5s")
    void producesValidNamesOrIsRejected(@NotNull String template, @NotNull String role, @NotNull String school)
            throws Profile.Unreadable {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("UserId", 1).put("Role", role).put("Building", school).put("TenantId", 2);
        GroupTemplate parsed;
        try {
            parsed = GroupTemplate.parse(template);
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).isNotBlank();
            return;
        }
        parsed.apply(Profile.read(document)).ifPresent(names -> {
            assertThat(names)
                    .isNotEmpty()
                    .allSatisfy(name ->
                            assertThat(name).isNotBlank().doesNotContain("/").hasSizeLessThanOrEqualTo(255));
            assertThat(parsed.makes(names))
                    .as("the template recognizes its own groups")
                    .isTrue();
        });
    }
}
