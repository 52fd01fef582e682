package io.github.k12sso.classlink.token;

import java.time.Clock;
import java.time.Instant;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Where a provider's tokens are kept, one record for each linked user. The one place that knows how they are written. */
public final class TokenVault {

    private final KeycloakSession session;
    private final String alias;
    private final Clock clock;

    public TokenVault(KeycloakSession session, String alias, Clock clock) {
        this.session = session;
        this.alias = alias;
        this.clock = clock;
    }

    /** The record that Keycloak is to store with the link of a person who just signed in. */
    public String record(TokenSet tokens) {
        return TokenRecord.write(tokens);
    }

    /**
     * A user's tokens, the access token being alive.
     *
     * @throws NotLinked if the user has no link to this provider, or a link without a record
     * @throws TokenExpired if the access token is over, or the record cannot be read
     */
    public TokenSet open(RealmModel realm, UserModel user) throws TokenFailure {
        FederatedIdentityModel link = session.users().getFederatedIdentity(realm, user, alias);
        if (link == null || link.getToken() == null || link.getToken().isBlank()) {
            throw new NotLinked();
        }
        TokenSet tokens = TokenRecord.read(link.getToken()).orElseThrow(TokenExpired::new);
        Instant now = clock.instant();
        if (tokens.isExpired(now)) {
            throw new TokenExpired();
        }
        return tokens;
    }
}
