package io.github.k12sso.classlink.refresh;

import io.github.k12sso.classlink.http.TokenEndpointClient;
import io.github.k12sso.classlink.refresh.RefreshesInFlight.RefreshOutcome;
import io.github.k12sso.classlink.vault.TokenRecord.TokenSet;
import io.github.k12sso.classlink.vault.TokenUnavailable;
import io.github.k12sso.classlink.vault.TokenUnavailable.Reason;
import io.github.k12sso.classlink.vault.TokenVault;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Users' tokens out of the vault, refreshed at ClassLink if the access token is about to expire. */
public final class ValidTokens {

    private final TokenVault vault;
    private final TokenRefresher refresher;
    private final TokenLifetimes lifetimes;
    private final InstantSource clock;

    /**
     * The tokens of one provider's users.
     *
     * @param inFlight the node's
     */
    public ValidTokens(
            KeycloakSession session,
            TokenVault vault,
            TokenEndpointClient endpoint,
            IdTokenCheck idTokens,
            TokenLifetimes lifetimes,
            RefreshesInFlight inFlight,
            InstantSource clock) {
        this.vault = vault;
        this.refresher = new TokenRefresher(session, vault, endpoint, idTokens, inFlight, clock);
        this.lifetimes = lifetimes;
        this.clock = clock;
    }

    /**
     * A user's tokens, the access token being valid.
     *
     * @throws TokenUnavailable if there is none
     */
    public TokenSet of(RealmModel realm, UserModel user) throws TokenUnavailable {
        TokenVault.Entry entry = vault.findUsable(realm, user);
        TokenSet tokens = entry.tokens();
        boolean expired = tokens.isExpired(clock.instant());
        if (tokens.refreshToken().isEmpty()) {
            if (expired) {
                throw new TokenUnavailable(Reason.EXPIRED);
            }
            return tokens;
        }
        if (!lifetimes.isDue(tokens.remaining(clock.instant()))) {
            return tokens;
        }
        return answer(
                refresher.refresh(realm, user, entry, lifetimes), expired ? Optional.empty() : Optional.of(tokens));
    }

    /**
     * A user's tokens after ClassLink rejected the access token: refreshed, whatever its expiry says.
     *
     * @throws TokenUnavailable if there is nothing to refresh it with, or ClassLink cannot refresh it
     */
    public TokenSet afterRejection(RealmModel realm, UserModel user, String rejectedAccessToken)
            throws TokenUnavailable {
        TokenVault.Entry entry = vault.findUsable(realm, user);
        TokenSet tokens = entry.tokens();
        if (!tokens.accessToken().equals(rejectedAccessToken)) {
            return tokens.from(TokenSet.Source.COALESCED);
        }
        if (tokens.refreshToken().isEmpty()) {
            throw new TokenUnavailable(Reason.EXPIRED);
        }
        return answer(refresher.refresh(realm, user, entry, lifetimes.always()), Optional.empty());
    }

    /** What an outcome is to a caller whose access token may still be valid. */
    private static TokenSet answer(RefreshOutcome outcome, Optional<TokenSet> valid) throws TokenUnavailable {
        if (outcome.tokens().isPresent()) {
            return outcome.tokens().get();
        }
        return switch (outcome.kind()) {
            case GRANT_REVOKED -> throw new TokenUnavailable(Reason.EXPIRED);
            case GONE -> throw new TokenUnavailable(Reason.NOT_LINKED);
            default ->
                valid.orElseThrow(() -> new TokenUnavailable(
                        Reason.REFRESH_FAILED, outcome.retryAfter().orElseThrow()));
        };
    }

    /** Decides about the id_token of a refresh. */
    @FunctionalInterface
    public interface IdTokenCheck {

        /**
         * Whether an id_token has the provider's issuer, this app as its audience and the person as its subject.
         *
         * @param userId ClassLink's id of the person, if the record says it
         */
        boolean accepts(String idToken, Optional<String> userId);
    }

    /**
     * How long tokens live.
     *
     * @param unstated of an access token whose answer has no {@code expires_in}
     * @param minValidity an access token with less left than this is refreshed, if there is a refresh token
     */
    public record TokenLifetimes(Duration unstated, Duration minValidity) {

        /** For a token that ClassLink rejects, whatever its expiry. */
        public TokenLifetimes always() {
            return new TokenLifetimes(unstated, ChronoUnit.FOREVER.getDuration());
        }

        /** Whether a token with this much time left is to be refreshed. */
        public boolean isDue(Duration remaining) {
            return remaining.compareTo(minValidity) < 0;
        }
    }
}
