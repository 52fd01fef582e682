package io.github.k12sso.classlink.launchpad;

import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.keycloak.Clocks;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import org.keycloak.OAuth2Constants;
import org.keycloak.authentication.AuthenticationProcessor;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.AuthorizationEndpointBase;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.protocol.oidc.utils.OIDCResponseType;
import org.keycloak.services.Urls;
import org.keycloak.services.managers.ClientSessionCode;
import org.keycloak.services.util.ResolveRelative;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.util.Booleans;

/**
 * A click on the app's tile in LaunchPad. ClassLink sends the browser to us with a code that nobody asked for, and without a
 * state (docs/internals/classlink-protocol.md#launchpad-tiles): whoever redeemed it would sign people in as whoever
 * made the link. So the click only says that somebody wants to go to the app. A login of our own begins, with state,
 * nonce and PKCE, which the person's session at ClassLink makes silent; it ends at Keycloak, and the browser is sent to
 * the app's home page, whose own login is then silent. No app has to understand an answer that it did not ask for.
 *
 * <p>Nothing in the request chooses anything: the app is the provider's setting {@code launchpadClient}, and the address its
 * Home URL.
 */
public final class TileLaunch extends AuthorizationEndpointBase {

    /** Unfinished launches of one browser within {@link #LOOP_TIME} after which ClassLink is not asked again. */
    private static final int LOOP_LAUNCHES = 5;

    private static final Duration LOOP_TIME = Duration.ofSeconds(60);

    /** When a launch began, in seconds since the epoch: a note of its login. */
    private static final String BEGAN = "classlink.launch";

    private final ClassLinkIdentityProviderConfig config;
    private final InstantSource clock = Clocks.keycloak();

    public TileLaunch(KeycloakSession session, ClassLinkIdentityProviderConfig config, EventBuilder event) {
        super(session, event);
        this.config = config;
    }

    /** The address of a web-link tile, and of the way back on our error pages: it begins a launch. */
    public String startUrl() {
        return url("launch");
    }

    private String url(String last) {
        return Urls.realmBase(session.getContext().getUri().getBaseUri())
                .path("{realm}/classlink/{alias}/{last}")
                .build(realm.getName(), config.getAlias(), last)
                .toString();
    }

    /** Whether a login began with a tile. */
    public boolean isLaunch(AuthenticationSessionModel login) {
        return login != null && endsAt(login.getRedirectUri());
    }

    /** Whether an address is where a launch's login ends. */
    public boolean endsAt(String address) {
        return url("launched").equals(address);
    }

    /**
     * Begins a login and sends the browser into it.
     *
     * @throws Refused if tiles are not set up, the provider or the app may not be used, or the browser goes in circles
     */
    public Response start() throws Refused {
        try {
            Response intoTheLogin = login();
            Measurement.LAUNCHES.count(realm, Step.BEGUN);
            return intoTheLogin;
        } catch (Refused e) {
            Measurement.LAUNCHES.count(realm, Step.REFUSED);
            throw e;
        }
    }

    private Response login() throws Refused {
        requireLogins();
        refuseIf(
                !SharedDevice.isTopLevelNavigation(
                        session.getContext().getHttpRequest().getHttpHeaders()),
                Refused.Reason.EMBEDDED);
        ClientModel app = app();
        homeOf(app); // said before the login, not after it
        session.getContext().setClient(app);
        AuthenticationSessionModel login = prepare(createAuthenticationSession(app, null));
        refuseIf(unfinishedLaunches(login) > LOOP_LAUNCHES, Refused.Reason.LOOP);
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
    public Response finish() throws Refused {
        requireLogins();
        Response home = to(homeOf(app()));
        Measurement.LAUNCHES.count(realm, Step.LANDED);
        return home;
    }

    /**
     * Ends the sessions of other users in this browser, so that nobody but the person who clicked is signed in.
     *
     * @return the login to continue with
     */
    public AuthenticationSessionModel forThisPersonOnly(
            BrokeredIdentityContext person, AuthenticationSessionModel login) {
        return new SharedDevice(session, realm, config.getAlias(), event)
                .endOtherSessions(person, login)
                .map(this::prepare)
                .orElse(login);
    }

    private void requireLogins() throws Refused {
        refuseIf(!realm.isEnabled(), Refused.Reason.REALM_DISABLED);
        boolean https =
                "https".equals(session.getContext().getUri().getBaseUri().getScheme());
        refuseIf(!https && realm.getSslRequired().isRequired(clientConnection), Refused.Reason.HTTPS_REQUIRED);
        refuseIf(!config.isEnabled(), Refused.Reason.PROVIDER_DISABLED);
        refuseIf(Booleans.isTrue(config.isLinkOnly()), Refused.Reason.PROVIDER_LINK_ONLY);
    }

    private ClientModel app() throws Refused {
        String clientId = config.getLaunchpadClient().orElseThrow(() -> new Refused(Refused.Reason.NOT_CONFIGURED));
        ClientModel app = realm.getClientByClientId(clientId);
        refuseIf(
                app == null
                        || !app.isEnabled()
                        || app.isBearerOnly()
                        || !OIDCLoginProtocol.LOGIN_PROTOCOL.equals(app.getProtocol()),
                Refused.Reason.APP_UNUSABLE);
        return app;
    }

    private String homeOf(ClientModel app) throws Refused {
        String home = ResolveRelative.resolveRelativeUri(session, app.getRootUrl(), app.getBaseUrl());
        refuseIf(home == null || !home.matches("https?://.+"), Refused.Reason.HOME_MISSING);
        return home;
    }

    private static void refuseIf(boolean refused, Refused.Reason reason) throws Refused {
        if (refused) {
            throw new Refused(reason);
        }
    }

    /** As Keycloak's endpoint for OpenID Connect would, for an app that wants to know nothing but that the person is in. */
    private AuthenticationSessionModel prepare(AuthenticationSessionModel login) {
        login.setProtocol(OIDCLoginProtocol.LOGIN_PROTOCOL);
        login.setAction(AuthenticationSessionModel.Action.AUTHENTICATE.name());
        login.setRedirectUri(url("launched"));
        login.setClientNote(OIDCLoginProtocol.REDIRECT_URI_PARAM, url("launched"));
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
    public enum Step {
        /** The browser is on the way to ClassLink. */
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

    /** Ends a launch before the user is signed in. Carries nothing but the reason. */
    public static final class Refused extends Exception {

        private static final long serialVersionUID = 1L;

        /** Why. */
        public enum Reason {
            /** The setting {@code launchpadClient} is blank. */
            NOT_CONFIGURED,
            /** {@code launchpadClient} names no client that exists, is enabled and uses OpenID Connect. */
            APP_UNUSABLE,
            /** The client has no Home URL. */
            HOME_MISSING,
            /** The request is for an image, a frame or another part of a page. */
            EMBEDDED,
            /** Launch after launch started, and none finished: ClassLink drops the state, say. */
            LOOP,
            REALM_DISABLED,
            PROVIDER_DISABLED,
            /** The provider links accounts and signs nobody in. */
            PROVIDER_LINK_ONLY,
            /** The realm requires https, and the browser came without. */
            HTTPS_REQUIRED
        }

        private final Reason reason;

        Refused(Reason reason) {
            super(reason.name());
            this.reason = reason;
        }

        public Reason reason() {
            return reason;
        }
    }
}
