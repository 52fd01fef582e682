package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.keycloak.KeycloakLine;
import io.github.k12sso.classlink.mapper.AcceptedValues;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.sql.SQLException;
import java.util.Objects;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.common.util.SecretGenerator;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.services.ErrorPage;
import org.keycloak.sessions.AuthenticationSessionModel;

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
        refused.district().ifPresent(district -> district.detail(failure));
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
            LoginRefused refused,
            String messageKey,
            Reference reference,
            AuthenticationSessionModel login,
            String startAgain) {
        return ErrorPage.error(
                session,
                login,
                refused.reason().status(),
                messageKey,
                provider.getShownName(),
                reference.text(),
                startAgain,
                refused.district().map(District::html).orElse(""),
                signOutUrl());
    }

    /** Where people leave LaunchPad, or else LaunchPad itself. */
    private String signOutUrl() {
        return provider.getLaunchpadSignOutUrl()
                .orElseGet(() ->
                        URI.create(provider.getAuthorizationUrl()).resolve("/").toString());
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

    static Stream<Throwable> causes(Throwable thrown) {
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
     * A district that may not sign in: it is nobody's personal data, and the administrator has to know which.
     *
     * @param tenantId empty if ClassLink named none
     * @param name on one line; empty if ClassLink named none
     */
    record District(String tenantId, String name) {

        private static final int MAX_NAME = 100;

        static District of(Profile profile) {
            String name = profile.tenantName().orElse("").replaceAll("[\\p{Cntrl}\\s]+", " ");
            return new District(
                    profile.tenantId().map(Object::toString).orElse(""), AcceptedValues.cut(name, MAX_NAME));
        }

        void detail(EventBuilder failure) {
            failure.detail("tenant_id", tenantId).detail("district", name);
        }

        /** For a sentence on a page, which is HTML. */
        String html() {
            String shown = !name.isEmpty() ? name : !tenantId.isEmpty() ? tenantId : "–";
            return shown.replace("&", "&amp;")
                    .replace("<", "&lt;")
                    .replace(">", "&gt;")
                    .replace("\"", "&quot;");
        }
    }
}
