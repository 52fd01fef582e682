package io.github.k12sso.classlink.launchpad;

import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.FrontChannelLogoutHandler;
import org.keycloak.services.managers.AuthenticationManager;

/**
 * The last page of a logout, for districts with shared devices: ClassLink has no logout for apps
 * (docs/internals/classlink-protocol.md#districts-and-logout), and whoever takes the device next is one click on a tile
 * away from this person's account. It says so, and links to where LaunchPad is left. The logout itself is over by then,
 * and Keycloak's own.
 */
public final class SignOutPage {

    private static final String TEMPLATE = "classlink-logged-out.ftl";

    private final KeycloakSession session;
    private final ClassLinkIdentityProviderConfig config;
    private final String signOutUrl;

    public SignOutPage(KeycloakSession session, ClassLinkIdentityProviderConfig config, String signOutUrl) {
        this.session = session;
        this.config = config;
        this.signOutUrl = signOutUrl;
    }

    /**
     * Lets Keycloak end the session, with whatever it tells to other apps, and answers with the page instead of Keycloak's
     * last one. Where Keycloak has to send the browser through apps first (SAML, front-channel logout), its answer stands.
     */
    public Response end(UserSessionModel userSession, UriInfo uriInfo, RealmModel realm) {
        Response last = AuthenticationManager.finishBrowserLogout(
                session,
                realm,
                userSession,
                uriInfo,
                session.getContext().getConnection(),
                session.getContext().getHttpRequest().getHttpHeaders());
        if (userSession.getState() != UserSessionModel.State.LOGGED_OUT
                || FrontChannelLogoutHandler.current(session) != null) {
            return last;
        }
        return page(last.getLocation());
    }

    private Response page(URI app) {
        LoginFormsProvider page = session.getProvider(LoginFormsProvider.class)
                .setDetachedAuthSession()
                .setAttribute("providerName", config.getShownName())
                .setAttribute("signOutUrl", signOutUrl);
        if (app != null) {
            page.setAttribute("appUrl", app.toString());
        }
        return page.createForm(TEMPLATE);
    }
}
