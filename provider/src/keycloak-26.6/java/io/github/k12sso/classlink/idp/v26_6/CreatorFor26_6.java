package io.github.k12sso.classlink.idp.v26_6;

import io.github.k12sso.classlink.idp.ClassLinkIdentityProvider;
import io.github.k12sso.classlink.idp.ClassLinkIdentityProvider.ServerState;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import org.keycloak.models.KeycloakSession;

/** For Keycloak 26.6, which has everything that the provider overrides. */
public final class CreatorFor26_6 implements ClassLinkIdentityProvider.Creator {

    @Override
    public ClassLinkIdentityProvider create(
            KeycloakSession session, ClassLinkIdentityProviderConfig config, ServerState server) {
        return new ClassLinkIdentityProvider(session, config, server);
    }
}
