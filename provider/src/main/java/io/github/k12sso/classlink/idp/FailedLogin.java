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
 * Reports a failed login: one {@code IDENTITY_PROVIDER_LOGIN_ERROR} event, one log line and one error page, all with
 * the same {@link Reference}.
 */
final class FailedLogin {

    private static final Logger LOG = Logger.getLogger(FailedLogin.class);

    /** Event detail that is also shown on the page. */
    private static final String REFERENCE = "reference";

    private final KeycloakSession session;
    private final ClassLinkIdentityProviderConfig provider;
    private final EventBuilder event;

    FailedLogin(KeycloakSession session, ClassLinkIdentityProviderConfig provider, EventBuilder event) {
        this.session = session;
        this.provider = provider;
        this.event = event;
    }

    /** Sends the event and the log line. Uses a copy of the event because Keycloak may continue with the original. */
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
            // If the database failed, the page and the log line still work.
            LOG.warnf(
                    "The event of a failed login could not be stored: %s. reference=%s",
                    e.getClass().getName(), reference);
        }
        return reference;
    }

    /**
     * Returns the error page with the reference.
     *
     * @param login the failed login; may be null
     * @param startAgain address for "Try again"; empty for none
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

    /** Returns the LaunchPad sign-out address, or LaunchPad itself. */
    private String signOutUrl() {
        return provider.getLaunchpadSignOutUrl()
                .orElseGet(() ->
                        URI.create(provider.getAuthorizationUrl()).resolve("/").toString());
    }

    /** Returns the address that restarts this login with the app's parameters. */
    String firstPage(AuthenticationSessionModel login) {
        return KeycloakLine.calls().loginRestartPage(session, login).toString();
    }

    /** Converts an unexpected exception. */
    static LoginRefused unexpected(RuntimeException thrown) {
        boolean keycloaks =
                causes(thrown).anyMatch(cause -> cause instanceof ModelException || cause instanceof SQLException);
        return unexpected(keycloaks ? LoginRefused.Reason.KEYCLOAK_ERROR : LoginRefused.Reason.UNEXPECTED, thrown);
    }

    static Stream<Throwable> causes(Throwable thrown) {
        // Deeper than the wrapping by Keycloak, Hibernate and the driver.
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause).limit(20);
    }

    /** Converts an unexpected exception to its class and location, without its message. */
    static LoginRefused unexpected(LoginRefused.Reason reason, RuntimeException thrown) {
        LOG.debug("Login with ClassLink failed unexpectedly", thrown);
        // The message is omitted: Keycloak's exceptions may quote names, addresses and SQL statements.
        StackTraceElement[] trace = thrown.getStackTrace();
        return new LoginRefused(reason, thrown.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]));
    }

    /**
     * Connects the error page of a failed login with its event and log line: eight characters such as {@code
     * 7KQ2-M9XD}, which are easy to read out on the phone. It contains no personal data and grants no access.
     */
    record Reference(String text) {

        /** No similar-looking characters, and no vowels to avoid words. 25^8 references. */
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
     * The refused district, which is not personal data and which the administrator needs to know.
     *
     * @param tenantId empty if ClassLink sent none
     * @param name on one line; empty if ClassLink sent none
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

        /** Returns the district escaped for HTML. */
        String html() {
            String shown = !name.isEmpty() ? name : !tenantId.isEmpty() ? tenantId : "–";
            return shown.replace("&", "&amp;")
                    .replace("<", "&lt;")
                    .replace(">", "&gt;")
                    .replace("\"", "&quot;");
        }
    }
}
