package io.github.k12sso.classlink.exchange;

import io.github.k12sso.classlink.vault.TokenSet;
import io.github.k12sso.classlink.vault.TokenUnavailable;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** What an exchange needs of the identity provider that was asked for. */
public interface ExchangeableTokens {

    /** The client scope that a Keycloak access token must carry. */
    String tokenScope();

    /**
     * A user's tokens, the access token being valid.
     *
     * @throws TokenUnavailable if there are none: not linked, not stored, over
     */
    TokenSet tokensOf(RealmModel realm, UserModel user) throws TokenUnavailable;
}
