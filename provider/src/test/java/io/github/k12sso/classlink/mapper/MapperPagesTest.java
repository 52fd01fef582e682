package io.github.k12sso.classlink.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.keycloak.broker.provider.IdentityProviderMapper;
import org.keycloak.models.IdentityProviderSyncMode;
import org.keycloak.provider.ProviderConfigProperty;

/** What an administrator reads and may choose, for each of our mappers. */
class MapperPagesTest {

    @ParameterizedTest
    @MethodSource("mappers")
    void everySettingSaysWhatItDoesAlsoWhenItIsEmpty(IdentityProviderMapper mapper) {
        assertThat(mapper.getHelpText()).endsWith(".");
        assertThat(mapper.getDisplayType()).startsWith("ClassLink ");
        List<ProviderConfigProperty> settings = mapper.getConfigProperties();
        assertThat(settings)
                .isNotEmpty()
                .allSatisfy(setting -> {
                    assertThat(setting.getLabel()).isNotBlank();
                    assertThat(setting.getHelpText()).endsWith(".").hasSizeGreaterThan(60);
                })
                .extracting(ProviderConfigProperty::getLabel)
                .doesNotHaveDuplicates();
        assertThat(settings.get(0).getHelpText()).contains("empty").contains("import");
    }

    @ParameterizedTest
    @MethodSource("mappers")
    void allSyncModesAreSupported(IdentityProviderMapper mapper) {
        assertThat(IdentityProviderSyncMode.values()).allMatch(mapper::supportsSyncMode);
    }

    @ParameterizedTest
    @MethodSource("mappers")
    void theyAreForClassLinkOnly(IdentityProviderMapper mapper) {
        assertThat(mapper.getCompatibleProviders()).containsExactly("classlink");
    }

    static Stream<IdentityProviderMapper> mappers() {
        return Stream.of(
                new ClassLinkUserAttributeMapper(),
                new ClassLinkRoleMapper(),
                new ClassLinkGroupMapper(),
                new ClassLinkOrganizationMapper());
    }
}
