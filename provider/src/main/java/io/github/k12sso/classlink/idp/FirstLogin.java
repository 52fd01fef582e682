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
 * The first login of a person whom no user is linked to. Keycloak's flow (26.7.3) creates the user in one request and links it
 * in the next: of two first logins at once the second ended in an error page, and a browser that gave up between them left a
 * user without a link, whose username the person could not use again. Where the flow only creates a user, as the shipped one
 * does, the callback creates and links it in one transaction.
 */
final class FirstLogin {

    /** A note of the login: Keycloak's flow gets a user that was created here, and the mappers import it. */
    private static final String IMPORTING = "classlink.importing";

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ClassLinkIdentityProviderConfig provider;
    private final EventBuilder event;

    FirstLogin(KeycloakSession session, ClassLinkIdentityProviderConfig provider, EventBuilder event) {
        this.session = session;
        this.realm = session.getContext().getRealm();
        this.provider = provider;
        this.event = event;
    }

    /** Whether the first-login flow has only the step that creates a user whose name nobody has. */
    boolean asksNothing() {
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

    /** What the mappers say before there is a user; Keycloak asks them again. */
    void preprocess(BrokeredIdentityContext person) {
        mappers((mapper, model) -> mapper.preprocessFederatedIdentity(session, realm, model, person));
    }

    /**
     * Creates and links the person's user.
     *
     * @return empty if the username or the address is another user's: Keycloak's flow has the page for that
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
        LoginUser.trustNoStandIn(user);
        // Written; Keycloak does not write them again.
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
        provider.setSyncMode(IdentityProviderSyncMode.IMPORT); // of this login: the user is new
        registered(user, person);
        return Optional.of(user);
    }

    /** As Keycloak asks from 26.7.4 on: who may log in with an address would be locked out by a username that is the same. */
    private boolean isTaken(String username, String email) {
        UserProvider users = session.users();
        boolean emailMustDiffer = email != null && !realm.isDuplicateEmailsAllowed();
        boolean emailIsUsername = realm.isLoginWithEmailAllowed();
        return users.getUserByUsername(realm, username) != null
                || (emailMustDiffer && users.getUserByEmail(realm, email) != null)
                || (emailMustDiffer && emailIsUsername && users.getUserByUsername(realm, email) != null)
                || (emailIsUsername && username.indexOf('@') > 0 && users.getUserByEmail(realm, username) != null);
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
     * Within Keycloak's flow: the mappers import a user that was created here, as Keycloak has them do with its own. Those with
     * the sync mode "force" update it a moment later.
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
