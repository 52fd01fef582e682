package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.keycloak.KeycloakClock;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.OAuth2Constants;
import org.keycloak.authentication.AuthenticationProcessor;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.AuthorizationEndpointBase;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.protocol.oidc.utils.OIDCResponseType;
import org.keycloak.services.Urls;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.services.managers.ClientSessionCode;
import org.keycloak.services.util.ResolveRelative;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.util.Booleans;

/**
 * A click on the app's tile in LaunchPad. ClassLink sends the browser to us with a code that nobody asked for, and without a
 * state (classlink-facts section 3): whoever redeemed it would sign people in as whoever made the link. So the click only says
 * that somebody wants to go to the app. A login of our own begins, with state, nonce and PKCE, which the person's session at
 * ClassLink makes silent; it ends at Keycloak, and the browser is sent to the app's home page, whose own login is then silent.
 * No app has to understand an answer that it did not ask for.
 *
 * <p>Nothing in the request chooses anything: the app is the provider's setting {@code launchpadClient}, and the address its
 * Home URL.
 */
final class TileLaunch extends AuthorizationEndpointBase {

    /** Unfinished launches of one browser within {@link #LOOP_TIME} after which ClassLink is not asked again. */
    private static final int LOOP_LAUNCHES = 5;

    private static final Duration LOOP_TIME = Duration.ofSeconds(60);

    /** When a launch began, in seconds since the epoch: a note of its login. */
    private static final String BEGAN = "classlink.launch";

    private final ClassLinkIdentityProviderConfig config;
    private final Clock clock = new KeycloakClock();

    TileLaunch(KeycloakSession session, ClassLinkIdentityProviderConfig config, EventBuilder event) {
        super(session, event);
        this.config = config;
    }

    /** The address of a web-link tile, and of the way back on our error pages: it begins a launch. */
    String startUrl() {
        return url("launch");
    }

    /** Where a launch's login ends. */
    private String landingUrl() {
        return url("launched");
    }

    private String url(String last) {
        return Urls.realmBase(session.getContext().getUri().getBaseUri())
                .path("{realm}/classlink/{alias}/{last}")
                .build(realm.getName(), config.getAlias(), last)
                .toString();
    }

    /** Whether a login began with a tile. */
    boolean isLaunch(AuthenticationSessionModel login) {
        return login != null && landingUrl().equals(login.getRedirectUri());
    }

    /**
     * Begins a login and sends the browser into it.
     *
     * @throws LoginRefused if tiles are not set up, the provider or the app may not be used, or the browser goes in circles
     */
    Response start() throws LoginRefused {
        try {
            Response intoTheLogin = login();
            Measurement.LAUNCHES.count(Step.BEGUN);
            return intoTheLogin;
        } catch (LoginRefused e) {
            Measurement.LAUNCHES.count(Step.REFUSED);
            throw e;
        }
    }

    private Response login() throws LoginRefused {
        requireLogins();
        ClientModel app = app();
        homeOf(app); // said before the login, not after it
        session.getContext().setClient(app);
        AuthenticationSessionModel login = prepare(createAuthenticationSession(app, null));
        refuseIf(unfinishedLaunches(login) > LOOP_LAUNCHES, LoginProblem.LAUNCH_LOOP);
        String code = new ClientSessionCode<>(session, realm, login).getOrGenerateCode();
        return to(Urls.identityProviderAuthnRequest(
                        session.getContext().getUri().getBaseUri(),
                        config.getAlias(),
                        realm.getName(),
                        code,
                        app.getClientId(),
                        login.getTabId(),
                        AuthenticationProcessor.getClientData(session, login),
                        null)
                .toString());
    }

    /** To the app, the person being signed in. */
    Response finish() throws LoginRefused {
        requireLogins();
        Response home = to(homeOf(app()));
        Measurement.LAUNCHES.count(Step.LANDED);
        return home;
    }

    /**
     * A shared device: whoever clicked is signed in, and nobody else stays. Keycloak's session in this browser is ended unless
     * it is this person's, with the apps' sessions in it, and the login moves to a session of its own.
     *
     * @return the login to go on with
     */
    AuthenticationSessionModel forThisPersonOnly(BrokeredIdentityContext person, AuthenticationSessionModel login) {
        UserModel user = session.users()
                .getUserByFederatedIdentity(
                        realm, new FederatedIdentityModel(config.getAlias(), person.getId(), person.getUsername()));
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
            return login;
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
        return prepare(own);
    }

    private void end(UserSessionModel other) {
        event.clone()
                .event(EventType.LOGOUT)
                .user(other.getUser())
                .session(other)
                .detail(Details.IDENTITY_PROVIDER, config.getAlias())
                .detail(Details.REASON, "launch_by_another_person")
                .success();
        AuthenticationManager.backchannelLogout(session, other, true);
    }

    private void requireLogins() throws LoginRefused {
        refuseIf(!realm.isEnabled(), LoginProblem.REALM_DISABLED);
        boolean https =
                "https".equals(session.getContext().getUri().getBaseUri().getScheme());
        refuseIf(!https && realm.getSslRequired().isRequired(clientConnection), LoginProblem.HTTPS_REQUIRED);
        refuseIf(!config.isEnabled(), LoginProblem.PROVIDER_DISABLED);
        refuseIf(Booleans.isTrue(config.isLinkOnly()), LoginProblem.PROVIDER_LINK_ONLY);
    }

    private ClientModel app() throws LoginRefused {
        String clientId =
                config.getLaunchpadClient().orElseThrow(() -> new LoginRefused(LoginProblem.LAUNCH_NOT_CONFIGURED));
        ClientModel app = realm.getClientByClientId(clientId);
        refuseIf(
                app == null
                        || !app.isEnabled()
                        || app.isBearerOnly()
                        || !OIDCLoginProtocol.LOGIN_PROTOCOL.equals(app.getProtocol()),
                LoginProblem.LAUNCH_APP_UNUSABLE);
        return app;
    }

    private String homeOf(ClientModel app) throws LoginRefused {
        String home = ResolveRelative.resolveRelativeUri(session, app.getRootUrl(), app.getBaseUrl());
        refuseIf(home == null || !home.matches("https?://.+"), LoginProblem.LAUNCH_HOME_MISSING);
        return home;
    }

    private static void refuseIf(boolean refused, LoginProblem problem) throws LoginRefused {
        if (refused) {
            throw new LoginRefused(problem);
        }
    }

    /** As Keycloak's endpoint for OpenID Connect would, for an app that wants to know nothing but that the person is in. */
    private AuthenticationSessionModel prepare(AuthenticationSessionModel login) {
        login.setProtocol(OIDCLoginProtocol.LOGIN_PROTOCOL);
        login.setAction(AuthenticationSessionModel.Action.AUTHENTICATE.name());
        login.setRedirectUri(landingUrl());
        login.setClientNote(OIDCLoginProtocol.REDIRECT_URI_PARAM, landingUrl());
        login.setClientNote(OIDCLoginProtocol.RESPONSE_TYPE_PARAM, OIDCResponseType.NONE);
        login.setClientNote(OIDCLoginProtocol.SCOPE_PARAM, OAuth2Constants.SCOPE_OPENID);
        login.setClientNote(
                OIDCLoginProtocol.ISSUER,
                Urls.realmIssuer(session.getContext().getUri().getBaseUri(), realm.getName()));
        login.setAuthNote(BEGAN, String.valueOf(clock.instant().getEpochSecond()));
        return login;
    }

    /** Those that have not ended well; the one that begins counts, too. */
    private long unfinishedLaunches(AuthenticationSessionModel login) {
        long since = clock.instant().minus(LOOP_TIME).getEpochSecond();
        return login.getParentSession().getAuthenticationSessions().values().stream()
                .map(other -> other.getAuthNote(BEGAN))
                .filter(began -> began != null && Long.parseLong(began) >= since)
                .count();
    }

    /** For {@link Measurement#LAUNCHES}. Whatever is between begun and landed is a login, and counted as one. */
    private enum Step {
        BEGUN,
        /** Before a login began. */
        REFUSED,
        /** The person is signed in and on the way to the app. */
        LANDED
    }

    private static Response to(String address) {
        CacheControl never = new CacheControl();
        never.setNoStore(true);
        return Response.seeOther(URI.create(address))
                .cacheControl(never)
                .header("Referrer-Policy", "no-referrer")
                .build();
    }
}
