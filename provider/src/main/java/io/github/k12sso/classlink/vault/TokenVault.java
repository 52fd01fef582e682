package io.github.k12sso.classlink.vault;

import io.github.k12sso.classlink.http.TokenEndpointClient;
import io.github.k12sso.classlink.http.TokenEndpointClient.TokenResponse;
import io.github.k12sso.classlink.keycloak.AfterCommit;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.vault.TokenUnavailable.Reason;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Where a provider's tokens are kept: one encrypted record for each linked user. */
public final class TokenVault {

    private static final Logger LOG = Logger.getLogger(TokenVault.class);
    /** Somebody has to repair Keycloak's vault first; trying more often is no use. */
    private static final Duration RETRY_KEYS_AFTER = Duration.ofSeconds(30);

    private final KeycloakSession session;
    private final String alias;
    private final KeySource keys;
    private final TokenEndpointClient endpoint;
    private final Duration unstatedLifetime;
    private final Revocations revocations;
    private final InstantSource clock;

    /**
     * The vault of one provider.
     *
     * @param unstatedLifetime life of an access token whose answer has no {@code expires_in}
     */
    public TokenVault(
            KeycloakSession session,
            String alias,
            KeySource keys,
            TokenEndpointClient endpoint,
            Duration unstatedLifetime,
            Revocations revocations,
            InstantSource clock) {
        this.session = session;
        this.alias = alias;
        this.keys = keys;
        this.endpoint = endpoint;
        this.unstatedLifetime = unstatedLifetime;
        this.revocations = revocations;
        this.clock = clock;
    }

    /**
     * A user's record as this request sees it, perhaps out of Keycloak's user cache.
     *
     * @param stored as it stands in the database
     * @param record decrypted
     * @param cipher for this user's record
     */
    public record Entry(String stored, TokenRecord record, TokenCipher cipher) {

        /** The user's tokens; expired if ClassLink has revoked the grant. */
        public TokenSet tokens() throws TokenUnavailable {
            return record.tokens().orElseThrow(() -> new TokenUnavailable(Reason.EXPIRED));
        }
    }

    /**
     * A user's record.
     *
     * @throws TokenUnavailable if the user has no link to this provider or a link without a record, if the record cannot be
     *     read, or if the keys cannot be read now
     */
    public Entry find(RealmModel realm, UserModel user) throws TokenUnavailable {
        FederatedIdentityModel link = session.users().getFederatedIdentity(realm, user, alias);
        if (link == null || link.getToken() == null || link.getToken().isBlank()) {
            throw new TokenUnavailable(Reason.NOT_LINKED);
        }
        TokenCipher cipher = cipher(realm, link.getUserId());
        try {
            TokenRecord record =
                    cipher.tryDecrypt(link.getToken()).orElseThrow(() -> new TokenUnavailable(Reason.EXPIRED));
            return new Entry(link.getToken(), record, cipher);
        } catch (KeySource.Unavailable e) {
            LOG.errorf(
                    "A stored ClassLink token cannot be opened now and is kept: %s. realm=%s, provider=%s",
                    e.getMessage(), realm.getName(), alias);
            throw new TokenUnavailable(Reason.KEYS_UNAVAILABLE, RETRY_KEYS_AFTER);
        }
    }

    /**
     * The record that Keycloak is to store with the link of a user who just logged in. A refresh token that they had before is
     * carried over if ClassLink sent none this time: an answer without one does not withdraw the old one.
     *
     * @param brokerUserId the id that links the user to ClassLink
     * @throws KeySource.Unavailable if the key to encrypt it with cannot be read: another one would weaken what was configured
     */
    public String record(TokenResponse answer, Profile profile, String brokerUserId) {
        RealmModel realm = session.getContext().getRealm();
        TokenCipher cipher = cipher(realm, brokerUserId);
        TokenSet tokens = TokenSet.issued(answer, clock.instant(), unstatedLifetime);
        if (tokens.refreshToken().isEmpty()) {
            tokens = stored(realm, brokerUserId)
                    .flatMap(cipher::tryDecrypt)
                    .flatMap(TokenRecord::tokens)
                    .map(tokens::orRefreshTokenOf)
                    .orElse(tokens);
        }
        return cipher.encrypt(new TokenRecord(Optional.of(tokens), Optional.of(TokenRecord.Identity.of(profile))));
    }

    private Optional<String> stored(RealmModel realm, String brokerUserId) {
        return Optional.ofNullable(session.users()
                        .getUserByFederatedIdentity(realm, new FederatedIdentityModel(alias, brokerUserId, null)))
                .map(user -> session.users().getFederatedIdentity(realm, user, alias))
                .map(FederatedIdentityModel::getToken);
    }

    /** Deletes a user's record; the link stays. ClassLink revokes the tokens as in {@link #revokeAfterCommit}. */
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
     * Has ClassLink revoke the tokens of a record that is being deleted, if it has a revocation endpoint: in the background, and
     * only if the deletion is committed.
     */
    public void revokeAfterCommit(RealmModel realm, FederatedIdentityModel link) {
        if (!endpoint.canRevoke() || link.getToken() == null || link.getToken().isBlank()) {
            return;
        }
        decryptToRevoke(realm, link)
                .flatMap(TokenRecord::tokens)
                .ifPresent(
                        tokens -> AfterCommit.run(session, () -> revocations.submit(session, realm, endpoint, tokens)));
    }

    /** A missing key does not keep a user from being deleted. */
    private Optional<TokenRecord> decryptToRevoke(RealmModel realm, FederatedIdentityModel link) {
        try {
            return cipher(realm, link.getUserId()).tryDecrypt(link.getToken());
        } catch (KeySource.Unavailable e) {
            LOG.warnf("A ClassLink token was not revoked: %s. realm=%s", e.getMessage(), realm.getName());
            return Optional.empty();
        }
    }

    /**
     * What the keys of this provider's records can do, for a check of the set-up.
     *
     * @param activeKey id of the key that encrypts now
     * @param looked how many stored records were tried
     * @param opened how many of those decrypt
     */
    public record KeyState(String activeKey, int looked, int opened) {}

    /**
     * Tries the stored records of some users.
     *
     * @param sample how many users with a link at most
     * @throws KeySource.Unavailable if a source of keys cannot be read
     */
    public KeyState keyState(RealmModel realm, int sample) {
        String activeKey = keys.active(session, realm).id();
        List<FederatedIdentityModel> links = session.users()
                .searchForUserStream(realm, Map.of(UserModel.IDP_ALIAS, alias), 0, sample)
                .map(user -> session.users().getFederatedIdentity(realm, user, alias))
                .filter(link -> link != null && link.getToken() != null && TokenCipher.isEncrypted(link.getToken()))
                .toList();
        long opened = links.stream()
                .filter(link -> cipher(realm, link.getUserId()).opens(link.getToken()))
                .count();
        return new KeyState(activeKey, links.size(), (int) opened);
    }

    private TokenCipher cipher(RealmModel realm, String brokerUserId) {
        return new TokenCipher(session, realm, keys, new TokenCipher.Owner(realm.getId(), alias, brokerUserId));
    }
}
