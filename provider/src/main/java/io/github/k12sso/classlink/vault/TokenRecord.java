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
 * What the vault keeps for one link, in clear: the JSON inside an encrypted record. It has the members that Keycloak's own brokers
 * write, so that a record left by a built-in provider reads the same.
 *
 * @param tokens empty once ClassLink has revoked the grant: the link and the identity stay, and the answer stays "log in again"
 * @param identity empty in a record that a built-in provider left
 * @param loginAt when the person signed in, in whole milliseconds; {@link Instant#EPOCH} if the record does not say
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

    /** One that does not say when the person signed in. */
    TokenRecord(Optional<TokenSet> tokens, Optional<Identity> identity) {
        this(tokens, identity, Instant.EPOCH);
    }

    /** The same person without tokens. */
    public TokenRecord revoked() {
        return new TokenRecord(Optional.empty(), identity, loginAt);
    }

    /** The person's district at ClassLink, if the record says it. */
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

    /** A record that a built-in provider left; empty if it cannot be used. */
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
        // Keycloak's own brokers store no expiry when ClassLink sent none. Such a token may be days old: only its
        // refresh token can be used.
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

    /** Keycloak's column holds what anybody wrote: {@link Instant} throws at numbers that are larger. */
    private static boolean isEpochSecond(JsonNode node) {
        return node.isIntegralNumber()
                && node.canConvertToLong()
                && node.longValue() >= 0
                && node.longValue() <= Instant.MAX.getEpochSecond();
    }

    /**
     * What ClassLink said about a person at their last login, as far as it decides what they may read. Encrypted with the tokens,
     * because user attributes can be edited.
     *
     * @param userId ClassLink's UserId
     * @param tenantId their district
     * @param sourcedId their id in the district's roster
     * @param roles as ClassLink writes them; most profiles have one
     */
    public record Identity(
            String userId, Optional<TenantId> tenantId, Optional<SourcedId> sourcedId, List<String> roles) {

        public Identity {
            roles = List.copyOf(roles);
        }

        /** The facts of a profile that was just read. */
        public static Identity of(Profile profile) {
            return new Identity(profile.userId(), profile.tenantId(), profile.sourcedId(), profile.roles());
        }

        /** Without the person. */
        @Override
        public String toString() {
            return "Identity[…]";
        }
    }

    /**
     * The tokens kept for one person.
     *
     * @param accessToken ClassLink's opaque bearer token
     * @param refreshToken if ClassLink issued one
     * @param expiresAt when the access token expires; set at login, because ClassLink's answer may not say
     * @param source how these tokens were obtained, for events and metrics; not stored
     */
    public record TokenSet(String accessToken, Optional<String> refreshToken, Instant expiresAt, Source source) {

        /** How tokens were obtained. */
        public enum Source {
            /** As they were stored. */
            STORED,
            /** This request refreshed them at ClassLink. */
            REFRESHED,
            /** Another request, here or on another node, refreshed them, and this one waited for it. */
            COALESCED
        }

        /** A token that expires this soon would be expired when ClassLink gets it, so it counts as expired. */
        static final Duration MARGIN = Duration.ofSeconds(5);

        public TokenSet(String accessToken, Optional<String> refreshToken, Instant expiresAt) {
            this(accessToken, refreshToken, expiresAt, Source.STORED);
        }

        /**
         * The tokens of an answer, with the time when they expire.
         *
         * @param lifetime life of an access token whose answer does not state one
         */
        public static TokenSet issued(TokenResponse response, Instant now, Duration lifetime) {
            return new TokenSet(
                    response.accessToken(),
                    response.refreshToken(),
                    now.plus(response.expiresIn().orElse(lifetime)));
        }

        /** These tokens with another set's refresh token, if they have none: an answer without one leaves the old one valid. */
        public TokenSet orRefreshTokenOf(TokenSet older) {
            return new TokenSet(accessToken, refreshToken.or(older::refreshToken), expiresAt, source);
        }

        /** The same tokens, obtained in another way. */
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

        /** Time left; negative when over. */
        public Duration remaining(Instant now) {
            return Duration.between(now, expiresAt);
        }

        /** Without the tokens. */
        @Override
        public String toString() {
            return "TokenSet[expiresAt=" + expiresAt + "]";
        }
    }
}
