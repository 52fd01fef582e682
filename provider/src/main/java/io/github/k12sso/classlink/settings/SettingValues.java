package io.github.k12sso.classlink.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.keycloak.broker.oidc.OIDCIdentityProviderConfig;
import org.keycloak.representations.JsonWebToken;

/**
 * Reads setting values by type. Applies the defaults, because Keycloak passes only stored values to a provider. A blank
 * value counts as not set. An invalid value throws {@link IllegalArgumentException} with a message that continues a
 * sentence after the setting's label.
 */
public final class SettingValues {

    /** The syntax of a reference to an entry in Keycloak's vault. */
    private static final Pattern VAULT_REFERENCE = Pattern.compile("\\$\\{vault\\.[^}]+}");

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    private final Map<String, String> config;

    SettingValues(Map<String, String> config) {
        this.config = config;
    }

    /** Returns the stored value or the default; empty if there is neither. */
    Optional<String> find(Setting setting) {
        return Optional.ofNullable(config.get(setting.key()))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .or(setting::defaultValue);
    }

    /** Returns the stored value or the default. */
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
        if (!NUMBER.matcher(value).matches()
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
                        + ", not the key itself, which would be visible here");
            }
            return value;
        });
    }

    /**
     * Keycloak's switch "Verify essential claim": a user can sign in only if a value of the claim matches a regular
     * expression. Keycloak checks only the id_token. This class also checks the profile document, because ClassLink
     * sends most values there.
     */
    public static final class EssentialClaim {

        private static final ObjectMapper JSON = new ObjectMapper();

        private final String name;
        private final Pattern allowed;

        private EssentialClaim(String name, Pattern allowed) {
            this.name = name;
            this.allowed = allowed;
        }

        /**
         * Returns the essential claim of the settings; empty if the switch is off.
         *
         * @throws IllegalArgumentException if the switch is on without a name, or the value is not a regular expression
         */
        public static Optional<EssentialClaim> of(OIDCIdentityProviderConfig config) {
            if (!config.isFilteredByClaims()) {
                return Optional.empty();
            }
            String name = config.getClaimFilterName();
            String value = config.getClaimFilterValue();
            if (name == null || name.isBlank() || value == null || value.isBlank()) {
                throw new IllegalArgumentException("needs the name of a claim and a regular expression for its value");
            }
            try {
                return Optional.of(new EssentialClaim(name, Pattern.compile(value)));
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException("has a value that is not a valid regular expression", e);
            }
        }

        /**
         * Returns whether the user can sign in.
         *
         * @param idToken null in the plain OAuth 2 flow
         */
        public boolean isSatisfiedBy(JsonWebToken idToken, ObjectNode profile) {
            JsonNode claim = idToken == null
                    ? null
                    : JSON.<ObjectNode>valueToTree(idToken.getOtherClaims()).get(name);
            return values(claim != null ? claim : profile.path(name))
                    .anyMatch(value -> allowed.matcher(value.asText()).matches());
        }

        private static Stream<JsonNode> values(JsonNode claim) {
            Stream<JsonNode> values =
                    claim.isArray() ? StreamSupport.stream(claim.spliterator(), false) : Stream.of(claim);
            return values.filter(value -> value.isValueNode() && !value.isNull());
        }
    }
}
