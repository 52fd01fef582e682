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

/** Returns users' tokens from the vault and refreshes them if the access token is about to expire. */
public final class ValidTokens {

    private final TokenVault vault;
    private final TokenRefresher refresher;
    private final TokenLifetimes lifetimes;
    private final InstantSource clock;

    /**
     * Creates the token source of one provider.
     *
     * @param inFlight the refreshes in progress on this node
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
     * Returns a user's tokens with a valid access token.
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
     * Refreshes a user's tokens after ClassLink rejected the access token, regardless of its expiry.
     *
     * @throws TokenUnavailable if there is no refresh token or the refresh fails
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

    /** Converts an outcome for a caller whose access token may still be valid. */
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

    /** Checks the id_token of a refresh response. */
    @FunctionalInterface
    public interface IdTokenCheck {

        /**
         * Returns whether an id_token has the provider's issuer, this client as audience and the user as subject.
         *
         * @param userId ClassLink's ID of the user, if known
         */
        boolean accepts(String idToken, Optional<String> userId);
    }

    /**
     * The lifetimes that decide when to refresh.
     *
     * @param unstated lifetime of an access token if the response has no {@code expires_in}
     * @param minValidity an access token with less remaining lifetime is refreshed, if there is a refresh token
     */
    public record TokenLifetimes(Duration unstated, Duration minValidity) {

        /** Returns lifetimes that make every token due, for a token that ClassLink rejected. */
        public TokenLifetimes always() {
            return new TokenLifetimes(unstated, ChronoUnit.FOREVER.getDuration());
        }

        /** Returns whether a token with this remaining lifetime is due for a refresh. */
        public boolean isDue(Duration remaining) {
            return remaining.compareTo(minValidity) < 0;
        }
    }
}
