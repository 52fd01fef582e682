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
 * Links a user of one ClassLink provider to the realm's other ClassLink providers. A realm has one provider per tile,
 * and all get the same verified ID from ClassLink. Without this, the first login with another tile would fail because
 * the username is in use. Only the ID counts, not the email address or name.
 */
final class AccountLinking {

    /** Context data with the value of the provider's identity key, which may differ from the link ID. */
    static final String IDENTITY_KEY = "classlink.identity-key";

    private final KeycloakSession session;
    private final ClassLinkIdentityProviderConfig provider;
    private final EventBuilder event;

    AccountLinking(KeycloakSession session, ClassLinkIdentityProviderConfig provider, EventBuilder event) {
        this.session = session;
        this.provider = provider;
        this.event = event;
    }

    /**
     * Links the user to this provider if exactly one user matches.
     *
     * @return the linked user; empty before a first login
     */
    Optional<UserModel> link(BrokeredIdentityContext person) {
        RealmModel realm = session.getContext().getRealm();
        FederatedIds ids = new FederatedIds(session, realm);
        Optional<UserModel> known = ids.user(provider.getAlias(), person.getId());
        if (known.isPresent()) {
            return known;
        }
        String key = (String) person.getContextData().get(IDENTITY_KEY);
        List<UserModel> theirs = providersForSameClassLink()
                .flatMap(other -> ids.link(other.getAlias(), key).user().stream())
                .distinct()
                .toList();
        if (theirs.size() != 1 || linked(realm, theirs.get(0)).isPresent()) {
            return Optional.empty();
        }
        addLink(realm, theirs.get(0), person);
        return Optional.of(theirs.get(0));
    }

    /** Returns an existing link of the user to another ClassLink account, which prevents the new link. */
    private Optional<FederatedIdentityModel> linked(RealmModel realm, UserModel user) {
        return Optional.ofNullable(session.users().getFederatedIdentity(realm, user, provider.getAlias()));
    }

    /** Excludes providers whose links are created by administrators or users and not by logins. */
    private Stream<ClassLinkIdentityProviderConfig> providersForSameClassLink() {
        return session.identityProviders()
                .getAllStream(IdentityProviderQuery.userAuthentication())
                .filter(model -> ClassLinkIdentityProviderFactory.PROVIDER_ID.equals(model.getProviderId()))
                .filter(model -> !model.getAlias().equals(provider.getAlias()))
                .map(provider::another)
                .filter(this::usesSameClassLink);
    }

    private boolean usesSameClassLink(ClassLinkIdentityProviderConfig other) {
        return other.isEnabled()
                && !Booleans.isTrue(other.isLinkOnly())
                && other.getIssuer().equals(provider.getIssuer())
                && other.getTokenUrl().equals(provider.getTokenUrl())
                && other.getUserInfoUrl().equals(provider.getUserInfoUrl())
                && other.getIdentityKey() == provider.getIdentityKey();
    }

    /** Returns the provider settings for stored records. */
    TokenVault.Rules vaultRules(Duration unstatedLifetime) {
        return new TokenVault.Rules(
                unstatedLifetime, provider::getAllowedTenants, provider::isAcceptUnencryptedTokens, this::sharesTokens);
    }

    /**
     * Returns whether another provider's tokens can be used for this one: same ClassLink app and same client scopes.
     */
    private boolean sharesTokens(String alias) {
        return Optional.ofNullable(session.identityProviders().getByAlias(alias))
                .filter(model -> ClassLinkIdentityProviderFactory.PROVIDER_ID.equals(model.getProviderId()))
                .map(provider::another)
                .filter(this::usesSameClassLink)
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
