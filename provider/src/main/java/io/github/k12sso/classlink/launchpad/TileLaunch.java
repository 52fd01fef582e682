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
 * A launch from a LaunchPad tile. ClassLink sends the browser to Keycloak with an unsolicited code and without a state
 * (docs/internals/classlink-protocol.md#launchpad-tiles). Redeeming that code would allow login CSRF, so it is ignored.
 * Instead, Keycloak starts its own login with state, nonce and PKCE, which the user's ClassLink session completes
 * silently. Keycloak then redirects the browser to the app's Home URL, where the app's own login is silent, too.
 *
 * <p>Nothing in the request selects the target: the app is the provider's setting {@code launchpadClient}, and the
 * address is the Home URL of that client.
 */
public final class TileLaunch extends AuthorizationEndpointBase {

    /** Number of unfinished launches in one browser within {@link #LOOP_TIME} after which the loop is stopped. */
    private static final int LOOP_LAUNCHES = 5;

    private static final Duration LOOP_TIME = Duration.ofSeconds(60);

    /** Login note with the start time of a launch, in epoch seconds. */
    private static final String BEGAN = "classlink.launch";

    private final ClassLinkIdentityProviderConfig config;
    private final InstantSource clock = Clocks.keycloak();

    public TileLaunch(KeycloakSession session, ClassLinkIdentityProviderConfig config, EventBuilder event) {
        super(session, event);
        this.config = config;
    }

    /** Returns the address that starts a launch, for web-link tiles and for links on error pages. */
    public String startUrl() {
        return url("launch");
    }

    private String url(String last) {
        return Urls.realmBase(session.getContext().getUri().getBaseUri())
                .path("{realm}/classlink/{alias}/{last}")
                .build(realm.getName(), config.getAlias(), last)
                .toString();
    }

    /** Returns whether a login was started from a tile. */
    public boolean isLaunch(AuthenticationSessionModel login) {
        return login != null && endsAt(login.getRedirectUri());
    }

    /** Returns whether an address is the redirect URI of a launch. */
    public boolean endsAt(String address) {
        return url("launched").equals(address);
    }

    /**
     * Starts a login and redirects the browser to it.
     *
     * @throws Refused if tiles are not configured, the provider or the client is unusable, or the browser is in a
     *     redirect loop
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
        homeOf(app); // fails before the login instead of after it
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

    /** Redirects the signed-in user to the app. */
    public Response finish() throws Refused {
        requireLogins();
        Response home = to(homeOf(app()));
        Measurement.LAUNCHES.count(realm, Step.LANDED);
        return home;
    }

    /**
     * Ends the sessions of other users in this browser.
     *
     * @return the login to continue
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

    /** Prepares the login as Keycloak's OpenID Connect endpoint would. */
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

    /** Returns the number of unfinished launches, including the current one. */
    private long unfinishedLaunches(AuthenticationSessionModel login) {
        long since = clock.instant().minus(LOOP_TIME).getEpochSecond();
        return login.getParentSession().getAuthenticationSessions().values().stream()
                .map(other -> other.getAuthNote(BEGAN))
                .filter(began -> began != null && Long.parseLong(began) >= since)
                .count();
    }

    /** Steps for {@link Measurement#LAUNCHES}. What happens between begun and landed is counted as a login. */
    public enum Step {
        /** The browser is redirected to ClassLink. */
        BEGUN,
        /** Refused before a login started. */
        REFUSED,
        /** The user is signed in and redirected to the app. */
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

    /** Refuses a launch before the user is signed in. Contains only the reason. */
    public static final class Refused extends Exception {

        private static final long serialVersionUID = 1L;

        /** The reason. */
        public enum Reason {
            /** The setting {@code launchpadClient} is blank. */
            NOT_CONFIGURED,
            /** The client in {@code launchpadClient} does not exist, is disabled or does not use OpenID Connect. */
            APP_UNUSABLE,
            /** The client has no Home URL. */
            HOME_MISSING,
            /** The request is for an image, a frame or another part of a page. */
            EMBEDDED,
            /** Several launches started and none finished, for example because ClassLink drops the state. */
            LOOP,
            REALM_DISABLED,
            PROVIDER_DISABLED,
            /** The provider only links accounts. */
            PROVIDER_LINK_ONLY,
            /** The realm requires https and the request uses http. */
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
