package io.github.k12sso.classlink.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.Messages;
import io.github.k12sso.classlink.profile.ClassLinkGroup;
import io.github.k12sso.classlink.profile.RosterClass;
import io.github.k12sso.classlink.profile.Template.Placeholders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.keycloak.broker.provider.IdentityProviderMapper;
import org.keycloak.models.IdentityProviderSyncMode;
import org.keycloak.provider.ProviderConfigProperty;

/** Texts and options of each mapper in the admin console. */
class MapperPagesTest {

    private final Map<String, String> english = Messages.english();

    @Test
    void everyTextIsUsed() {
        assertThat(english.keySet().stream().filter(key -> key.startsWith("classlink.mapper.")))
                .containsExactlyInAnyOrderElementsOf(mappers()
                        .flatMap(mapper -> mapper.getConfigProperties().stream())
                        .flatMap(setting -> Stream.of(setting.getLabel(), setting.getHelpText()))
                        .toList());
    }

    @Test
    void theGroupsPageListsEveryPlaceholder() {
        assertThat(Placeholders.PERSON_AND_DISTRICT.keySet())
                .allMatch(name ->
                        english.get("classlink.mapper.group.groupTemplate.help").contains("${" + name + "}"));
        assertThat(Stream.concat(
                        ClassLinkGroup.PLACEHOLDERS.keySet().stream(), RosterClass.PLACEHOLDERS.keySet().stream()))
                .allMatch(name ->
                        english.get("classlink.mapper.group.groupSource.help").contains("${" + name + "}"));
    }

    @Test
    void everyTextOfTokenMappersIsUsed() {
        assertThat(Stream.of(new ClaimMapper().getConfigProperties(), new SamlClassesMapper().getConfigProperties())
                        .flatMap(List::stream)
                        .filter(setting -> setting.getName().startsWith("classlink."))
                        .flatMap(setting -> Stream.of(setting.getLabel(), setting.getHelpText())))
                .containsExactlyInAnyOrderElementsOf(english.keySet().stream()
                        .filter(key -> key.startsWith("classlink.claim."))
                        .toList());
        assertThat(SamlClassesMapper.PLACEHOLDERS.keySet())
                .allMatch(name -> english.get("classlink.claim.template.help").contains("${" + name + "}"));
    }

    @ParameterizedTest
    @MethodSource("mappers")
    void everyHelpTextSaysWhatHappensWithoutAValue(IdentityProviderMapper mapper) {
        assertThat(mapper.getHelpText()).endsWith(".");
        assertThat(mapper.getDisplayType()).startsWith("ClassLink ");
        List<ProviderConfigProperty> settings = mapper.getConfigProperties();
        assertThat(settings)
                .isNotEmpty()
                .allSatisfy(setting -> {
                    assertThat(english.get(setting.getLabel())).isNotBlank();
                    assertThat(english.get(setting.getHelpText())).endsWith(".").hasSizeGreaterThan(60);
                })
                .extracting(ProviderConfigProperty::getLabel)
                .doesNotHaveDuplicates();
        assertThat(english.get(settings.get(0).getHelpText()))
                .contains("ClassLink sends no")
                .contains("import");
    }

    /** The console fills in the default, so the help text shows it in the same form. */
    @ParameterizedTest
    @MethodSource("mappers")
    void theHelpTextEndsWithTheDefault(IdentityProviderMapper mapper) {
        assertThat(mapper.getConfigProperties()).allSatisfy(setting -> {
            String value = setting.getDefaultValue() == null
                    ? "empty"
                    : setting.getDefaultValue().toString().replace("false", "off");
            assertThat(english.get(setting.getHelpText())).endsWith("Default: " + value + ".");
        });
    }

    @Test
    void commonFieldsAndRolesAreListedInEveryLanguage() {
        Messages.bundles().forEach(bundle -> {
            assertThat(Messages.of(bundle).get("classlink.mapper.attribute.jsonField.help"))
                    .contains("UserId, TenantId, Tenant, SourcedId, LoginId, Email, FirstName, LastName")
                    .contains("Role, OrgId, BuildingId, Building, StateName, Profile");
            assertThat(Messages.of(bundle).get("classlink.mapper.role.classlinkRoles.help"))
                    .contains("Student, Teacher, Administrator, Tenant Administrator, Parent, Aide");
        });
    }

    @ParameterizedTest
    @MethodSource("mappers")
    void allSyncModesAreSupported(IdentityProviderMapper mapper) {
        assertThat(IdentityProviderSyncMode.values()).allMatch(mapper::supportsSyncMode);
    }

    @ParameterizedTest
    @MethodSource("mappers")
    void mappersAreForClassLinkProvidersOnly(IdentityProviderMapper mapper) {
        assertThat(mapper.getCompatibleProviders()).containsExactly("classlink");
    }

    static Stream<IdentityProviderMapper> mappers() {
        return Stream.of(
                new ClassLinkUserAttributeMapper(),
                new ClassLinkRoleMapper(),
                new ClassLinkGroupMapper(),
                new ClassLinkOrganizationMapper());
    }

    /** Only the TenantId and the role are controlled by ClassLink; districts choose all other values. */
    @Test
    void documentedTemplatesSeparateDistricts() throws IOException {
        Pattern template = Pattern.compile("/[a-z-]+/[^\\s`\",]*\\$\\{[a-z_]+}[^\\s`\",]*");
        List<String> templates = new ArrayList<>();
        for (String page : List.of(
                "administer/mappers.md",
                "administer/mapper-examples.md",
                "install/setup.md",
                "administer/districts.md")) {
            template.matcher(Files.readString(Path.of("..", "docs", page)))
                    .results()
                    .map(MatchResult::group)
                    .forEach(templates::add);
        }

        assertThat(templates)
                .hasSizeGreaterThan(5)
                .allMatch(found -> found.matches("/[a-z-]+/\\$\\{(tenant_id}.*|role}[`\"]?)"));
    }
}
