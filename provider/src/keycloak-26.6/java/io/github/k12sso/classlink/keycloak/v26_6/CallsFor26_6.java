package io.github.k12sso.classlink.keycloak.v26_6;

import io.github.k12sso.classlink.keycloak.KeycloakLine;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import org.keycloak.authentication.AuthenticationProcessor;
import org.keycloak.common.Profile;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.services.Urls;
import org.keycloak.services.util.AuthorizationContextUtil;
import org.keycloak.sessions.AuthenticationSessionModel;

/** Keycloak 26.6's. */
public final class CallsFor26_6 implements KeycloakLine.Calls {

    /** Same as {@code StandardTokenExchangeProvider}, which calls it without a user. */
    @Override
    public boolean isValidScope(KeycloakSession session, String scopes, ClientModel client) {
        return Profile.isFeatureEnabled(Profile.Feature.DYNAMIC_SCOPES)
                ? TokenManager.isValidScope(
                        session,
                        scopes,
                        AuthorizationContextUtil.getAuthorizationRequestContextFromScopes(session, scopes),
                        client,
                        null)
                : TokenManager.isValidScope(session, scopes, client, null);
    }

    @Override
    public boolean isConsentAvailable(
            KeycloakSession session,
            UserModel user,
            ClientModel client,
            AuthenticatedClientSessionModel clientSession,
            String scopes) {
        return TokenManager.verifyConsentStillAvailable(
                session, user, client, TokenManager.getRequestedClientScopes(session, scopes, client, user));
    }

    /** The endpoint accepts the parameters of 26.7's URL, which {@code Urls} does not create yet. */
    @Override
    public URI loginRestartPage(KeycloakSession session, AuthenticationSessionModel login) {
        URI page = Urls.realmLoginRestartPage(
                session.getContext().getUri().getBaseUri(),
                session.getContext().getRealm().getName(),
                true);
        return UriBuilder.fromUri(page)
                .queryParam(Constants.CLIENT_ID, "{client}")
                .queryParam(Constants.TAB_ID, "{tab}")
                .queryParam(Constants.CLIENT_DATA, "{data}")
                .build(
                        login.getClient().getClientId(),
                        login.getTabId(),
                        AuthenticationProcessor.getClientData(session, login));
    }
}
