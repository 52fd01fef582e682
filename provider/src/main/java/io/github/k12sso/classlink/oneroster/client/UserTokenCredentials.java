package io.github.k12sso.classlink.oneroster.client;

import io.github.k12sso.classlink.refresh.ValidTokens;
import io.github.k12sso.classlink.vault.TokenUnavailable;
import java.time.Duration;
import java.util.Optional;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** The person's own ClassLink token is the bearer. */
public final class UserTokenCredentials implements RosterCredentials {

    private final String rosterUrl;
    private final ValidTokens tokens;
    private final RealmModel realm;
    private final UserModel user;

    public UserTokenCredentials(String rosterUrl, ValidTokens tokens, RealmModel realm, UserModel user) {
        this.rosterUrl = rosterUrl;
        this.tokens = tokens;
        this.realm = realm;
        this.user = user;
    }

    @Override
    public RosterCredentials.Access current() throws RosterFailure {
        try {
            return new RosterCredentials.Access(
                    rosterUrl, tokens.of(realm, user).accessToken());
        } catch (TokenUnavailable e) {
            throw failure(e);
        }
    }

    @Override
    public Optional<RosterCredentials.Access> replace(RosterCredentials.Access rejected) throws RosterFailure {
        try {
            return Optional.of(new RosterCredentials.Access(
                    rosterUrl,
                    tokens.afterRejection(realm, user, rejected.bearer()).accessToken()));
        } catch (TokenUnavailable e) {
            throw failure(e);
        }
    }

    @Override
    public RosterFailure rejection() {
        return new RosterFailure(
                RosterFailure.Reason.SOURCE_REFUSED, "The roster service does not take the person's ClassLink token");
    }

    /** The same reasons as for clients that exchange the token themselves. */
    public static RosterFailure failure(TokenUnavailable failure) {
        Duration retryAfter = failure.retryAfter().orElse(null);
        return switch (failure.reason()) {
            case NOT_LINKED ->
                new RosterFailure(
                        RosterFailure.Reason.NOT_LINKED,
                        "This person has not signed in with ClassLink, or storing tokens is off");
            case REFRESH_FAILED ->
                new RosterFailure(
                        RosterFailure.Reason.CLASSLINK_TOKEN_UNAVAILABLE,
                        "ClassLink cannot renew the person's token now. It is kept",
                        retryAfter,
                        failure);
            case KEYS_UNAVAILABLE ->
                new RosterFailure(
                        RosterFailure.Reason.CLASSLINK_TOKEN_UNAVAILABLE,
                        "The person's ClassLink token cannot be opened now. It is kept",
                        retryAfter,
                        failure);
            case DISTRICT_NOT_ALLOWED ->
                new RosterFailure(
                        RosterFailure.Reason.OTHER_DISTRICT,
                        "The user's district is not one of the allowed districts of this identity provider");
            case EXPIRED ->
                new RosterFailure(
                        RosterFailure.Reason.CLASSLINK_TOKEN_EXPIRED,
                        "The person's ClassLink token is expired: send them through login with ClassLink again");
        };
    }
}
