package io.github.k12sso.classlink.vault;

import io.github.k12sso.classlink.http.TokenEndpointClient;
import io.github.k12sso.classlink.http.TokenResponse;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.settings.TokenLifetimes;
import java.time.Clock;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Where a provider's tokens are kept, one sealed record for each linked user. */
public final class TokenVault {

    private static final Logger LOG = Logger.getLogger(TokenVault.class);

    private final KeycloakSession session;
    private final String alias;
    private final KeySource keys;
    private final TokenEndpointClient endpoint;
    private final TokenLifetimes lifetimes;
    private final Refreshes refreshes;
    private final Revocations revocations;
    private final Clock clock;

    public TokenVault(
            KeycloakSession session,
            String alias,
            KeySource keys,
            TokenEndpointClient endpoint,
            TokenLifetimes lifetimes,
            Refreshes refreshes,
            Revocations revocations,
            Clock clock) {
        this.session = session;
        this.alias = alias;
        this.keys = keys;
        this.endpoint = endpoint;
        this.lifetimes = lifetimes;
        this.refreshes = refreshes;
        this.revocations = revocations;
        this.clock = clock;
    }

    /**
     * The record that Keycloak is to store with the link of a person who just logged in. A refresh token that they had before
     * is carried over if ClassLink sent none this time: it does not take the old one away by staying silent.
     *
     * @param brokerUserId the id that links the user to ClassLink
     * @throws KeySource.Unavailable if there is no key to seal it with: another one would weaken what was asked for
     */
    public String record(TokenResponse answer, Profile profile, String brokerUserId) {
        RealmModel realm = session.getContext().getRealm();
        RecordSeal seal = seal(realm, brokerUserId);
        TokenSet tokens = TokenSet.issued(answer, clock.instant(), lifetimes.unstated());
        if (tokens.refreshToken().isEmpty()) {
            tokens = stored(realm, brokerUserId)
                    .flatMap(seal::tryOpen)
                    .flatMap(TokenRecord::tokens)
                    .map(tokens::orRefreshTokenOf)
                    .orElse(tokens);
        }
        return seal.seal(new TokenRecord(Optional.of(tokens), Optional.of(RecordedIdentity.of(profile))));
    }

    private Optional<String> stored(RealmModel realm, String brokerUserId) {
        return Optional.ofNullable(session.users()
                        .getUserByFederatedIdentity(realm, new FederatedIdentityModel(alias, brokerUserId, null)))
                .map(user -> session.users().getFederatedIdentity(realm, user, alias))
                .map(FederatedIdentityModel::getToken);
    }

    /**
     * A user's tokens, the access token being alive; renewed at ClassLink if it is about to end.
     *
     * @throws NotLinked if the user has no link to this provider, or a link without a record
     * @throws TokenExpired if the access token is over and cannot be renewed, or the record cannot be read
     * @throws KeysUnavailable if the keys cannot be read now
     * @throws TokenUnavailable if it is over and ClassLink cannot renew it now
     */
    public VaultToken current(RealmModel realm, UserModel user) throws TokenFailure {
        FederatedIdentityModel link = session.users().getFederatedIdentity(realm, user, alias);
        if (link == null || link.getToken() == null || link.getToken().isBlank()) {
            throw new NotLinked();
        }
        RecordSeal seal = seal(realm, link.getUserId());
        TokenSet tokens = open(realm, seal, link).tokens().orElseThrow(TokenExpired::new);
        boolean expired = tokens.isExpired(clock.instant());
        if (tokens.refreshToken().isEmpty()) {
            if (expired) {
                throw new TokenExpired();
            }
            return new VaultToken(tokens, VaultToken.Source.STORED);
        }
        if (!lifetimes.isDue(tokens.remaining(clock.instant()))) {
            return new VaultToken(tokens, VaultToken.Source.STORED);
        }
        return renew(realm, user, link, seal, lifetimes, expired ? Optional.empty() : Optional.of(tokens));
    }

    /**
     * What ClassLink said about the person at their last login: the only thing that may decide what they read.
     *
     * @return empty if the record is one that a built-in provider left
     * @throws NotLinked if the user has no link to this provider, or a link without a record
     * @throws TokenExpired if the record cannot be read
     */
    public Optional<RecordedIdentity> identity(RealmModel realm, UserModel user) throws TokenFailure {
        FederatedIdentityModel link = session.users().getFederatedIdentity(realm, user, alias);
        if (link == null || link.getToken() == null || link.getToken().isBlank()) {
            throw new NotLinked();
        }
        return open(realm, seal(realm, link.getUserId()), link).identity();
    }

    private TokenRecord open(RealmModel realm, RecordSeal seal, FederatedIdentityModel link) throws TokenFailure {
        try {
            return seal.tryOpen(link.getToken()).orElseThrow(TokenExpired::new);
        } catch (KeySource.Unavailable e) {
            LOG.errorf(
                    "A stored ClassLink token cannot be opened now and is kept: %s. realm=%s, provider=%s",
                    e.getMessage(), realm.getName(), alias);
            throw new KeysUnavailable();
        }
    }

    /**
     * A user's tokens after ClassLink refused the access token: renewed, whatever life it had left by our clock.
     *
     * @throws TokenExpired if there is nothing to renew it with
     */
    public VaultToken renewed(RealmModel realm, UserModel user, String refusedAccessToken) throws TokenFailure {
        FederatedIdentityModel link = session.users().getFederatedIdentity(realm, user, alias);
        if (link == null || link.getToken() == null) {
            throw new NotLinked();
        }
        RecordSeal seal = seal(realm, link.getUserId());
        TokenSet tokens = open(realm, seal, link).tokens().orElseThrow(TokenExpired::new);
        if (!tokens.accessToken().equals(refusedAccessToken)) {
            return new VaultToken(tokens, VaultToken.Source.COALESCED);
        }
        if (tokens.refreshToken().isEmpty()) {
            throw new TokenExpired();
        }
        return renew(realm, user, link, seal, lifetimes.always(), Optional.empty());
    }

    private VaultToken renew(
            RealmModel realm,
            UserModel user,
            FederatedIdentityModel link,
            RecordSeal seal,
            TokenLifetimes due,
            Optional<TokenSet> alive)
            throws TokenFailure {
        KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
        StoredLink row = new StoredLink(factory, realm.getId(), user.getId(), alias);
        String provider = "realm=" + realm.getName() + ", provider=" + alias;
        Refresh refresh = new Refresh(factory, row, seal, endpoint, due, refreshes, provider, clock);
        return answer(refreshes.once(row.key(), () -> refresh.of(link.getToken())), alive);
    }

    /** Takes a user's record away; the link stays. ClassLink hears of it as in {@link #revokeAfterCommit}. */
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

    /**
     * Has ClassLink revoke the tokens of a record that is going away, where it has a revocation endpoint: in the background,
     * and only if what takes the record away is committed.
     */
    public void revokeAfterCommit(RealmModel realm, FederatedIdentityModel link) {
        if (!endpoint.canRevoke() || link.getToken() == null || link.getToken().isBlank()) {
            return;
        }
        openToRevoke(realm, link)
                .flatMap(TokenRecord::tokens)
                .ifPresent(tokens -> session.getTransactionManager()
                        .enlistAfterCompletion(
                                new AfterCommit(() -> revocations.submit(session, realm, endpoint, tokens))));
    }

    /** Nobody's account stays because a key is missing. */
    private Optional<TokenRecord> openToRevoke(RealmModel realm, FederatedIdentityModel link) {
        try {
            return seal(realm, link.getUserId()).tryOpen(link.getToken());
        } catch (KeySource.Unavailable e) {
            LOG.warnf("A ClassLink token was not revoked: %s. realm=%s", e.getMessage(), realm.getName());
            return Optional.empty();
        }
    }

    /** Something to do once the transaction is committed, and not if it is rolled back. */
    private static final class AfterCommit extends AbstractKeycloakTransaction {

        private final Runnable work;

        private AfterCommit(Runnable work) {
            this.work = work;
        }

        @Override
        protected void commitImpl() {
            work.run();
        }

        @Override
        protected void rollbackImpl() {
            // What would have been revoked is still there.
        }
    }

    /** What an outcome is to a caller who may still have a living token. */
    private static VaultToken answer(Refreshes.Shared shared, Optional<TokenSet> alive) throws TokenFailure {
        RefreshOutcome outcome = shared.outcome();
        // Not a switch over types: that is Java 21, and this runs on 17.
        if (outcome instanceof RefreshOutcome.Refreshed refreshed) {
            return new VaultToken(
                    refreshed.tokens(), shared.own() ? VaultToken.Source.REFRESHED : VaultToken.Source.COALESCED);
        }
        if (outcome instanceof RefreshOutcome.StillValid valid) {
            return new VaultToken(valid.tokens(), VaultToken.Source.COALESCED);
        }
        if (outcome instanceof RefreshOutcome.GrantRevoked) {
            throw new TokenExpired();
        }
        if (outcome instanceof RefreshOutcome.Gone) {
            throw new NotLinked();
        }
        if (alive.isPresent()) {
            return new VaultToken(alive.get(), VaultToken.Source.STORED);
        }
        if (outcome instanceof RefreshOutcome.Ambiguous ambiguous) {
            throw new TokenUnavailable(ambiguous.retryAfter());
        }
        throw new TokenUnavailable(((RefreshOutcome.Unreachable) outcome).retryAfter());
    }

    private RecordSeal seal(RealmModel realm, String brokerUserId) {
        return new RecordSeal(session, realm, keys, new RecordOwner(realm.getId(), alias, brokerUserId));
    }
}
