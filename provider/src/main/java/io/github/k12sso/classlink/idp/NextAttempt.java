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
 * The same login once more, after Keycloak refused something in it: another login was faster, or a mapper may not write. The
 * transaction is lost by then. The browser goes to ClassLink again, whose session makes that silent, and nothing of an existing
 * user is updated this time.
 */
final class NextAttempt {

    private static final Logger LOG = Logger.getLogger(NextAttempt.class);

    private static final String NOTE = "classlink.attempts";

    /** Of two first logins by two providers at once, one may lose twice: first to create the user, then to link it. */
    private static final int MOST = 3;

    /** What the database refuses: data (22), constraints (23), deadlocks and the like (40). */
    private static final List<String> SQL_REFUSALS = List.of("22", "23", "40");

    private final KeycloakSession session;
    private final ClassLinkIdentityProviderConfig provider;
    private final EventBuilder event;

    NextAttempt(KeycloakSession session, ClassLinkIdentityProviderConfig provider, EventBuilder event) {
        this.session = session;
        this.provider = provider;
        this.event = event;
    }

    /** Has Keycloak update nothing if this is not the first attempt. */
    void applyTo(AuthenticationSessionModel login) {
        if (attempts(login) > 1) {
            provider.setSyncMode(IdentityProviderSyncMode.IMPORT);
            event.detail(LoginUser.ADJUSTED, "nothing updated");
            LOG.warnf(
                    "The user was not updated, the login continues: Keycloak refused the attempt before. realm=%s, provider=%s",
                    session.getContext().getRealm().getName(), provider.getAlias());
        }
    }

    /**
     * Starts it, if it is the right thing to do.
     *
     * @param login of the attempt that failed
     * @return where the browser goes; empty if this was the last attempt, or something else is wrong
     */
    Optional<Response> after(RuntimeException fault, AuthenticationSessionModel login) {
        if (attempts(login) >= MOST || !isRefusal(fault)) {
            return Optional.empty();
        }
        LOG.warnf(
                "Keycloak refused something in a login with ClassLink, which starts once more: %s. realm=%s, provider=%s",
                FailedLogin.unexpected(LoginRefused.Reason.KEYCLOAK_ERROR, fault)
                        .getMessage(),
                login.getRealm().getName(),
                provider.getAlias());
        boolean noted = KeycloakModelUtils.runJobInTransactionWithResult(
                session.getKeycloakSessionFactory(), other -> note(other, login));
        return noted ? Optional.of(intoTheLogin(login)) : Optional.empty();
    }

    private Response intoTheLogin(AuthenticationSessionModel login) {
        // The code survives the rollback of this transaction, and no other one would.
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

    /** False if the login itself began in the transaction that is lost. */
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

    /** The one that is under way counts. */
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
