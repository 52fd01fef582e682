package io.github.k12sso.classlink.login;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.keycloak.provider.ProviderConfigProperty;

class SettingsPageTest {

    /** The rows of the contract that Keycloak's own part of the page does not show. */
    @Test
    void everySettingOfTheContractIsOffered() {
        assertThat(properties())
                .extracting(ProviderConfigProperty::getName)
                .doesNotHaveDuplicates()
                .contains(
                        "authorizationUrl",
                        "tokenUrl",
                        "jwksUrl",
                        "issuer",
                        "userInfoUrl",
                        "revocationUrl",
                        "pkceEnabled",
                        "requireIdToken",
                        "identityKey",
                        "usernameTemplate",
                        "allowedTenants",
                        "tokenLifetimeSeconds",
                        "tokenScope",
                        "clientAuthMethod");
    }

    @Test
    void noTwoFieldsHaveTheSameLabel() {
        assertThat(properties()).extracting(ProviderConfigProperty::getLabel).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("properties")
    void everyFieldHasALabelAndAHelpText(ProviderConfigProperty property) {
        assertThat(property.getLabel()).isNotBlank();
        assertThat(property.getHelpText()).endsWith(".").hasSizeGreaterThan(20);
        assertThat(property.getType()).isNotNull();
    }

    @ParameterizedTest
    @MethodSource("properties")
    void aChoiceOffersItsDefault(ProviderConfigProperty property) {
        if (property.getType().equals(ProviderConfigProperty.LIST_TYPE)) {
            assertThat(property.getOptions()).hasSizeGreaterThan(1).contains((String) property.getDefaultValue());
        }
    }

    /** Keycloak masks no field but its own clientSecret: nothing secret may be asked for in another. */
    @Test
    void noFieldAsksForASecret() {
        assertThat(properties())
                .noneMatch(
                        property -> property.isSecret() || property.getType().equals(ProviderConfigProperty.PASSWORD));
    }

    static List<ProviderConfigProperty> properties() {
        return SettingsPage.properties();
    }
}
