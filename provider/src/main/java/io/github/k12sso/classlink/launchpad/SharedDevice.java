package io.github.k12sso.classlink.launchpad;

import io.github.k12sso.classlink.keycloak.FederatedIds;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.FrontChannelLogoutHandler;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Ends the previous user's session when another user opens a tile in the same browser. If the browser has another
 * user's Keycloak session, that session and its client sessions end, and the login continues in a new authentication
 * session.
 */
public final class SharedDevice {

    private final KeycloakSession session;
    private final RealmModel realm;
    private final String alias;
    private final EventBuilder event;

    SharedDevice(KeycloakSession session, RealmModel realm, String alias, EventBuilder event) {
        this.session = session;
        this.realm = realm;
        this.alias = alias;
        this.event = event;
    }

    /**
     * Ends the sessions of other users.
     *
     * @return a new login that replaces the one of an ended session; empty if there was none
     */
    Optional<AuthenticationSessionModel> endOtherSessions(
            BrokeredIdentityContext person, AuthenticationSessionModel login) {
        UserModel user =
                new FederatedIds(session, realm).user(alias, person.getId()).orElse(null);
        AuthenticationSessionManager logins = new AuthenticationSessionManager(session);
        List<UserSessionModel> others = Stream.of(
                        Optional.ofNullable(logins.getUserSessionFromAuthenticationCookie(realm)),
                        Optional.ofNullable(session.sessions()
                                .getUserSession(realm, login.getParentSession().getId())))
                .flatMap(Optional::stream)
                .filter(present ->
                        present.getUser() != null && !present.getUser().equals(user))
                .distinct()
                .toList();
        if (others.isEmpty()) {
            return Optional.empty();
        }
        others.forEach(this::end);
        AuthenticationManager.expireIdentityCookie(session);
        AuthenticationManager.expireRememberMeCookie(session);
        AuthenticationSessionModel own =
                logins.createAuthenticationSession(realm, true).createAuthenticationSession(login.getClient());
        login.getClientNotes().forEach(own::setClientNote);
        logins.removeAuthenticationSession(realm, login, false);
        session.getContext().setAuthenticationSession(own);
        person.setAuthenticationSession(own);
        return Optional.of(own);
    }

    /**
     * Returns whether a request is a top-level navigation, and not for an image or frame of another page. Browsers send
     * this in Fetch Metadata headers. Requests without the headers, from old browsers or over plain http, are allowed.
     */
    static boolean isTopLevelNavigation(HttpHeaders headers) {
        String purpose = headers.getHeaderString("Sec-Purpose");
        return isAbsentOr("navigate", headers.getHeaderString("Sec-Fetch-Mode"))
                && isAbsentOr("document", headers.getHeaderString("Sec-Fetch-Dest"))
                && (purpose == null || !purpose.strip().startsWith("prefetch"));
    }

    private static boolean isAbsentOr(String expected, String header) {
        return header == null || header.strip().equals(expected);
    }

    private void end(UserSessionModel other) {
        event.clone()
                .event(EventType.LOGOUT)
                .user(other.getUser())
                .session(other)
                .detail(Details.IDENTITY_PROVIDER, alias)
                .detail(Details.REASON, "launch_by_another_person")
                .success();
        AuthenticationManager.backchannelLogout(session, other, true);
    }

    /**
     * The final logout page for districts with shared devices. ClassLink has no logout for apps
     * (docs/internals/classlink-protocol.md#districts-and-logout), so the next user of the device could open the
     * account from a tile. The page explains this and links to the LaunchPad sign-out. Keycloak has already completed
     * its own logout.
     */
    public static final class SignOutPage {

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
         * Lets Keycloak end the session and notify other apps, then returns this page instead of Keycloak's final page.
         * If Keycloak must redirect the browser through apps first (SAML, front-channel logout), its response is
         * returned.
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
}
