package io.github.k12sso.classlink.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.keycloak.broker.oidc.OIDCIdentityProviderConfig;
import org.keycloak.representations.JsonWebToken;

/**
 * Keycloak's switch "Verify essential claim": only people one of whose values of a claim matches a regular expression may
 * log in. Keycloak looks into the id_token alone; here a claim that is not in it is looked for in the profile document,
 * because that is where ClassLink says most.
 */
public final class EssentialClaim {

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
        Stream<JsonNode> values = claim.isArray() ? StreamSupport.stream(claim.spliterator(), false) : Stream.of(claim);
        return values.filter(value -> value.isValueNode() && !value.isNull());
    }
}
