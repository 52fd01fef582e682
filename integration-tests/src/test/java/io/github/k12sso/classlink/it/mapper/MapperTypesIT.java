package io.github.k12sso.classlink.it.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The list of mapper types in the console. */
@WithTestEnvironment
class MapperTypesIT {

    private static final Set<String> OURS = Set.of(
            "classlink-user-attribute-mapper",
            "classlink-role-mapper",
            "classlink-group-mapper",
            "classlink-organization-mapper");

    private static final Set<String> KEYCLOAKS = Set.of(
            "oidc-user-attribute-idp-mapper",
            "oidc-role-idp-mapper",
            "oidc-advanced-role-idp-mapper",
            "oidc-advanced-group-idp-mapper",
            "oidc-username-idp-mapper",
            "oidc-user-session-note-idp-mapper",
            "hardcoded-attribute-idp-mapper",
            "hardcoded-user-session-attribute-idp-mapper",
            "oidc-hardcoded-role-idp-mapper",
            "oidc-hardcoded-group-idp-mapper");

    @Test
    void listsThisProvidersAndKeycloaksMappers(TestEnvironment environment) {
        Set<String> expected = new TreeSet<>(KEYCLOAKS);
        expected.addAll(OURS);

        assertThat(types(environment).fieldNames()).toIterable().containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void everySettingHasAHelpText(TestEnvironment environment) {
        JsonNode types = types(environment);

        assertThat(OURS)
                .allSatisfy(type -> assertThat(types.get(type).get("properties"))
                        .isNotEmpty()
                        .allSatisfy(setting -> {
                            assertThat(setting.get("label").textValue()).isNotBlank();
                            assertThat(setting.get("helpText").textValue()).isNotBlank();
                        }));
    }

    private static JsonNode types(TestEnvironment environment) {
        return new ProviderMappers(environment.newRealm()).types();
    }
}
