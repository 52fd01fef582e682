package io.github.k12sso.classlink.settings;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The values of the settings, by their types. Defaults apply here, because Keycloak hands providers what is stored in its
 * database and nothing more; a blank value counts as not set. A value that is not allowed throws {@link
 * IllegalArgumentException} with the second half of a sentence that begins with the setting's label.
 */
final class SettingValues {

    /** What Keycloak's vault takes for a reference to one of its entries. */
    private static final Pattern VAULT_REFERENCE = Pattern.compile("\\$\\{vault\\.[^}]+}");

    private final Map<String, String> config;

    SettingValues(Map<String, String> config) {
        this.config = config;
    }

    /** The stored value, or the default; empty if there is neither. */
    Optional<String> find(Setting setting) {
        return Optional.ofNullable(config.get(setting.key()))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .or(setting::defaultValue);
    }

    /** The stored value, or the default. */
    String text(Setting setting) {
        return find(setting).orElseThrow();
    }

    boolean flag(Setting setting) {
        String value = text(setting).toLowerCase(Locale.ROOT);
        if (!value.equals("true") && !value.equals("false")) {
            throw new IllegalArgumentException("must be true or false");
        }
        return value.equals("true");
    }

    int number(Setting setting) {
        String value = text(setting);
        if (!value.matches("[0-9]{1,9}")
                || Long.parseLong(value) < setting.min()
                || Long.parseLong(value) > setting.max()) {
            throw new IllegalArgumentException("must be a whole number from " + setting.min() + " to " + setting.max());
        }
        return Integer.parseInt(value);
    }

    String choice(Setting setting) {
        String value = text(setting);
        if (!setting.options().contains(value)) {
            throw new IllegalArgumentException(
                    setting == Setting.CLIENT_AUTH_METHOD
                            ? "must be " + String.join(" or ", setting.options())
                            : "must be one of " + String.join(", ", setting.options()));
        }
        return value;
    }

    Optional<String> vaultReference(Setting setting) {
        return find(setting).map(value -> {
            if (!VAULT_REFERENCE.matcher(value).matches()) {
                throw new IllegalArgumentException("must be a reference to Keycloak's vault such as "
                        + setting.defaultValue().orElse("${vault.classlink-partner-key}")
                        + ", not the key itself, which everybody could read here");
            }
            return value;
        });
    }
}
