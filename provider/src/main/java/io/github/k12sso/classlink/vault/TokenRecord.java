package io.github.k12sso.classlink.vault;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.http.TokenEndpointClient.TokenResponse;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.profile.Profile.SourcedId;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The decrypted content of a token record: JSON with the members that Keycloak's built-in brokers write, so their
 * records can be read, too.
 *
 * @param tokens empty after ClassLink revoked the grant; the link and the identity are kept, and the user must sign in
 *     again
 * @param identity empty in a record of a built-in provider
 * @param loginAt login time with millisecond precision; {@link Instant#EPOCH} if unknown
 */
public record TokenRecord(Optional<TokenSet> tokens, Optional<Identity> identity, Instant loginAt) {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String ACCESS_TOKEN = "access_token";
    private static final String REFRESH_TOKEN = "refresh_token";
    /** Keycloak's own name, {@code AbstractOAuth2IdentityProvider.ACCESS_TOKEN_EXPIRATION}: epoch seconds. */
    private static final String EXPIRES_AT = "accessTokenExpiration";

    private static final String LOGIN_AT = "login_at";
    private static final String IDENTITY = "identity";
    private static final String USER_ID = "user_id";
    private static final String TENANT_ID = "tenant_id";
    private static final String SOURCED_ID = "sourced_id";
    private static final String ROLES = "roles";

    /** Creates a record without a login time. */
    TokenRecord(Optional<TokenSet> tokens, Optional<Identity> identity) {
        this(tokens, identity, Instant.EPOCH);
    }

    /** Returns this record without tokens. */
    public TokenRecord revoked() {
        return new TokenRecord(Optional.empty(), identity, loginAt);
    }

    /** Returns the user's district, if known. */
    Optional<TenantId> tenantId() {
        return identity.flatMap(Identity::tenantId);
    }

    public TokenRecord with(TokenSet newTokens) {
        return new TokenRecord(Optional.of(newTokens), identity, loginAt);
    }

    ObjectNode write() {
        ObjectNode record = JSON.createObjectNode();
        tokens.ifPresent(set -> {
            record.put(ACCESS_TOKEN, set.accessToken())
                    .put(EXPIRES_AT, set.expiresAt().getEpochSecond());
            set.refreshToken().ifPresent(token -> record.put(REFRESH_TOKEN, token));
        });
        if (loginAt.isAfter(Instant.EPOCH)) {
            record.put(LOGIN_AT, loginAt.toEpochMilli());
        }
        identity.ifPresent(person -> {
            ObjectNode facts = record.putObject(IDENTITY).put(USER_ID, person.userId());
            person.tenantId().ifPresent(id -> facts.put(TENANT_ID, id.value()));
            person.sourcedId().ifPresent(id -> facts.put(SOURCED_ID, id.value()));
            ArrayNode roles = facts.putArray(ROLES);
            person.roles().forEach(roles::add);
        });
        return record;
    }

    /** Reads a record of a built-in provider; empty if it is unusable. */
    static Optional<TokenRecord> readPlain(String text) {
        try {
            return tokens(JSON.readTree(text)).map(set -> new TokenRecord(Optional.of(set), Optional.empty()));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    static TokenRecord read(JsonNode record) {
        JsonNode loginAt = record.path(LOGIN_AT);
        return new TokenRecord(
                tokens(record),
                identity(record.path(IDENTITY)),
                loginAt.canConvertToLong() ? Instant.ofEpochMilli(loginAt.longValue()) : Instant.EPOCH);
    }

    private static Optional<TokenSet> tokens(JsonNode record) {
        String accessToken = record.path(ACCESS_TOKEN).textValue();
        Optional<String> refreshToken =
                Optional.ofNullable(record.path(REFRESH_TOKEN).textValue()).filter(token -> !token.isBlank());
        JsonNode expiresAt = record.path(EXPIRES_AT);
        if (accessToken == null || accessToken.isBlank()) {
            return Optional.empty();
        }
        if (isEpochSecond(expiresAt)) {
            return Optional.of(new TokenSet(accessToken, refreshToken, Instant.ofEpochSecond(expiresAt.longValue())));
        }
        // Built-in brokers store no expiry if ClassLink sent none. Such a token may have expired, so only its refresh
        // token is used.
        return refreshToken.map(token -> new TokenSet(accessToken, refreshToken, Instant.EPOCH));
    }

    private static Optional<Identity> identity(JsonNode facts) {
        String userId = facts.path(USER_ID).textValue();
        if (userId == null) {
            return Optional.empty();
        }
        List<String> roles = new ArrayList<>();
        facts.path(ROLES).forEach(role -> roles.add(role.asText()));
        return Optional.of(new Identity(
                userId,
                TenantId.of(facts.path(TENANT_ID).textValue()),
                SourcedId.of(facts.path(SOURCED_ID).textValue()),
                roles));
    }

    /** The stored value is not trusted: {@link Instant} throws for larger numbers. */
    private static boolean isEpochSecond(JsonNode node) {
        return node.isIntegralNumber()
                && node.canConvertToLong()
                && node.longValue() >= 0
                && node.longValue() <= Instant.MAX.getEpochSecond();
    }

    /**
     * The profile data of the last login that roster authorization needs. It is encrypted with the tokens because user
     * attributes can be edited.
     *
     * @param userId ClassLink's UserId
     * @param tenantId the user's district
     * @param sourcedId the user's ID in the district's roster
     * @param roles as ClassLink sends them; most profiles have one
     */
    public record Identity(
            String userId, Optional<TenantId> tenantId, Optional<SourcedId> sourcedId, List<String> roles) {

        public Identity {
            roles = List.copyOf(roles);
        }

        /** Takes the identity from a profile. */
        public static Identity of(Profile profile) {
            return new Identity(profile.userId(), profile.tenantId(), profile.sourcedId(), profile.roles());
        }

        /** Omits personal data. */
        @Override
        public String toString() {
            return "Identity[…]";
        }
    }

    /**
     * The stored tokens of one user.
     *
     * @param accessToken ClassLink's opaque bearer token
     * @param refreshToken if ClassLink issued one
     * @param expiresAt expiry of the access token; calculated at login if ClassLink's response does not contain it
     * @param source how these tokens were obtained, for events and metrics; not stored
     */
    public record TokenSet(String accessToken, Optional<String> refreshToken, Instant expiresAt, Source source) {

        /** How tokens were obtained. */
        public enum Source {
            /** Read from the vault. */
            STORED,
            /** Refreshed by this request. */
            REFRESHED,
            /** Refreshed by another request on any node while this one waited. */
            COALESCED
        }

        /** A token with less time left counts as expired because it could expire before ClassLink receives it. */
        static final Duration MARGIN = Duration.ofSeconds(5);

        public TokenSet(String accessToken, Optional<String> refreshToken, Instant expiresAt) {
            this(accessToken, refreshToken, expiresAt, Source.STORED);
        }

        /**
         * Takes the tokens from a token response and calculates their expiry.
         *
         * @param lifetime lifetime of an access token if the response has no {@code expires_in}
         */
        public static TokenSet issued(TokenResponse response, Instant now, Duration lifetime) {
            return new TokenSet(
                    response.accessToken(),
                    response.refreshToken(),
                    now.plus(response.expiresIn().orElse(lifetime)));
        }

        /** Returns these tokens; if they have no refresh token, with the older one, which stays valid. */
        public TokenSet orRefreshTokenOf(TokenSet older) {
            return new TokenSet(accessToken, refreshToken.or(older::refreshToken), expiresAt, source);
        }

        /** Returns the same tokens with another source. */
        public TokenSet from(Source other) {
            return new TokenSet(accessToken, refreshToken, expiresAt, other);
        }

        public boolean isExpired(Instant now) {
            return !now.plus(MARGIN).isBefore(expiresAt);
        }

        /** Whether the access token is valid, or can be refreshed. */
        boolean isUsable(Instant now) {
            return refreshToken.isPresent() || !isExpired(now);
        }

        /** Returns the remaining lifetime; negative after expiry. */
        public Duration remaining(Instant now) {
            return Duration.between(now, expiresAt);
        }

        /** Omits the tokens. */
        @Override
        public String toString() {
            return "TokenSet[expiresAt=" + expiresAt + "]";
        }
    }
}
