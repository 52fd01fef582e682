package io.github.k12sso.classlink.login;

import io.github.k12sso.classlink.upstream.AllowedHosts;
import java.util.List;
import org.keycloak.Config;
import org.keycloak.broker.provider.AbstractIdentityProviderFactory;
import org.keycloak.broker.social.SocialIdentityProviderFactory;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.provider.ProviderConfigProperty;

/** Registers the social login {@value #PROVIDER_ID}. */
public final class ClassLinkIdentityProviderFactory extends AbstractIdentityProviderFactory<ClassLinkIdentityProvider>
        implements SocialIdentityProviderFactory<ClassLinkIdentityProvider> {

    /**
     * The provider id. Keycloak's console takes any id that contains "oidc", "oauth2" or "saml" for one of those and shows
     * other pages.
     */
    public static final String PROVIDER_ID = "classlink";

    private AllowedHosts allowedHosts = AllowedHosts.builtIn();

    @Override
    public String getId() {
        return PROVIDER_ID;
    }

    @Override
    public String getName() {
        return "ClassLink";
    }

    @Override
    public void init(Config.Scope options) {
        allowedHosts = AllowedHosts.with(options.get("allowedHosts"));
    }

    @Override
    public ClassLinkIdentityProvider create(KeycloakSession session, IdentityProviderModel model) {
        return new ClassLinkIdentityProvider(
                session, new ClassLinkIdentityProviderConfig(model, allowedHosts), allowedHosts);
    }

    @Override
    public ClassLinkIdentityProviderConfig createConfig() {
        return new ClassLinkIdentityProviderConfig(allowedHosts);
    }

    @Override
    public List<ProviderConfigProperty> getConfigProperties() {
        return SettingsPage.properties();
    }
}
