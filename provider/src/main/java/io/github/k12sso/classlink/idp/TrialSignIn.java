package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.diagnostics.Trials.Step;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.http.UpstreamFailure.OAuthError;
import io.github.k12sso.classlink.mapper.OwnTransaction;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import jakarta.ws.rs.core.Cookie;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.keycloak.OAuth2Constants;
import org.keycloak.broker.provider.AuthenticationRequest;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.broker.provider.util.IdentityBrokerState;
import org.keycloak.common.util.SecretGenerator;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * A ClassLink login without effects. The regular login code runs in a separate session and transaction that is rolled
 * back: no user, session, link or token is stored, and no event is sent.
 */
final class TrialSignIn {

    private static final int STATE_LENGTH = 43;
    private static final Logger LOG = Logger.getLogger(TrialSignIn.class);

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ClassLinkIdentityProvider provider;
    private final ClassLinkIdentityProviderConfig config;
    private final TrialReport report;
    private final LoginService.Answers answers = new LoginService.Answers();

    private TrialSignIn(KeycloakSession session, String alias, TrialReport report) {
        this.session = session;
        this.realm = session.getContext().getRealm();
        this.provider = RealmResource.provider(session, alias);
        this.config = provider.settings();
        this.report = report;
    }

    /**
     * The state that the browser keeps during the login.
     *
     * @param key of the link
     * @param consent whether the user agreed to show IDs
     * @param verifier empty if PKCE is off
     */
    record Begun(String key, boolean consent, String state, String nonce, String verifier) {

        String cookie() {
            return String.join(".", key, consent ? "1" : "0", state, nonce, verifier);
        }

        static Optional<Begun> parse(Cookie cookie) {
            String[] parts = cookie == null ? new String[0] : cookie.getValue().split("\\.", -1);
            return parts.length == 6
                    ? Optional.of(
                            new Begun(parts[0] + "." + parts[1], parts[2].equals("1"), parts[3], parts[4], parts[5]))
                    : Optional.empty();
        }
    }

    /**
     * The parameters of ClassLink's callback.
     *
     * @param code null if there is none
     * @param error null if there is none
     */
    record Answer(String code, String error) {}

    /** The redirect and the state for the browser. */
    record Request(URI address, Begun begun) {}

    /** Builds a regular authorization request with a recognizable state. */
    static Request request(KeycloakSession request, String alias, String statePrefix, String key, boolean consent) {
        return rolledBack(request, session -> {
            ClassLinkIdentityProvider provider = RealmResource.provider(session, alias);
            AuthenticationSessionModel login = begin(session);
            ClientModel client = login.getClient();
            String state = SecretGenerator.getInstance().randomString(STATE_LENGTH);
            URI address = provider.createAuthorizationUrl(new AuthenticationRequest(
                            session,
                            session.getContext().getRealm(),
                            login,
                            request.getContext().getHttpRequest(),
                            request.getContext().getUri(),
                            IdentityBrokerState.decoded(state, client.getId(), client.getClientId(), "trial", null),
                            provider.logins().redirectUri()))
                    .replaceQueryParam(OAuth2Constants.STATE, statePrefix + state)
                    .build();
            String verifier = login.getClientNote(LoginService.PKCE_VERIFIER_NOTE);
            String nonce = login.getClientNote(LoginService.NONCE_NOTE);
            return new Request(
                    address,
                    new Begun(key, consent, state, nonce == null ? "" : nonce, verifier == null ? "" : verifier));
        });
    }

    /** Runs the login and returns the report. */
    static List<Step> run(KeycloakSession request, String alias, Begun begun, Answer answer) {
        return rolledBack(request, session -> {
            TrialReport report = new TrialReport(begun.consent());
            new TrialSignIn(session, alias, report).login(begun, answer);
            return report.steps();
        });
    }

    /** Runs work in a session that is rolled back. */
    private static <T> T rolledBack(KeycloakSession request, Function<KeycloakSession, T> work) {
        return KeycloakModelUtils.runJobInTransactionWithResult(
                request.getKeycloakSessionFactory(),
                request.getContext(),
                session -> {
                    OwnTransaction.rollBackAll(session);
                    return work.apply(session);
                },
                "ClassLink trial sign-in");
    }

    /** Creates an authentication session for a client that every realm has. */
    private static AuthenticationSessionModel begin(KeycloakSession session) {
        RealmModel realm = session.getContext().getRealm();
        ClientModel client = Optional.ofNullable(realm.getClientByClientId(Constants.ACCOUNT_MANAGEMENT_CLIENT_ID))
                .orElseGet(() -> realm.getClientsStream().findFirst().orElseThrow());
        session.getContext().setClient(client);
        AuthenticationSessionModel login = session.authenticationSessions()
                .createRootAuthenticationSession(realm)
                .createAuthenticationSession(client);
        session.getContext().setAuthenticationSession(login);
        return login;
    }

    private void login(Begun begun, Answer answer) {
        AuthenticationSessionModel login = begin(session);
        login.setClientNote(LoginService.NONCE_NOTE, begun.nonce());
        if (!begun.verifier().isEmpty()) {
            login.setClientNote(LoginService.PKCE_VERIFIER_NOTE, begun.verifier());
        }
        LoginRefused refused = null;
        try {
            BrokeredIdentityContext person = identify(answer, login);
            answers(null);
            new TrialUser(session, config, report).signIn(person, login);
        } catch (LoginRefused e) {
            refused = e;
        } catch (RuntimeException e) {
            refused = FailedLogin.unexpected(e);
        } finally {
            revoke();
        }
        if (refused != null) {
            answers(refused.reason());
            refused(refused);
        }
    }

    private BrokeredIdentityContext identify(Answer answer, AuthenticationSessionModel login) throws LoginRefused {
        if (answer.error() != null) {
            OAuthError error = OAuthError.of(answer.error());
            throw new LoginRefused(LoginRefused.meaning(error), "ClassLink sent the error " + error.code());
        }
        if (answer.code() == null) {
            throw new LoginRefused(LoginRefused.Reason.MISSING_CODE);
        }
        return provider.logins().login(answer.code(), login, answers);
    }

    /** Reports the responses received so far. */
    private void answers(LoginRefused.Reason refused) {
        if (answers.tokens == null || !report.steps().isEmpty()) {
            return;
        }
        report.tokens(answers.tokens);
        answers.tokens.idToken().ifPresent(report::idToken);
        if (config.isRequireIdToken()) {
            report.checks(answers.idTokenVerified ? null : refused);
        }
        if (answers.profile != null) {
            report.profile(answers.profile.document());
        }
    }

    private void refused(LoginRefused refused) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("reason", refused.reason().code());
        values.put("detail", refused.getMessage());
        refused.district().ifPresent(district -> {
            values.put("tenant_id", district.tenantId());
            values.put("district", district.name());
        });
        report.add("result", TrialReport.FAILED, values);
    }

    /** Revokes the tokens, if a revocation endpoint is configured. */
    private void revoke() {
        if (answers.tokens == null) {
            return;
        }
        try {
            if (answers.tokens.refreshToken().isPresent()) {
                provider.logins()
                        .endpoint()
                        .revoke("refresh_token", answers.tokens.refreshToken().get());
            }
            provider.logins().endpoint().revoke("access_token", answers.tokens.accessToken());
        } catch (UpstreamFailure e) {
            LOG.warnf(
                    "ClassLink token revocation failed after a trial sign-in; the token expires on its own: %s. "
                            + "realm=%s, provider=%s",
                    e.getMessage(), realm.getName(), config.getAlias());
        }
    }
}
