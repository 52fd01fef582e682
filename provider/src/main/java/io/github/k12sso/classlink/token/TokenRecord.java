package io.github.k12sso.classlink.token;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Optional;

/**
 * A token set as Keycloak's federated identity keeps it: the JSON members that Keycloak's own brokers write, so that a
 * record left by a built-in provider reads the same.
 */
final class TokenRecord {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String ACCESS_TOKEN = "access_token";
    private static final String REFRESH_TOKEN = "refresh_token";
    /** Keycloak's own name, {@code AbstractOAuth2IdentityProvider.ACCESS_TOKEN_EXPIRATION}: epoch seconds. */
    private static final String EXPIRES_AT = "accessTokenExpiration";

    private TokenRecord() {}

    static String write(TokenSet tokens) {
        ObjectNode record = JSON.createObjectNode()
                .put(ACCESS_TOKEN, tokens.accessToken())
                .put(EXPIRES_AT, tokens.expiresAt().getEpochSecond());
        tokens.refreshToken().ifPresent(token -> record.put(REFRESH_TOKEN, token));
        return record.toString();
    }

    /** The token set in a record; empty if the record cannot be read or does not say when its token ends. */
    static Optional<TokenSet> read(String record) {
        try {
            JsonNode json = JSON.readTree(record);
            String accessToken = json.path(ACCESS_TOKEN).textValue();
            JsonNode expiresAt = json.path(EXPIRES_AT);
            if (accessToken == null || accessToken.isBlank() || !isEpochSecond(expiresAt)) {
                return Optional.empty();
            }
            return Optional.of(new TokenSet(
                    accessToken,
                    Optional.ofNullable(json.path(REFRESH_TOKEN).textValue()),
                    Instant.ofEpochSecond(expiresAt.longValue())));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** Keycloak's column holds what anybody wrote: {@link Instant} throws at numbers that are larger. */
    private static boolean isEpochSecond(JsonNode node) {
        return node.isIntegralNumber()
                && node.canConvertToLong()
                && node.longValue() >= 0
                && node.longValue() <= Instant.MAX.getEpochSecond();
    }
}
