package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.keycloak.FederatedIds;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import io.github.k12sso.classlink.vault.TokenVault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.IdentityProviderQuery;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
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
}
