package io.github.k12sso.classlink.settings;

import java.util.Arrays;
import java.util.List;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * The settings' form in the admin console, below Keycloak's own fields. Labels and help texts are message keys; the texts are
 * in {@code theme-resources/messages}.
 */
public final class SettingsForm {

    private SettingsForm() {}

    public static List<ProviderConfigProperty> properties() {
        return Arrays.stream(Setting.values())
                .filter(setting -> setting.type() != Setting.Type.OF_KEYCLOAK)
                .map(SettingsForm::property)
                .toList();
    }

    private static ProviderConfigProperty property(Setting setting) {
        String value = setting.defaultValue().orElse(null);
        ProviderConfigProperty property = new ProviderConfigProperty(
                setting.key(),
                setting.textKey() + ".label",
                setting.textKey() + ".help",
                setting.type().consoleType(),
                setting.type() == Setting.Type.FLAG ? Boolean.valueOf(value) : value);
        if (setting.type() == Setting.Type.CHOICE) {
            property.setOptions(setting.options());
        }
        return property;
    }
}
