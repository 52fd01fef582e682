package io.github.k12sso.classlink.exchange;

import io.github.k12sso.classlink.vault.TokenFailure;
import io.github.k12sso.classlink.vault.VaultToken;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** What an exchange needs of the identity provider that was asked for. */
public interface ExchangeableTokens {

    /** The client scope that a Keycloak access token must carry. */
    String tokenScope();

    /**
     * A user's live tokens.
     *
     * @throws TokenFailure if there are none: not linked, not stored, over
     */
    VaultToken tokensOf(RealmModel realm, UserModel user) throws TokenFailure;
}
