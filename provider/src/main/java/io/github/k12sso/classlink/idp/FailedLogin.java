package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.keycloak.KeycloakLine;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.authentication.AuthenticationProcessor;
import org.keycloak.common.util.SecretGenerator;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.IdentityProviderSyncMode;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.services.ErrorPage;
import org.keycloak.services.Urls;
import org.keycloak.services.managers.ClientSessionCode;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.storage.ReadOnlyException;

/**
 * How a login that failed ends: one {@code IDENTITY_PROVIDER_LOGIN_ERROR} event, one log line and one page that says what to
 * do, all three with the same {@link Reference}.
 */
final class FailedLogin {

    private static final Logger LOG = Logger.getLogger(FailedLogin.class);

    /** The detail of the event that stands on the page, too. */
    private static final String REFERENCE = "reference";

    private final KeycloakSession session;
    private final ClassLinkIdentityProviderConfig provider;
    private final EventBuilder event;

    FailedLogin(KeycloakSession session, ClassLinkIdentityProviderConfig provider, EventBuilder event) {
        this.session = session;
        this.provider = provider;
        this.event = event;
    }

    /** A copy of the event, because Keycloak's own handling may go on with the original. */
    Reference report(LoginRefused refused) {
        LoginRefused.Reason reason = refused.reason();
        Reference reference = Reference.random();
        Measurement.LOGINS.count(session.getContext().getRealm(), reason);
        LOG.warnf(
                "Login with ClassLink failed. realm=%s, provider=%s, reference=%s, reason=%s: %s",
                session.getContext().getRealm().getName(),
                provider.getAlias(),
                reference,
                reason.code(),
                refused.getMessage());
        EventBuilder failure = event.clone()
                .event(EventType.IDENTITY_PROVIDER_LOGIN)
                .detail(Details.IDENTITY_PROVIDER, provider.getAlias())
                .detail(Details.REASON, reason.code())
                .detail(REFERENCE, reference.text());
        try {
            failure.error(Errors.IDENTITY_PROVIDER_LOGIN_FAILURE);
        } catch (RuntimeException e) {
            // The database is what failed; the page and the log line are still there.
            LOG.warnf(
                    "The event of a failed login was not stored: %s. reference=%s",
                    e.getClass().getName(), reference);
        }
        return reference;
    }

    /**
     * The page, on which the person reads the reference.
     *
     * @param login the one that failed, or null if none was under way
     * @param startAgain the address of the page's way back; empty, there is none
     */
    Response page(
            LoginRefused.Reason reason,
            String messageKey,
            Reference reference,
            AuthenticationSessionModel login,
            String startAgain) {
        return ErrorPage.error(
                session, login, reason.status(), messageKey, provider.getShownName(), reference.text(), startAgain);
    }

    /** The first page of the same login; it stays what the app asked for. */
    String firstPage(AuthenticationSessionModel login) {
        return KeycloakLine.calls().loginRestartPage(session, login).toString();
    }

    /** For what nobody expected. */
    static LoginRefused unexpected(RuntimeException thrown) {
        boolean keycloaks =
                causes(thrown).anyMatch(cause -> cause instanceof ModelException || cause instanceof SQLException);
        return unexpected(keycloaks ? LoginRefused.Reason.KEYCLOAK_ERROR : LoginRefused.Reason.UNEXPECTED, thrown);
    }

    private static Stream<Throwable> causes(Throwable thrown) {
        // Deeper than Keycloak, Hibernate and the driver wrap one another.
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause).limit(20);
    }

    /** Where it happened, and not what it says. */
    static LoginRefused unexpected(LoginRefused.Reason reason, RuntimeException thrown) {
        LOG.debug("Login with ClassLink failed unexpectedly", thrown);
        // Not the message: Keycloak's exceptions may quote names, addresses and whole statements.
        StackTraceElement[] trace = thrown.getStackTrace();
        return new LoginRefused(reason, thrown.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]));
    }

    /**
     * Ties the page of a failed login to its event and its log line: eight characters such as {@code 7KQ2-M9XD}, which a person
     * can read out on the telephone. It says nothing about anybody, and opens nothing.
     */
    record Reference(String text) {

        /** No two look alike on paper or screen, and without vowels no word comes out: 25 to the power of 8 references. */
        private static final char[] ALPHABET = "23456789CDFGHJKMNPQRTVWXY".toCharArray();

        private static final int HALF = 4;

        static Reference random() {
            return new Reference(half() + "-" + half());
        }

        private static String half() {
            return SecretGenerator.getInstance().randomString(HALF, ALPHABET);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * The same login once more, after Keycloak refused something in it: another login was faster, or a mapper may not write. The
     * transaction is lost by then. The browser goes to ClassLink again, whose session makes that silent, and nothing of an existing
     * user is updated this time.
     */
    static final class NextAttempt {

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
                    unexpected(LoginRefused.Reason.KEYCLOAK_ERROR, fault).getMessage(),
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
            return causes(fault)
                    .anyMatch(cause -> cause instanceof ModelException
                            || cause instanceof ReadOnlyException
                            || (cause instanceof SQLException sql && isRefusal(sql.getSQLState())));
        }

        private static boolean isRefusal(String sqlState) {
            return sqlState != null && SQL_REFUSALS.stream().anyMatch(sqlState::startsWith);
        }
    }
}
