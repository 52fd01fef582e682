package io.github.k12sso.classlink.refresh;

import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.TokenEndpointClient;
import io.github.k12sso.classlink.http.TokenEndpointClient.TokenResponse;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.http.UpstreamFailure.OAuthError;
import io.github.k12sso.classlink.refresh.RefreshesInFlight.RefreshLock;
import io.github.k12sso.classlink.refresh.RefreshesInFlight.RefreshOutcome;
import io.github.k12sso.classlink.refresh.ValidTokens.TokenLifetimes;
import io.github.k12sso.classlink.vault.TokenCipher;
import io.github.k12sso.classlink.vault.TokenRecord;
import io.github.k12sso.classlink.vault.TokenRecord.TokenSet;
import io.github.k12sso.classlink.vault.TokenStore;
import io.github.k12sso.classlink.vault.TokenVault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Refreshes users' tokens. It joins a refresh in progress, or acquires the cluster lock, reads the record again, calls
 * ClassLink once, commits the new tokens, and only then releases the lock and returns.
 */
final class TokenRefresher {

    private static final Logger LOG = Logger.getLogger(TokenRefresher.class);
    /** Keycloak's store notifies no waiting node, so a node polls; a refresh usually takes less than a second. */
    private static final Duration POLL = Duration.ofMillis(25);

    private static final Duration LATER_POLL = Duration.ofMillis(100);
    private static final Duration LATER = Duration.ofSeconds(1);

    private final KeycloakSessionFactory factory;
    private final TokenVault vault;
    private final TokenEndpointClient endpoint;
    private final ValidTokens.IdTokenCheck idTokens;
    private final RefreshesInFlight inFlight;
    private final InstantSource clock;

    TokenRefresher(
            KeycloakSession session,
            TokenVault vault,
            TokenEndpointClient endpoint,
            ValidTokens.IdTokenCheck idTokens,
            RefreshesInFlight inFlight,
            InstantSource clock) {
        this.factory = session.getKeycloakSessionFactory();
        this.vault = vault;
        this.endpoint = endpoint;
        this.idTokens = idTokens;
        this.inFlight = inFlight;
        this.clock = clock;
    }

    /**
     * Refreshes a user's tokens, unless another request already has.
     *
     * @param seen the record that the caller read
     * @param lifetimes decide again, after the lock is acquired, whether a refresh is due
     */
    RefreshOutcome refresh(RealmModel realm, UserModel user, TokenVault.Entry seen, TokenLifetimes lifetimes) {
        String alias = seen.alias();
        String key = "classlink.refresh." + realm.getId() + "." + user.getId() + "." + alias;
        TokenStore store = new TokenStore(factory, realm.getId(), user.getId(), alias);
        return inFlight.join(
                key, () -> new Attempt(key, store, seen.cipher(), lifetimes, realm, alias).run(seen.stored()));
    }

    /** One refresh of a user's tokens on this node. */
    private final class Attempt {

        private final String key;
        private final TokenStore store;
        private final TokenCipher cipher;
        private final TokenLifetimes lifetimes;
        private final RealmModel realm;
        private final String provider;

        private Attempt(
                String key,
                TokenStore store,
                TokenCipher cipher,
                TokenLifetimes lifetimes,
                RealmModel realm,
                String alias) {
            this.key = key;
            this.store = store;
            this.cipher = cipher;
            this.lifetimes = lifetimes;
            this.realm = realm;
            this.provider = "realm=" + realm.getName() + ", provider=" + alias;
        }

        private RefreshOutcome run(String seen) {
            RefreshOutcome outcome;
            try {
                outcome = lock(seen);
            } catch (RuntimeException e) {
                // The cluster store or the database failed. The message is not logged because it may quote SQL with
                // values.
                LOG.warnf(
                        "ClassLink token refresh failed: internal Keycloak error (%s). The token is kept. %s",
                        e.getClass().getName(), provider);
                LOG.debug("ClassLink token refresh failed", e);
                outcome = RefreshOutcome.unreachable(RefreshesInFlight.COOL_DOWN);
            }
            Measurement.REFRESHES.count(realm, outcome.kind());
            return outcome;
        }

        private RefreshOutcome lock(String seen) {
            long start = System.nanoTime();
            while (true) {
                Optional<Duration> coolDown = inFlight.remainingCoolDown(provider);
                if (coolDown.isPresent()) {
                    return RefreshOutcome.unreachable(coolDown.get());
                }
                Optional<RefreshOutcome> refreshed = refreshedMeanwhile(seen);
                if (refreshed.isPresent()) {
                    return refreshed.get();
                }
                Optional<RefreshLock> lock = RefreshLock.tryAcquire(factory, key);
                if (lock.isPresent()) {
                    try {
                        return readAgain(seen);
                    } finally {
                        lock.get().release();
                    }
                }
                long waited = System.nanoTime() - start;
                if (waited > RefreshesInFlight.MAX_WAIT.toNanos()
                        || !pause(waited > LATER.toNanos() ? LATER_POLL : POLL)) {
                    return RefreshOutcome.unreachable(RefreshesInFlight.COOL_DOWN);
                }
            }
        }

        /** Reads without the lock: what another request has committed is valid, even while it still holds the lock. */
        private Optional<RefreshOutcome> refreshedMeanwhile(String seen) {
            return store.read()
                    .filter(stored -> !stored.equals(seen))
                    .flatMap(cipher::tryDecrypt)
                    .flatMap(TokenRecord::tokens)
                    .filter(tokens -> !tokens.isExpired(clock.instant()))
                    .map(RefreshOutcome::stillValid);
        }

        private RefreshOutcome readAgain(String seen) {
            Optional<String> stored = store.read();
            Optional<TokenRecord> record = stored.flatMap(cipher::tryDecrypt);
            Optional<TokenSet> tokens = record.flatMap(TokenRecord::tokens);
            if (tokens.isEmpty()) {
                return record.isPresent() ? RefreshOutcome.grantRevoked() : RefreshOutcome.gone();
            }
            Instant now = clock.instant();
            boolean expired = tokens.get().isExpired(now);
            boolean refreshedMeanwhile = !stored.get().equals(seen) && !expired;
            if (refreshedMeanwhile || !lifetimes.isDue(tokens.get().remaining(now))) {
                return RefreshOutcome.stillValid(tokens.get());
            }
            if (tokens.get().refreshToken().isEmpty()) {
                return expired ? RefreshOutcome.grantRevoked() : RefreshOutcome.stillValid(tokens.get());
            }
            return ask(stored.get(), record.get(), tokens.get());
        }

        private RefreshOutcome ask(String stored, TokenRecord record, TokenSet old) {
            TokenSet issued;
            try {
                TokenResponse answer = endpoint.refresh(old.refreshToken().orElseThrow());
                requireSamePerson(answer, record);
                issued = TokenSet.issued(answer, clock.instant(), lifetimes.unstated())
                        .orRefreshTokenOf(old);
            } catch (UpstreamFailure e) {
                return failed(stored, record, e);
            }
            return commit(stored, record, issued);
        }

        /** OpenID Connect Core, section 12.2. Tokens of another user are neither stored nor returned. */
        private void requireSamePerson(TokenResponse answer, TokenRecord record) throws UpstreamFailure.Malformed {
            Optional<String> userId = record.identity().map(TokenRecord.Identity::userId);
            if (answer.idToken().isPresent()
                    && !idTokens.accepts(answer.idToken().get(), userId)) {
                throw new UpstreamFailure.Malformed(
                        Operation.REFRESH, "returned an id_token for another issuer, user or client");
            }
        }

        private RefreshOutcome commit(String stored, TokenRecord record, TokenSet issued) {
            if (store.replace(stored, cipher.encrypt(record.with(issued)))) {
                return RefreshOutcome.refreshed(issued);
            }
            // A login was faster, so its tokens are newer than these.
            Optional<TokenSet> newer = store.read().flatMap(cipher::tryDecrypt).flatMap(TokenRecord::tokens);
            if (newer.isEmpty()) {
                // Or the user was unlinked during the call, and the new tokens have no owner.
                vault.revoke(realm, issued);
            }
            return newer.map(RefreshOutcome::stillValid).orElseGet(RefreshOutcome::gone);
        }

        private RefreshOutcome failed(String stored, TokenRecord record, UpstreamFailure failure) {
            if (failure instanceof UpstreamFailure.Refused refused && refused.error() == OAuthError.INVALID_GRANT) {
                LOG.infof(
                        "ClassLink rejected a refresh token (%s). The stored tokens are deleted and the user "
                                + "must sign in again. %s",
                        refused.getMessage(), provider);
                store.replace(stored, cipher.encrypt(record.revoked()));
                return RefreshOutcome.grantRevoked();
            }
            Duration coolDown = inFlight.coolDown(
                    provider,
                    failure instanceof UpstreamFailure.Unavailable unavailable
                            ? unavailable.retryAfter()
                            : Optional.empty());
            LOG.warnf(
                    "ClassLink token refresh failed: %s. The token is kept. Next attempt in %d s. %s",
                    failure.getMessage(), UpstreamFailure.retryAfterSeconds(coolDown), provider);
            boolean answerLost = failure instanceof UpstreamFailure.Unavailable unavailable && unavailable.answerLost();
            return answerLost || failure instanceof UpstreamFailure.Malformed
                    ? RefreshOutcome.ambiguous(coolDown)
                    : RefreshOutcome.unreachable(coolDown);
        }
    }

    private static boolean pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
