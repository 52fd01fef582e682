package io.github.k12sso.classlink.keycloak.v26_7;

import io.github.k12sso.classlink.keycloak.KeycloakLine;
import java.net.URI;
import org.keycloak.authentication.AuthenticationProcessor;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.services.Urls;
import org.keycloak.sessions.AuthenticationSessionModel;

/** Keycloak 26.7's. */
public final class CallsFor26_7 implements KeycloakLine.Calls {

    @Override
    public boolean isValidScope(KeycloakSession session, String scopes, ClientModel client) {
        return TokenManager.isValidScope(session, scopes, client);
    }

    @Override
    public boolean isConsentAvailable(
            KeycloakSession session,
            UserModel user,
            ClientModel client,
            AuthenticatedClientSessionModel clientSession,
            String scopes) {
        return TokenManager.verifyConsentStillAvailable(session, user, client, clientSession, scopes);
    }

    @Override
    public URI loginRestartPage(KeycloakSession session, AuthenticationSessionModel login) {
        return Urls.realmLoginRestartPage(
                session.getContext().getUri().getBaseUri(),
                session.getContext().getRealm().getName(),
                login.getClient().getClientId(),
                login.getTabId(),
                AuthenticationProcessor.getClientData(session, login),
                true);
    }
}
