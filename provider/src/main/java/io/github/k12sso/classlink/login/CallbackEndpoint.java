package io.github.k12sso.classlink.login;

import io.github.k12sso.classlink.upstream.OAuthError;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import org.jboss.logging.Logger;
import org.keycloak.OAuth2Constants;
import org.keycloak.authentication.AuthenticationProcessor;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.broker.provider.IdpLinkAction;
import org.keycloak.broker.provider.UserAuthenticationIdentityProvider.AuthenticationCallback;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.services.ErrorPage;
import org.keycloak.services.Urls;
import org.keycloak.services.resources.IdentityBrokerService;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * {@code /realms/{realm}/broker/{alias}/endpoint}, where ClassLink sends the browser back to. Every way out that is not a
 * login is a page that says what to do, one {@code IDENTITY_PROVIDER_LOGIN_ERROR} event and one log line, all three with the
 * same reference.
 */
public final class CallbackEndpoint {

    private static final Logger LOG = Logger.getLogger(CallbackEndpoint.class);

    /** The detail of the event that stands on the page, too. */
    private static final String REFERENCE = "reference";

    private final KeycloakSession session;
    private final ClassLinkIdentityProvider provider;
    private final AuthenticationCallback callback;
    private final EventBuilder event;

    CallbackEndpoint(
            KeycloakSession session,
            ClassLinkIdentityProvider provider,
            AuthenticationCallback callback,
            EventBuilder event) {
        this.session = session;
        this.provider = provider;
        this.callback = callback;
        this.event = event;
    }

    @GET
    public Response authResponse(
            @QueryParam(OAuth2Constants.STATE) String state,
            @QueryParam(OAuth2Constants.CODE) String code,
            @QueryParam(OAuth2Constants.ERROR) String error) {
        event.event(EventType.IDENTITY_PROVIDER_LOGIN).detail(Details.IDENTITY_PROVIDER, alias());
        AuthenticationSessionModel login = null;
        try {
            login = loginUnderWay(state);
            session.getContext().setAuthenticationSession(login);
            if (error != null) {
                return refusedByClassLink(OAuthError.of(error), login);
            }
            return callback.authenticated(identify(code, login));
        } catch (LoginRefused e) {
            return page(e.problem(), report(e), login);
        } catch (WebApplicationException e) {
            return e.getResponse(); // Keycloak's own page, its event is out
        } catch (RuntimeException e) {
            LoginRefused unexpected = unexpected(LoginProblem.UNEXPECTED, e);
            return page(unexpected.problem(), report(unexpected), login);
        }
    }

    /** The login that this browser began, and no other: Keycloak compares the state with the browser's cookies. */
    private AuthenticationSessionModel loginUnderWay(String state) throws LoginRefused {
        if (state == null) {
            throw new LoginRefused(LoginProblem.MISSING_STATE);
        }
        try {
            return callback.getAndVerifyAuthenticationSession(state);
        } catch (WebApplicationException e) {
            throw e;
        } catch (RuntimeException e) {
            // Keycloak takes the state apart before it looks at it, and trips over one that it did not make.
            throw new LoginRefused(LoginProblem.INVALID_STATE);
        }
    }

    private BrokeredIdentityContext identify(String code, AuthenticationSessionModel login) throws LoginRefused {
        if (code == null) {
            throw new LoginRefused(LoginProblem.MISSING_CODE);
        }
        try {
            return provider.identify(provider.redeem(code, login), login);
        } catch (IllegalArgumentException e) {
            // A setting that was stored without being validated, by an older version, say.
            throw unexpected(LoginProblem.CONFIGURATION, e);
        }
    }

    private Response refusedByClassLink(OAuthError error, AuthenticationSessionModel login) throws LoginRefused {
        LoginRefused refused =
                new LoginRefused(LoginRefused.meaning(error), "ClassLink sent the error " + error.code());
        switch (error) {
            case ACCESS_DENIED -> {
                // The login page again, saying so; or the app that asked for the link.
                report(refused);
                return callback.cancelled(config());
            }
            case LOGIN_REQUIRED, INTERACTION_REQUIRED -> {
                if (isLinking(login)) {
                    throw refused;
                }
                // The app asked for a silent login and gets the answer it expects.
                report(refused);
                return callback.error(config(), error.code());
            }
            default -> throw refused;
        }
    }

    private Response page(LoginProblem problem, Reference reference, AuthenticationSessionModel login) {
        String messageKey = problem.messageKey();
        if (isLinking(login)) {
            if (!Boolean.parseBoolean(login.getAuthNote(IdpLinkAction.KC_ACTION_LINKING_IDENTITY_PROVIDER))) {
                // The old way of linking: back to the app, which is told that it is over and no more.
                return callback.error(config(), LoginProblem.LINKING_MESSAGE_KEY);
            }
            endLinking(login);
            messageKey = LoginProblem.LINKING_MESSAGE_KEY;
        }
        return ErrorPage.error(
                session,
                login,
                problem.status(),
                messageKey,
                KeycloakModelUtils.getIdentityProviderDisplayName(session, config()),
                reference.text(),
                login == null ? "" : startAgain(login));
    }

    /** Whether somebody who is signed in is connecting an account. */
    private static boolean isLinking(AuthenticationSessionModel login) {
        return login != null && login.getAuthNote(IdentityBrokerService.LINKING_IDENTITY_PROVIDER) != null;
    }

    /**
     * As Keycloak does when the action {@code idp_link} ends. Its own page for that takes a message without parameters, and
     * would show {@code {0}}.
     */
    private static void endLinking(AuthenticationSessionModel login) {
        login.removeAuthNote(IdentityBrokerService.LINKING_IDENTITY_PROVIDER);
        login.removeAuthNote(IdpLinkAction.KC_ACTION_LINKING_IDENTITY_PROVIDER);
        login.setAction(AuthenticationSessionModel.Action.REQUIRED_ACTIONS.name());
    }

    /** The first page of the same login; it stays what the app asked for. */
    private String startAgain(AuthenticationSessionModel login) {
        return Urls.realmLoginRestartPage(
                        session.getContext().getUri().getBaseUri(),
                        session.getContext().getRealm().getName(),
                        login.getClient().getClientId(),
                        login.getTabId(),
                        AuthenticationProcessor.getClientData(session, login),
                        true)
                .toString();
    }

    private static LoginRefused unexpected(LoginProblem problem, RuntimeException thrown) {
        LOG.debug("Login with ClassLink failed unexpectedly", thrown);
        // Not the message: Keycloak's exceptions may quote names, addresses and whole statements.
        StackTraceElement[] trace = thrown.getStackTrace();
        return new LoginRefused(problem, thrown.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]));
    }

    /** A copy of the event, because Keycloak's own handling may go on with the original. */
    private Reference report(LoginRefused refused) {
        LoginProblem problem = refused.problem();
        Reference reference = Reference.random();
        LOG.warnf(
                "Login with ClassLink failed. realm=%s, provider=%s, reference=%s, reason=%s: %s",
                session.getContext().getRealm().getName(), alias(), reference, problem.reason(), refused.getMessage());
        event.clone()
                .event(EventType.IDENTITY_PROVIDER_LOGIN)
                .detail(Details.IDENTITY_PROVIDER, alias())
                .detail(Details.REASON, problem.reason())
                .detail(REFERENCE, reference.text())
                .error(Errors.IDENTITY_PROVIDER_LOGIN_FAILURE);
        return reference;
    }

    private IdentityProviderModel config() {
        return provider.getConfig();
    }

    private String alias() {
        return provider.getConfig().getAlias();
    }
}
