package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.authentication.AuthenticationProcessor;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.IdentityProviderSyncMode;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.services.Urls;
import org.keycloak.services.managers.ClientSessionCode;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.storage.ReadOnlyException;

/**
 * Retries a login after Keycloak rejected a step, for example because of a concurrent login or a mapper that cannot
 * write. The transaction is already lost, so the browser is redirected to ClassLink again, which is silent. The retry
 * does not update an existing user.
 */
final class NextAttempt {

    private static final Logger LOG = Logger.getLogger(NextAttempt.class);

    private static final String NOTE = "classlink.attempts";

    /** With concurrent first logins by two providers, one may fail twice: to create the user and to link it. */
    private static final int MOST = 3;

    /** SQLSTATE classes: data (22), constraints (23), deadlocks and similar (40). */
    private static final List<String> SQL_REFUSALS = List.of("22", "23", "40");

    private final KeycloakSession session;
    private final ClassLinkIdentityProviderConfig provider;
    private final EventBuilder event;

    NextAttempt(KeycloakSession session, ClassLinkIdentityProviderConfig provider, EventBuilder event) {
        this.session = session;
        this.provider = provider;
        this.event = event;
    }

    /** Disables updates if this is not the first attempt. */
    void applyTo(AuthenticationSessionModel login) {
        if (attempts(login) > 1) {
            provider.setSyncMode(IdentityProviderSyncMode.IMPORT);
            event.detail(LoginUser.ADJUSTED, "nothing updated");
            LOG.warnf(
                    "The user was not updated because Keycloak rejected the previous attempt; the login "
                            + "continues. realm=%s, provider=%s",
                    session.getContext().getRealm().getName(), provider.getAlias());
        }
    }

    /**
     * Starts a retry, if possible.
     *
     * @param login the failed attempt
     * @return the redirect; empty after the last attempt or for another kind of failure
     */
    Optional<Response> after(RuntimeException fault, AuthenticationSessionModel login) {
        if (attempts(login) >= MOST || !isRefusal(fault)) {
            return Optional.empty();
        }
        LOG.warnf(
                "Keycloak rejected a step of a ClassLink login, which is retried: %s. realm=%s, provider=%s",
                FailedLogin.unexpected(LoginRefused.Reason.KEYCLOAK_ERROR, fault)
                        .getMessage(),
                login.getRealm().getName(),
                provider.getAlias());
        boolean noted = KeycloakModelUtils.runJobInTransactionWithResult(
                session.getKeycloakSessionFactory(), other -> note(other, login));
        return noted ? Optional.of(intoTheLogin(login)) : Optional.empty();
    }

    private Response intoTheLogin(AuthenticationSessionModel login) {
        // Uses the code that survives the rollback of this transaction.
        String code = new ClientSessionCode<>(session, login.getRealm(), login).getOrGenerateCode();
        return Response.seeOther(Urls.identityProviderAuthnRequest(
                        session.getContext().getUri().getBaseUri(),
                        provider.getAlias(),
                        login.getRealm().getName(),
                        code,
                        login.getClient().getClientId(),
                        login.getTabId(),
                        AuthenticationProcessor.getClientData(session, login),
                        null))
                .build();
    }

    /** Returns false if the login itself was created in the lost transaction. */
    private static boolean note(KeycloakSession other, AuthenticationSessionModel login) {
        RealmModel realm = other.realms().getRealm(login.getRealm().getId());
        other.getContext().setRealm(realm);
        Optional<AuthenticationSessionModel> same = Optional.ofNullable(other.authenticationSessions()
                        .getRootAuthenticationSession(
                                realm, login.getParentSession().getId()))
                .map(root -> root.getAuthenticationSession(login.getClient(), login.getTabId()));
        same.ifPresent(found -> found.setAuthNote(NOTE, String.valueOf(attempts(login) + 1)));
        return same.isPresent();
    }

    /** Returns the number of attempts, including this one. */
    private static int attempts(AuthenticationSessionModel login) {
        return Integer.parseInt(Objects.requireNonNullElse(login.getAuthNote(NOTE), "1"));
    }

    private static boolean isRefusal(Throwable fault) {
        return FailedLogin.causes(fault)
                .anyMatch(cause -> cause instanceof ModelException
                        || cause instanceof ReadOnlyException
                        || (cause instanceof SQLException sql && isRefusal(sql.getSQLState())));
    }

    private static boolean isRefusal(String sqlState) {
        return sqlState != null && SQL_REFUSALS.stream().anyMatch(sqlState::startsWith);
    }
}
