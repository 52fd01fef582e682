package io.github.k12sso.classlink.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.Messages;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.keycloak.provider.ProviderConfigProperty;

class SettingsFormTest {

    private final Map<String, String> english = Messages.english();

    /** The settings of the contract that are not in Keycloak's own part of the form. */
    @Test
    void everySettingOfTheContractIsInTheForm() {
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

    /** Messages of the validation and of the connection check use the field labels of the form. */
    @ParameterizedTest
    @MethodSource("properties")
    void messagesUseTheLabelOfTheForm(ProviderConfigProperty property) {
        assertThat(english.get(property.getLabel()))
                .isEqualTo(setting(property).label())
                .isEqualTo(setting(property).quoted().replace("\"", ""));
    }

    @Test
    void fieldsAreInTheOrderOfAFirstSetUp() {
        assertThat(groups(english)).containsExactly("Sign-in", "LaunchPad", "Token", "Roster", "Protocol", "Endpoint");
    }

    @Test
    void fieldsOfAGroupAreAdjacentInEveryLanguage() {
        Messages.bundles()
                .forEach(bundle -> assertThat(groups(Messages.of(bundle)))
                        .as(bundle.toString())
                        .hasSize(6)
                        .doesNotHaveDuplicates());
    }

    @ParameterizedTest
    @MethodSource("properties")
    void theHelpTextEndsWithTheDefault(ProviderConfigProperty property) {
        String help = english.get(property.getHelpText());
        Optional<String> value = setting(property).defaultValue();
        if (setting(property).type() == Setting.Type.FLAG) {
            assertThat(help).endsWith("Default: " + (value.orElseThrow().equals("true") ? "on." : "off."));
        } else if (value.isPresent()) {
            assertThat(help).endsWith("Default: " + value.get() + ".");
        } else {
            assertThat(help).contains("Default: empty");
        }
        if (setting(property).type() != Setting.Type.FLAG) {
            Messages.bundles()
                    .forEach(bundle -> assertThat(Messages.of(bundle).get(property.getHelpText()))
                            .as(bundle.toString())
                            .contains(value.orElse(" ")));
        }
    }

    @ParameterizedTest
    @MethodSource("properties")
    void aNumberHasAUnitAndBounds(ProviderConfigProperty property) {
        if (setting(property).type() == Setting.Type.NUMBER) {
            Messages.bundles().forEach(bundle -> {
                Map<String, String> texts = Messages.of(bundle);
                assertThat(texts.get(property.getLabel())).matches(".+ \\(.+\\)");
                assertThat(texts.get(property.getHelpText()))
                        .contains(" " + setting(property).min() + " ")
                        .contains(" " + setting(property).max() + ".");
            });
        }
    }

    @Test
    void noTextOfARemovedSettingRemains() {
        assertThat(english.keySet().stream().filter(key -> key.startsWith("classlink.settings.")))
                .containsExactlyInAnyOrderElementsOf(properties().stream()
                        .flatMap(property -> Stream.of(property.getLabel(), property.getHelpText()))
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("properties")
    void everyOptionOfAChoiceIsExplained(ProviderConfigProperty property) {
        if (property.getType().equals(ProviderConfigProperty.LIST_TYPE)) {
            Messages.bundles()
                    .forEach(bundle -> assertThat(Messages.of(bundle).get(property.getHelpText()))
                            .as(bundle.toString())
                            .contains(property.getOptions()));
        }
    }

    @ParameterizedTest
    @MethodSource("properties")
    void theDefaultOfAChoiceIsAnOption(ProviderConfigProperty property) {
        if (property.getType().equals(ProviderConfigProperty.LIST_TYPE)) {
            assertThat(property.getOptions()).hasSizeGreaterThan(1).contains((String) property.getDefaultValue());
        }
    }

    /** Keycloak only masks its own clientSecret field, so no other field may ask for a secret. */
    @Test
    void noFieldAsksForASecret() {
        assertThat(properties())
                .noneMatch(
                        property -> property.isSecret() || property.getType().equals(ProviderConfigProperty.PASSWORD));
    }

    private static Setting setting(ProviderConfigProperty property) {
        return Arrays.stream(Setting.values())
                .filter(setting -> setting.key().equals(property.getName()))
                .findFirst()
                .orElseThrow();
    }

    /** The prefixes before the colon, without adjacent duplicates. */
    private static List<String> groups(Map<String, String> texts) {
        List<String> groups = new ArrayList<>();
        for (ProviderConfigProperty property : properties()) {
            String group = texts.get(property.getLabel()).split(" ?: ", 2)[0];
            if (groups.isEmpty() || !groups.get(groups.size() - 1).equals(group)) {
                groups.add(group);
            }
        }
        return groups;
    }

    static List<ProviderConfigProperty> properties() {
        return Setting.form();
    }
}
