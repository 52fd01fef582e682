package io.github.k12sso.classlink.oneroster.client;

import io.github.k12sso.classlink.vault.KeysUnavailable;
import io.github.k12sso.classlink.vault.NotLinked;
import io.github.k12sso.classlink.vault.TokenFailure;
import io.github.k12sso.classlink.vault.TokenUnavailable;
import io.github.k12sso.classlink.vault.TokenVault;
import java.util.Optional;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** The person's own ClassLink token is the bearer. */
public final class UserTokenCredentials implements RosterCredentials {

    private final String rosterUrl;
    private final TokenVault vault;
    private final RealmModel realm;
    private final UserModel user;

    public UserTokenCredentials(String rosterUrl, TokenVault vault, RealmModel realm, UserModel user) {
        this.rosterUrl = rosterUrl;
        this.vault = vault;
        this.realm = realm;
        this.user = user;
    }

    @Override
    public RosterAccess current() throws RosterFailure {
        try {
            return new RosterAccess(
                    rosterUrl, vault.current(realm, user).tokens().accessToken());
        } catch (TokenFailure e) {
            throw failure(e);
        }
    }

    @Override
    public Optional<RosterAccess> replace(RosterAccess rejected) throws RosterFailure {
        try {
            return Optional.of(new RosterAccess(
                    rosterUrl,
                    vault.renewed(realm, user, rejected.bearer()).tokens().accessToken()));
        } catch (TokenFailure e) {
            throw failure(e);
        }
    }

    @Override
    public RosterFailure rejection() {
        return new RosterFailure(
                RosterProblem.SOURCE_REFUSED, "The roster service does not take the person's ClassLink token");
    }

    /** The same three as for apps that exchange the token themselves. */
    public static RosterFailure failure(TokenFailure failure) {
        if (failure instanceof NotLinked) {
            return new RosterFailure(
                    RosterProblem.NOT_LINKED, "This person has not signed in with ClassLink, or storing tokens is off");
        }
        if (failure instanceof TokenUnavailable unavailable) {
            return new RosterFailure(
                    RosterProblem.CLASSLINK_TOKEN_UNAVAILABLE,
                    "ClassLink cannot renew the person's token now. It is kept",
                    unavailable.retryAfter(),
                    failure);
        }
        if (failure instanceof KeysUnavailable unavailable) {
            return new RosterFailure(
                    RosterProblem.CLASSLINK_TOKEN_UNAVAILABLE,
                    "The person's ClassLink token cannot be opened now. It is kept",
                    unavailable.retryAfter(),
                    failure);
        }
        return new RosterFailure(
                RosterProblem.CLASSLINK_TOKEN_EXPIRED,
                "The person's ClassLink token is expired: send them through login with ClassLink again");
    }
}
