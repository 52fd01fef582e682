package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.http.UpstreamFailure.OAuthError;
import io.github.k12sso.classlink.launchpad.TileLaunch;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import io.opentelemetry.instrumentation.api.instrumenter.LocalRootSpan;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import org.keycloak.OAuth2Constants;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.broker.provider.IdpLinkAction;
import org.keycloak.broker.provider.UserAuthenticationIdentityProvider.AuthenticationCallback;
import org.keycloak.broker.provider.util.IdentityBrokerState;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.ClientData;
import org.keycloak.services.resources.IdentityBrokerService;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * {@code /realms/{realm}/broker/{alias}/endpoint}, the redirect URI: ClassLink redirects the browser here after a login
 * or from a LaunchPad tile. {@link FailedLogin} handles failures.
 */
public final class CallbackEndpoint {

    private final KeycloakSession session;
    private final ClassLinkIdentityProviderConfig config;
    private final LoginService logins;
    private final AuthenticationCallback callback;
    private final EventBuilder event;
    private final TileLaunch launch;
    private final FailedLogin failed;

    CallbackEndpoint(
            KeycloakSession session, LoginService logins, AuthenticationCallback callback, EventBuilder event) {
        this.session = session;
        this.config = logins.config();
        this.logins = logins;
        this.callback = callback;
        this.event = event;
        this.launch = new TileLaunch(session, config, event);
        this.failed = new FailedLogin(session, config, event);
    }

    @GET
    public Response authResponse(
            @QueryParam(OAuth2Constants.STATE) String state,
            @QueryParam(OAuth2Constants.CODE) String sentCode,
            @QueryParam(OAuth2Constants.ERROR) String error) {
        emptyQueryOfSpan();
        String code = sentCode == null || sentCode.isBlank() ? null : sentCode;
        event.event(EventType.IDENTITY_PROVIDER_LOGIN).detail(Details.IDENTITY_PROVIDER, config.getAlias());
        AuthenticationSessionModel login = null;
        try {
            if (state == null) {
                return withoutState(code, error);
            }
            if (TrialPages.isTrial(state)) {
                return new TrialPages(session, config).answer(state, code, error);
            }
            login = loginUnderWay(state);
            session.getContext().setAuthenticationSession(login);
            if (error != null) {
                return refusedByClassLink(OAuthError.of(error), login);
            }
            if (code == null) {
                throw new LoginRefused(LoginRefused.Reason.MISSING_CODE);
            }
            return signIn(logins.login(code, login), login);
        } catch (LoginRefused e) {
            return page(e, failed.report(e), login);
        } catch (WebApplicationException e) {
            return e.getResponse(); // Keycloak's own page; its event was sent
        } catch (RuntimeException e) {
            LoginRefused unexpected = FailedLogin.unexpected(e);
            return page(unexpected, failed.report(unexpected), login);
        }
    }

    /** Hands the user over to Keycloak's login flow. */
    private Response signIn(BrokeredIdentityContext person, AuthenticationSessionModel begun) throws LoginRefused {
        Measurement.LOGINS.count(session.getContext().getRealm(), Result.IDENTIFIED);
        NextAttempt attempt = new NextAttempt(session, config, event);
        boolean linking = isLinking(begun); // Keycloak's flow removes this information
        try {
            AuthenticationSessionModel login = begun;
            LoginUser user = new LoginUser(session, config, event);
            if (linking) {
                user.prepareLinking(person, login.getAuthenticatedUser());
            } else {
                attempt.applyTo(login);
                Optional<UserModel> linked = new AccountLinking(session, config, event).link(person);
                if (launch.isLaunch(login)) {
                    login = launch.forThisPersonOnly(person, login);
                }
                user.prepareLogin(person, linked, login);
            }
            return callback.authenticated(person);
        } catch (WebApplicationException e) {
            throw e;
        } catch (RuntimeException e) {
            session.getTransactionManager().setRollbackOnly();
            Optional<Response> again = linking ? Optional.empty() : attempt.after(e, begun);
            if (again.isPresent()) {
                return again.get();
            }
            throw FailedLogin.unexpected(LoginRefused.Reason.KEYCLOAK_ERROR, e);
        }
    }

    /**
     * Handles a callback without a state: a tile, or an error, which ClassLink sends without a state
     * (docs/internals/classlink-protocol.md#authorization-request). The code could belong to another user, so it is
     * ignored.
     */
    private Response withoutState(String code, String error) throws LoginRefused {
        if (error != null) {
            OAuthError refusal = OAuthError.of(error);
            throw new LoginRefused(
                    LoginRefused.meaning(refusal), "ClassLink sent the error " + refusal.code() + " without a state");
        }
        if (code == null) {
            throw new LoginRefused(LoginRefused.Reason.MISSING_STATE);
        }
        try {
            return launch.start();
        } catch (TileLaunch.Refused e) {
            throw LoginRefused.because(e);
        }
    }

    /** Returns the login that this browser started: Keycloak compares the state with the browser's cookies. */
    private AuthenticationSessionModel loginUnderWay(String state) throws LoginRefused {
        try {
            return callback.getAndVerifyAuthenticationSession(state);
        } catch (WebApplicationException e) {
            if (isLostLaunch(state, e.getResponse().getLocation())) {
                throw new LoginRefused(LoginRefused.Reason.LAUNCH_EXPIRED);
            }
            throw e;
        } catch (RuntimeException e) {
            // Keycloak parses the state before it validates it, and throws if it has another format.
            throw new LoginRefused(LoginRefused.Reason.INVALID_STATE);
        }
    }

    /**
     * Returns whether an unknown login was started from a tile: it timed out, or the browser lost its cookie. The
     * unverified state only selects the error page.
     *
     * @param next Keycloak's redirect, which may be null; the app's address if the user signed in in another tab
     */
    private boolean isLostLaunch(String state, URI next) {
        if (next != null && launch.endsAt(next.toString().split("\\?", 2)[0])) {
            return false;
        }
        try {
            IdentityBrokerState begun =
                    IdentityBrokerState.encoded(state, session.getContext().getRealm());
            ClientData app = ClientData.decodeClientDataFromParameter(begun.getClientData());
            return app != null && launch.endsAt(app.getRedirectUri());
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private Response refusedByClassLink(OAuthError error, AuthenticationSessionModel login) throws LoginRefused {
        LoginRefused refused =
                new LoginRefused(LoginRefused.meaning(error), "ClassLink sent the error " + error.code());
        switch (error) {
            case ACCESS_DENIED -> {
                if (launch.isLaunch(login)) {
                    throw refused; // not Keycloak's login page, which could sign in the previous user
                }
                // Shows the login page with an error, or returns to the app that requested the link.
                failed.report(refused);
                return callback.cancelled(config);
            }
            case LOGIN_REQUIRED, INTERACTION_REQUIRED -> {
                if (isLinking(login) || launch.isLaunch(login)) {
                    throw refused;
                }
                // The app requested a silent login and gets the OIDC error response.
                failed.report(refused);
                return callback.error(config, error.code());
            }
            default -> throw refused;
        }
    }

    /**
     * Removes the query from Quarkus' span, because it contains the authorization code. If the browser canceled the
     * request earlier, the span has already ended and keeps its query (docs/operate/metrics.md). Without tracing there
     * is no span.
     */
    static void emptyQueryOfSpan() {
        LocalRootSpan.current().setAttribute("url.query", "");
    }

    private Response page(LoginRefused refused, FailedLogin.Reference reference, AuthenticationSessionModel login) {
        String messageKey = refused.reason().messageKey();
        if (isLinking(login)) {
            if (!Boolean.parseBoolean(login.getAuthNote(IdpLinkAction.KC_ACTION_LINKING_IDENTITY_PROVIDER))) {
                // Legacy linking: returns to the app with an error and no details.
                return callback.error(config, LoginRefused.Reason.LINKING_MESSAGE_KEY);
            }
            endLinking(login);
            messageKey = LoginRefused.Reason.LINKING_MESSAGE_KEY;
        }
        return failed.page(refused, messageKey, reference, login, startAgain(refused.reason(), login));
    }

    private String startAgain(LoginRefused.Reason reason, AuthenticationSessionModel login) {
        if (login == null) {
            return reason == LoginRefused.Reason.LAUNCH_EXPIRED ? launch.startUrl() : "";
        }
        return launch.isLaunch(login) ? launch.startUrl() : failed.firstPage(login);
    }

    /** Returns whether a signed-in user is linking an account. */
    private static boolean isLinking(AuthenticationSessionModel login) {
        return login != null && login.getAuthNote(IdentityBrokerService.LINKING_IDENTITY_PROVIDER) != null;
    }

    /**
     * Ends linking as Keycloak does for the action {@code idp_link}. Keycloak's own page supports no message parameters
     * and would show {@code {0}}.
     */
    private static void endLinking(AuthenticationSessionModel login) {
        login.removeAuthNote(IdentityBrokerService.LINKING_IDENTITY_PROVIDER);
        login.removeAuthNote(IdpLinkAction.KC_ACTION_LINKING_IDENTITY_PROVIDER);
        login.setAction(AuthenticationSessionModel.Action.REQUIRED_ACTIONS.name());
    }

    /** Outcomes in addition to the {@link LoginRefused.Reason}s, for {@link Measurement#LOGINS}. */
    enum Result {
        /** The user is identified, and Keycloak's flow continues. */
        IDENTIFIED
    }
}
