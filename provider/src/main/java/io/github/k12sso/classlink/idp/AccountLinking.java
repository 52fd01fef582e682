package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.keycloak.FederatedIds;
import io.github.k12sso.classlink.mapper.AcceptedValues;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import io.github.k12sso.classlink.vault.TokenVault;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
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
import org.keycloak.models.IdentityProviderQuery;
import org.keycloak.models.IdentityProviderSyncMode;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.util.Booleans;

/**
 * A realm has one ClassLink provider for each tile. Whoever is linked to one of them is the same person at the others: the same
 * ClassLink says the same id, verified at this very login. So their first login by another tile finds their user, where Keycloak
 * would find a user name that is taken. Nothing else counts: not the e-mail address, not a name.
 */
final class AccountLinking {

    /** In the data of a login: the value of the provider's identity key, which is not always the id of the link. */
    static final String IDENTITY_KEY = "classlink.identity-key";

    private final KeycloakSession session;
    private final ClassLinkIdentityProviderConfig provider;
    private final EventBuilder event;

    AccountLinking(KeycloakSession session, ClassLinkIdentityProviderConfig provider, EventBuilder event) {
        this.session = session;
        this.provider = provider;
        this.event = event;
    }

    /** Links the person's user to this provider, too, if exactly one user is theirs. */
    void link(BrokeredIdentityContext person) {
        RealmModel realm = session.getContext().getRealm();
        FederatedIds ids = new FederatedIds(session, realm);
        if (ids.user(provider.getAlias(), person.getId()).isPresent()) {
            return;
        }
        String key = (String) person.getContextData().get(IDENTITY_KEY);
        List<UserModel> theirs = providersOfTheSameClassLink()
                .flatMap(other -> ids.link(other.getAlias(), key).user().stream())
                .distinct()
                .toList();
        if (theirs.size() == 1 && linked(realm, theirs.get(0)).isEmpty()) {
            addLink(realm, theirs.get(0), person);
        }
    }

    /** Another ClassLink account of the same user, which would be in the way. */
    private Optional<FederatedIdentityModel> linked(RealmModel realm, UserModel user) {
        return Optional.ofNullable(session.users().getFederatedIdentity(realm, user, provider.getAlias()));
    }

    /** Those whose links are an administrator's or the person's own doing, and no login's, recognise nobody. */
    private Stream<ClassLinkIdentityProviderConfig> providersOfTheSameClassLink() {
        return session.identityProviders()
                .getAllStream(IdentityProviderQuery.userAuthentication())
                .filter(model -> ClassLinkIdentityProviderFactory.PROVIDER_ID.equals(model.getProviderId()))
                .filter(model -> !model.getAlias().equals(provider.getAlias()))
                .map(provider::another)
                .filter(this::isOfTheSameClassLink);
    }

    private boolean isOfTheSameClassLink(ClassLinkIdentityProviderConfig other) {
        return other.isEnabled()
                && !Booleans.isTrue(other.isLinkOnly())
                && other.getIssuer().equals(provider.getIssuer())
                && other.getTokenUrl().equals(provider.getTokenUrl())
                && other.getUserInfoUrl().equals(provider.getUserInfoUrl())
                && other.getIdentityKey() == provider.getIdentityKey();
    }

    /** What the settings say about the provider's records. */
    TokenVault.Rules vaultRules(Duration unstatedLifetime) {
        return new TokenVault.Rules(
                unstatedLifetime, provider::getAllowedTenants, provider::isAcceptUnencryptedTokens, this::sharesTokens);
    }

    /**
     * Whether another provider's tokens of a person are as good as this one's: they are for the same app at ClassLink, and the
     * same client scopes open them.
     */
    private boolean sharesTokens(String alias) {
        return Optional.ofNullable(session.identityProviders().getByAlias(alias))
                .filter(model -> ClassLinkIdentityProviderFactory.PROVIDER_ID.equals(model.getProviderId()))
                .map(provider::another)
                .filter(this::isOfTheSameClassLink)
                .filter(other -> Booleans.isTrue(other.isStoreToken())
                        && other.getClientId().equals(provider.getClientId())
                        && other.getTokenScope().equals(provider.getTokenScope())
                        && other.getRosterScope().equals(provider.getRosterScope()))
                .isPresent();
    }

    private void addLink(RealmModel realm, UserModel user, BrokeredIdentityContext person) {
        session.users()
                .addFederatedIdentity(
                        realm,
                        user,
                        new FederatedIdentityModel(
                                provider.getAlias(), person.getId(), person.getUsername(), person.getToken()));
        event.clone()
                .event(EventType.FEDERATED_IDENTITY_LINK)
                .user(user)
                .detail(Details.IDENTITY_PROVIDER, provider.getAlias())
                .detail(Details.IDENTITY_PROVIDER_USERNAME, person.getUsername())
                .detail(Details.REASON, "known_by_another_classlink_provider")
                .success();
    }

    /**
     * The first login of a person whom no user is linked to. Keycloak's flow (26.7.3) creates the user in one request and links it
     * in the next: of two first logins at once the second ended in an error page, and a browser that gave up between them left a
     * user without a link, whose username the person could not use again. Where the flow only creates a user, as the shipped one
     * does, the callback creates and links it in one transaction.
     */
    static final class FirstLogin {

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

        private boolean isTaken(String username, String email) {
            boolean emailMustDiffer = email != null && !realm.isDuplicateEmailsAllowed();
            return session.users().getUserByUsername(realm, username) != null
                    || (emailMustDiffer && session.users().getUserByEmail(realm, email) != null);
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
                                    .getProviderFactory(
                                            IdentityProviderMapper.class, model.getIdentityProviderMapper()),
                            model));
        }
    }
}
