package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.mapper.AcceptedValues;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.keycloak.authentication.authenticators.broker.IdpCreateUserIfUniqueAuthenticatorFactory;
import org.keycloak.broker.provider.AbstractIdentityProvider;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.broker.provider.IdentityProviderMapper;
import org.keycloak.broker.provider.IdentityProviderMapperSyncModeDelegate;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.AuthenticationExecutionModel;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.IdentityProviderMapperModel;
import org.keycloak.models.IdentityProviderSyncMode;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserProvider;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.util.Booleans;

/**
 * Handles a login without a linked user. Keycloak's flow (26.7.3) creates the user in one request and links it in the
 * next. With two concurrent first logins, the second got an error page. If the browser stopped in between, an unlinked
 * user remained that blocked the username. If the flow only creates a user, as the shipped flow does, the callback
 * creates and links the user in one transaction.
 */
final class FirstLogin {

    /** Login note: the user was created here, and the mappers must still import it. */
    private static final String IMPORTING = "classlink.importing";

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ClassLinkIdentityProviderConfig provider;
    private final EventBuilder event;
    /** The email address for which {@link #findsAccount} found none; not looked up again. */
    private String freeEmail;

    FirstLogin(KeycloakSession session, ClassLinkIdentityProviderConfig provider, EventBuilder event) {
        this.session = session;
        this.realm = session.getContext().getRealm();
        this.provider = provider;
        this.event = event;
    }

    /** Returns whether the first-login flow has only the step "Create User If Unique". */
    boolean onlyCreatesUser() {
        if (provider.getFirstBrokerLoginFlowId() == null
                || provider.isTransientUsers()
                || Booleans.isTrue(provider.isAddReadTokenRoleOnCreate())
                || Booleans.isTrue(provider.isLinkOnly())) {
            return false;
        }
        List<AuthenticationExecutionModel> steps = realm.getAuthenticationExecutionsStream(
                        provider.getFirstBrokerLoginFlowId())
                .filter(step -> !step.isDisabled())
                .toList();
        return steps.size() == 1
                && steps.get(0).isRequired()
                && steps.get(0).getAuthenticatorConfig() == null
                && IdpCreateUserIfUniqueAuthenticatorFactory.PROVIDER_ID.equals(
                        steps.get(0).getAuthenticator());
    }

    /** Runs the mappers' preprocessing before the user exists. Keycloak repeats it. */
    void preprocess(BrokeredIdentityContext person) {
        mappers((mapper, model) -> mapper.preprocessFederatedIdentity(session, realm, model, person));
    }

    /**
     * Creates and links the user.
     *
     * @return empty if the username or email is in use; Keycloak's flow then shows its page
     */
    Optional<UserModel> create(BrokeredIdentityContext person, AuthenticationSessionModel login) {
        String username = realm.isRegistrationEmailAsUsername()
                ? person.getEmail()
                : Objects.requireNonNullElse(person.getModelUsername(), person.getUsername());
        if (username == null || username.isBlank() || isTaken(username.strip(), person.getEmail())) {
            return Optional.empty();
        }
        UserModel user = session.users().addUser(realm, username.strip());
        user.setEnabled(true);
        user.setFirstName(person.getFirstName());
        user.setLastName(person.getLastName());
        user.setEmail(person.getEmail());
        person.getAttributes().forEach((name, values) -> {
            if (AcceptedValues.NAMES.contains(name)) {
                AcceptedValues.write(session, realm, user, name, values.get(0), false);
            } else if (!UserModel.USERNAME.equalsIgnoreCase(name)) {
                user.setAttribute(name, values);
            }
        });
        user.setEmailVerified(user.getEmail() != null && Booleans.isTrue(provider.isTrustEmail()));
        LoginUser.distrustPlaceholder(user);
        // Already written, so Keycloak does not write them again.
        person.setFirstName(null);
        person.setLastName(null);
        person.setEmail(null);
        session.users()
                .addFederatedIdentity(
                        realm,
                        user,
                        new FederatedIdentityModel(
                                provider.getAlias(), person.getId(), person.getUsername(), person.getToken()));
        login.setAuthNote(AbstractIdentityProvider.BROKER_REGISTERED_NEW_USER, "true");
        login.setAuthNote(IMPORTING, "true");
        provider.setSyncMode(IdentityProviderSyncMode.IMPORT); // for this login only, because the user is new
        registered(user, person);
        return Optional.of(user);
    }

    /** Returns whether Keycloak's flow would find an account with this email or, since 26.7.4, username. */
    boolean findsAccount(String email) {
        UserProvider users = session.users();
        boolean found = users.getUserByEmail(realm, email) != null
                || (realm.isLoginWithEmailAllowed() && users.getUserByUsername(realm, email) != null);
        freeEmail = found ? null : email;
        return found;
    }

    /** Same check as in Keycloak 26.7.4: a username equal to another user's email would lock out that user. */
    private boolean isTaken(String username, String email) {
        UserProvider users = session.users();
        boolean emailMustDiffer = email != null && !email.equals(freeEmail) && !realm.isDuplicateEmailsAllowed();
        boolean emailIsUsername = realm.isLoginWithEmailAllowed();
        return users.getUserByUsername(realm, username) != null
                || (emailMustDiffer && users.getUserByEmail(realm, email) != null)
                || (emailMustDiffer && emailIsUsername && users.getUserByUsername(realm, email) != null)
                || (emailIsUsername
                        && username.indexOf('@') > 0
                        && !username.equals(freeEmail)
                        && users.getUserByEmail(realm, username) != null);
    }

    private void registered(UserModel user, BrokeredIdentityContext person) {
        event.clone()
                .event(EventType.REGISTER)
                .user(user)
                .detail(Details.REGISTER_METHOD, "broker")
                .detail(Details.USERNAME, user.getUsername())
                .detail(Details.EMAIL, user.getEmail())
                .detail(Details.IDENTITY_PROVIDER, provider.getAlias())
                .detail(Details.IDENTITY_PROVIDER_USERNAME, person.getUsername())
                .success();
    }

    /**
     * Runs the mappers' import for a user that was created here, as Keycloak's flow does for its own. Mappers with the
     * sync mode "force" update the user afterwards.
     */
    void continueFlow(UserModel user, BrokeredIdentityContext person) {
        AuthenticationSessionModel login = person.getAuthenticationSession();
        if (login != null && login.getAuthNote(IMPORTING) != null) {
            login.removeAuthNote(IMPORTING);
            mappers((mapper, model) -> {
                if (IdentityProviderMapperSyncModeDelegate.combineIdpAndMapperSyncMode(
                                IdentityProviderSyncMode.IMPORT, model.getSyncMode())
                        != IdentityProviderSyncMode.FORCE) {
                    mapper.importNewUser(session, realm, user, model, person);
                }
            });
        }
    }

    private void mappers(BiConsumer<IdentityProviderMapper, IdentityProviderMapperModel> use) {
        session.identityProviders()
                .getMappersByAliasStream(provider.getAlias())
                .forEach(model -> use.accept(
                        (IdentityProviderMapper) session.getKeycloakSessionFactory()
                                .getProviderFactory(IdentityProviderMapper.class, model.getIdentityProviderMapper()),
                        model));
    }
}
