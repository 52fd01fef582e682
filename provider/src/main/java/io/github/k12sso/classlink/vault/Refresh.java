package io.github.k12sso.classlink.vault;

import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.http.OAuthError;
import io.github.k12sso.classlink.http.TokenEndpointClient;
import io.github.k12sso.classlink.http.TokenResponse;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.http.UpstreamMalformed;
import io.github.k12sso.classlink.http.UpstreamRefused;
import io.github.k12sso.classlink.http.UpstreamUnavailable;
import io.github.k12sso.classlink.settings.TokenLifetimes;
import io.github.k12sso.classlink.vault.RefreshOutcome.Ambiguous;
import io.github.k12sso.classlink.vault.RefreshOutcome.Gone;
import io.github.k12sso.classlink.vault.RefreshOutcome.GrantRevoked;
import io.github.k12sso.classlink.vault.RefreshOutcome.Refreshed;
import io.github.k12sso.classlink.vault.RefreshOutcome.StillValid;
import io.github.k12sso.classlink.vault.RefreshOutcome.Unreachable;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * Renews one person's tokens: takes the cluster's lock, reads the record again, asks ClassLink once, commits the answer, and
 * only then lets go and tells anybody.
 */
final class Refresh {

    private static final Logger LOG = Logger.getLogger(Refresh.class);

    /** Between two attempts at a lock that another node holds. */
    private static final Duration POLL = Duration.ofMillis(100);

    private final KeycloakSessionFactory factory;
    private final StoredLink link;
    private final RecordSeal seal;
    private final TokenEndpointClient endpoint;
    private final TokenLifetimes lifetimes;
    private final Refreshes refreshes;
    private final String provider;
    private final Clock clock;

    Refresh(
            KeycloakSessionFactory factory,
            StoredLink link,
            RecordSeal seal,
            TokenEndpointClient endpoint,
            TokenLifetimes lifetimes,
            Refreshes refreshes,
            String provider,
            Clock clock) {
        this.factory = factory;
        this.link = link;
        this.seal = seal;
        this.endpoint = endpoint;
        this.lifetimes = lifetimes;
        this.refreshes = refreshes;
        this.provider = provider;
        this.clock = clock;
    }

    /**
     * Renews the tokens of a record, unless somebody already has.
     *
     * @param seen the stored record by which the caller decided
     */
    RefreshOutcome of(String seen) {
        RefreshOutcome outcome = attempt(seen);
        Measurement.REFRESHES.count(outcome.kind());
        return outcome;
    }

    private RefreshOutcome attempt(String seen) {
        try {
            return whenNobodyElseDoes(seen);
        } catch (RuntimeException e) {
            // The cluster's store or the database. Not the message, which may quote a statement with its values.
            LOG.warnf(
                    "A ClassLink token could not be renewed, because Keycloak itself is in trouble: %s. %s",
                    e.getClass().getName(), provider);
            LOG.debug("A ClassLink token could not be renewed", e);
            return new Unreachable(Refreshes.COOL_DOWN);
        }
    }

    private RefreshOutcome whenNobodyElseDoes(String seen) {
        long start = System.nanoTime();
        while (true) {
            Optional<Duration> coolDown = refreshes.remainingCoolDown(provider);
            if (coolDown.isPresent()) {
                return new Unreachable(coolDown.get());
            }
            Optional<RefreshLock> lock = RefreshLock.tryAcquire(factory, link.key());
            if (lock.isPresent()) {
                try {
                    return locked(seen);
                } finally {
                    lock.get().release();
                }
            }
            if (System.nanoTime() - start > Refreshes.MAX_WAIT.toNanos() || !pause()) {
                return new Unreachable(Refreshes.COOL_DOWN);
            }
        }
    }

    private RefreshOutcome locked(String seen) {
        Optional<String> stored = link.read();
        Optional<TokenRecord> record = stored.flatMap(seal::tryOpen);
        Optional<TokenSet> tokens = record.flatMap(TokenRecord::tokens);
        if (tokens.isEmpty()) {
            return record.isPresent() ? new GrantRevoked() : new Gone();
        }
        if ((!stored.get().equals(seen) && !tokens.get().isExpired(clock.instant()))
                || !lifetimes.isDue(tokens.get().remaining(clock.instant()))) {
            return new StillValid(tokens.get());
        }
        if (tokens.get().refreshToken().isEmpty()) {
            return tokens.get().isExpired(clock.instant()) ? new GrantRevoked() : new StillValid(tokens.get());
        }
        return ask(stored.get(), record.get(), tokens.get());
    }

    private RefreshOutcome ask(String stored, TokenRecord record, TokenSet old) {
        TokenSet renewed;
        try {
            TokenResponse answer = endpoint.refresh(old.refreshToken().orElseThrow());
            renewed = TokenSet.issued(answer, clock.instant(), lifetimes.unstated())
                    .orRefreshTokenOf(old);
        } catch (UpstreamFailure e) {
            return failed(stored, record, e);
        }
        if (link.replace(stored, seal.seal(record.with(renewed)))) {
            return new Refreshed(renewed);
        }
        // A login was faster: its tokens are newer, whatever ClassLink thinks of these.
        return link.read()
                .flatMap(seal::tryOpen)
                .flatMap(TokenRecord::tokens)
                .<RefreshOutcome>map(StillValid::new)
                .orElseGet(Gone::new);
    }

    private RefreshOutcome failed(String stored, TokenRecord record, UpstreamFailure failure) {
        if (failure instanceof UpstreamRefused refused && refused.error() == OAuthError.INVALID_GRANT) {
            LOG.infof("ClassLink has ended a grant (%s); the person logs in again. %s", refused.getMessage(), provider);
            link.replace(stored, seal.seal(record.revoked()));
            return new GrantRevoked();
        }
        Duration coolDown = refreshes.coolDown(
                provider,
                failure instanceof UpstreamUnavailable unavailable ? unavailable.retryAfter() : Optional.empty());
        LOG.warnf(
                "A ClassLink token could not be renewed and is kept: %s. Next attempt in %d s. %s",
                failure.getMessage(), coolDown.toSeconds(), provider);
        boolean answerLost = failure instanceof UpstreamUnavailable unavailable && unavailable.answerLost();
        return answerLost || failure instanceof UpstreamMalformed ? new Ambiguous(coolDown) : new Unreachable(coolDown);
    }

    private static boolean pause() {
        try {
            Thread.sleep(POLL.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
