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
 * The values of the settings, by their types. Defaults apply here, because Keycloak hands providers what is stored in its
 * database and nothing more; a blank value counts as not set. A value that is not allowed throws {@link
 * IllegalArgumentException} with the second half of a sentence that begins with the setting's label.
 */
public final class SettingValues {

    /** What Keycloak's vault takes for a reference to one of its entries. */
    private static final Pattern VAULT_REFERENCE = Pattern.compile("\\$\\{vault\\.[^}]+}");

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

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
                        + ", not the key itself, which everybody could read here");
            }
            return value;
        });
    }

    /**
     * Keycloak's switch "Verify essential claim": only people one of whose values of a claim matches a regular expression may
     * log in. Keycloak looks into the id_token alone; here a claim that is not in it is looked for in the profile document,
     * because that is where ClassLink says most.
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
         * The claim that the settings ask for, if they do.
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
                throw new IllegalArgumentException("has a value that is not a regular expression", e);
            }
        }

        /**
         * Whether the person may log in.
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
