package io.github.k12sso.classlink.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.Messages;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.keycloak.provider.ProviderConfigProperty;

class SettingsFormTest {

    private final Map<String, String> english = Messages.english();

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
                        "launchpadClient",
                        "rosterMode",
                        "rosterUrl",
                        "partnerKey",
                        "rosterScope",
                        "clientAuthMethod",
                        "allowedClockSkew");
    }

    @Test
    void noTwoFieldsHaveTheSameLabel() {
        Messages.bundles()
                .forEach(bundle -> assertThat(properties())
                        .extracting(property -> Messages.of(bundle).get(property.getLabel()))
                        .as(bundle.toString())
                        .doesNotHaveDuplicates());
    }

    @ParameterizedTest
    @MethodSource("properties")
    void everyFieldHasALabelAndAHelpText(ProviderConfigProperty property) {
        assertThat(english).containsKeys(property.getLabel(), property.getHelpText());
        assertThat(english.get(property.getLabel())).isNotBlank();
        assertThat(english.get(property.getHelpText())).endsWith(".").hasSizeGreaterThan(20);
        assertThat(property.getType()).isNotNull();
    }

    @Test
    void noTextIsLeftOfASettingThatIsGone() {
        assertThat(english.keySet().stream().filter(key -> key.startsWith("classlink.settings.")))
                .containsExactlyInAnyOrderElementsOf(properties().stream()
                        .flatMap(property -> Stream.of(property.getLabel(), property.getHelpText()))
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("properties")
    void aChoiceIsExplained(ProviderConfigProperty property) {
        if (property.getType().equals(ProviderConfigProperty.LIST_TYPE)) {
            Messages.bundles()
                    .forEach(bundle -> assertThat(Messages.of(bundle).get(property.getHelpText()))
                            .as(bundle.toString())
                            .contains(property.getOptions()));
        }
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
        return Setting.form();
    }
}
