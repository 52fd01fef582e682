package io.github.k12sso.classlink.vault;

import io.github.k12sso.classlink.http.TokenEndpointClient;
import io.github.k12sso.classlink.http.TokenEndpointClient.TokenResponse;
import io.github.k12sso.classlink.keycloak.AfterCommit;
import io.github.k12sso.classlink.keycloak.FederatedIds;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.profile.TenantAllowList;
import io.github.k12sso.classlink.vault.TokenRecord.TokenSet;
import io.github.k12sso.classlink.vault.TokenUnavailable.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** The token store of a provider, with one encrypted record per linked user. */
public final class TokenVault {

    private static final Logger LOG = Logger.getLogger(TokenVault.class);

    private final KeycloakSession session;
    private final String alias;
    private final KeySource keys;
    private final TokenEndpointClient endpoint;
    private final Rules rules;
    private final Revocations revocations;
    private final InstantSource clock;

    /** Creates the vault of one provider. */
    public TokenVault(
            KeycloakSession session,
            String alias,
            KeySource keys,
            TokenEndpointClient endpoint,
            Rules rules,
            Revocations revocations,
            InstantSource clock) {
        this.session = session;
        this.alias = alias;
        this.keys = keys;
        this.endpoint = endpoint;
        this.rules = rules;
        this.revocations = revocations;
        this.clock = clock;
    }

    /**
     * The provider settings that affect records. They are read on demand because a stored value may be invalid.
     *
     * @param unstatedLifetime lifetime of an access token if the response has no {@code expires_in}
     * @param allowedTenants districts whose users get tokens
     * @param acceptsPlain whether unencrypted records are accepted
     * @param shares selects other providers for the same ClassLink app, whose records of the same user are equivalent
     */
    public record Rules(
            Duration unstatedLifetime,
            Supplier<TenantAllowList> allowedTenants,
            BooleanSupplier acceptsPlain,
            Predicate<String> shares) {}

    /**
     * A user's record as this request read it, possibly from Keycloak's user cache.
     *
     * @param alias of the provider that stores it
     * @param stored the encrypted form in the database
     * @param record the decrypted record
     * @param cipher the cipher of this user's record
     */
    public record Entry(String alias, String stored, TokenRecord record, TokenCipher cipher) {

        /** Returns the user's tokens; fails as expired if ClassLink revoked the grant. */
        public TokenSet tokens() throws TokenUnavailable {
            return record.tokens().orElseThrow(() -> new TokenUnavailable(Reason.EXPIRED));
        }
    }

    /**
     * Returns a user's record. If several providers share tokens, this is the record of the newest login.
     *
     * @throws TokenUnavailable if the user has no link to this provider or a link without a record, if the record
     *     cannot be read, or if the keys cannot be read now
     */
    public Entry find(RealmModel realm, UserModel user) throws TokenUnavailable {
        return newestFirst(realm, user).get(0);
    }

    /**
     * Returns the newest record whose tokens are valid or can be refreshed; if there is none, the newest record.
     *
     * @throws TokenUnavailable as {@link #find}, and if the user's district is no longer allowed
     */
    public Entry findUsable(RealmModel realm, UserModel user) throws TokenUnavailable {
        List<Entry> entries = newestFirst(realm, user);
        TokenRecord newest = entries.get(0).record();
        if (!rules.allowedTenants().get().admits(newest.tenantId())) {
            // A record without an identity has no district. The next login adds it.
            throw new TokenUnavailable(newest.identity().isPresent() ? Reason.DISTRICT_NOT_ALLOWED : Reason.EXPIRED);
        }
        return entries.stream()
                .filter(entry -> entry.record()
                        .tokens()
                        .filter(tokens -> tokens.isUsable(clock.instant()))
                        .isPresent())
                .findFirst()
                .orElse(entries.get(0));
    }

    private List<Entry> newestFirst(RealmModel realm, UserModel user) throws TokenUnavailable {
        List<FederatedIdentityModel> links = links(realm, user);
        if (links.isEmpty()) {
            throw new TokenUnavailable(Reason.NOT_LINKED);
        }
        List<Entry> entries = new ArrayList<>();
        TokenUnavailable failure = null;
        for (FederatedIdentityModel link : links) {
            try {
                open(realm, link).ifPresent(entries::add);
            } catch (TokenUnavailable e) {
                failure = e;
            }
        }
        if (entries.isEmpty()) {
            throw failure == null ? new TokenUnavailable(Reason.EXPIRED) : failure;
        }
        entries.sort(
                Comparator.comparing((Entry entry) -> entry.record().loginAt()).reversed());
        return entries;
    }

    /**
     * Returns the links that have a record, this provider's first. Excludes links to another ClassLink account of the
     * user.
     */
    private List<FederatedIdentityModel> links(RealmModel realm, UserModel user) {
        Map<Boolean, List<FederatedIdentityModel>> own = session.users()
                .getFederatedIdentitiesStream(realm, user)
                .collect(Collectors.partitioningBy(
                        link -> link.getIdentityProvider().equals(alias)));
        Stream<FederatedIdentityModel> others = own.get(false).stream()
                .filter(link -> own.get(true).stream()
                        .allMatch(mine -> FederatedIds.samePerson(mine.getUserId(), link.getUserId())))
                .filter(link -> rules.shares().test(link.getIdentityProvider()));
        return Stream.concat(own.get(true).stream(), others)
                .filter(link -> link.getToken() != null && !link.getToken().isBlank())
                .toList();
    }

    private Optional<Entry> open(RealmModel realm, FederatedIdentityModel link) throws TokenUnavailable {
        TokenCipher cipher = cipher(realm, link);
        try {
            return cipher.tryDecrypt(link.getToken())
                    .map(record -> new Entry(link.getIdentityProvider(), link.getToken(), record, cipher));
        } catch (KeySource.Unavailable e) {
            LOG.errorf(
                    "The keys of stored ClassLink tokens cannot be read; the tokens are kept: %s. realm=%s, "
                            + "provider=%s",
                    e.getMessage(), realm.getName(), link.getIdentityProvider());
            throw TokenUnavailable.withoutKeys();
        }
    }

    /**
     * Creates the record that Keycloak stores at a login. If ClassLink sent no refresh token, the user's previous one
     * is kept because it stays valid.
     *
     * @param brokerUserId the ID that links the user to ClassLink
     * @param user the linked user; empty at a first login
     * @throws KeySource.Unavailable if the configured encryption key cannot be read
     */
    public String record(TokenResponse answer, Profile profile, String brokerUserId, Optional<UserModel> user) {
        RealmModel realm = session.getContext().getRealm();
        TokenCipher cipher = cipher(realm, new FederatedIdentityModel(alias, brokerUserId, null));
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        TokenSet tokens = TokenSet.issued(answer, clock.instant(), rules.unstatedLifetime());
        if (tokens.refreshToken().isEmpty()) {
            tokens = user.map(linked -> session.users().getFederatedIdentity(realm, linked, alias))
                    .map(FederatedIdentityModel::getToken)
                    .flatMap(cipher::tryDecrypt)
                    .flatMap(TokenRecord::tokens)
                    .map(tokens::orRefreshTokenOf)
                    .orElse(tokens);
        }
        return cipher.encrypt(new TokenRecord(Optional.of(tokens), Optional.of(TokenRecord.Identity.of(profile)), now));
    }

    /** Deletes a user's record and keeps the link. Tokens are revoked as in {@link #revokeAfterCommit}. */
    public void forget(RealmModel realm, UserModel user) {
        FederatedIdentityModel link = session.users().getFederatedIdentity(realm, user, alias);
        if (link == null || link.getToken() == null) {
            return;
        }
        revokeAfterCommit(realm, link);
        session.users()
                .updateFederatedIdentity(
                        realm, user, new FederatedIdentityModel(alias, link.getUserId(), link.getUserName(), null));
    }

    /** Revokes the tokens of a deleted record at ClassLink, in the background after the deletion is committed. */
    public void revokeAfterCommit(RealmModel realm, FederatedIdentityModel link) {
        if (!endpoint.canRevoke() || link.getToken() == null || link.getToken().isBlank()) {
            return;
        }
        decryptToRevoke(realm, link)
                .flatMap(TokenRecord::tokens)
                .ifPresent(tokens -> AfterCommit.run(session, () -> revoke(realm, tokens)));
    }

    /** Revokes tokens that were issued but not stored, in the background, if a revocation endpoint is configured. */
    public void revoke(RealmModel realm, TokenSet tokens) {
        if (endpoint.canRevoke()) {
            revocations.submit(session, realm, endpoint, tokens);
        }
    }

    /** A missing key must not prevent the deletion of a user. */
    private Optional<TokenRecord> decryptToRevoke(RealmModel realm, FederatedIdentityModel link) {
        try {
            return cipher(realm, link).tryDecrypt(link.getToken());
        } catch (KeySource.Unavailable e) {
            LOG.warnf(
                    "ClassLink token revocation failed; the token expires on its own: %s. realm=%s",
                    e.getMessage(), realm.getName());
            return Optional.empty();
        }
    }

    private TokenCipher cipher(RealmModel realm, FederatedIdentityModel link) {
        return new TokenCipher(
                session,
                realm,
                keys,
                new TokenCipher.Owner(realm.getId(), link.getIdentityProvider(), link.getUserId()),
                rules.acceptsPlain().getAsBoolean());
    }
}
