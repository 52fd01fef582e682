package io.github.k12sso.classlink.idp.v26_7;

import io.github.k12sso.classlink.idp.ClassLinkIdentityProvider;
import io.github.k12sso.classlink.idp.ClassLinkIdentityProvider.ServerState;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import java.util.stream.Stream;
import org.keycloak.broker.provider.TrustMaterialRequest;
import org.keycloak.jose.jwk.JWK;
import org.keycloak.models.KeycloakSession;

/** For Keycloak 26.7, where an OpenID Connect provider can also verify keys of clients. */
public final class CreatorFor26_7 implements ClassLinkIdentityProvider.Creator {

    @Override
    public ClassLinkIdentityProvider create(
            KeycloakSession session, ClassLinkIdentityProviderConfig config, ServerState server) {
        return new WithoutTrustMaterial(session, config, server);
    }

    private static final class WithoutTrustMaterial extends ClassLinkIdentityProvider {

        WithoutTrustMaterial(KeycloakSession session, ClassLinkIdentityProviderConfig config, ServerState server) {
            super(session, config, server);
        }

        /** ClassLink's keys sign ID tokens only and must not authenticate clients or credentials. */
        @Override
        public Stream<JWK> resolveKeys(TrustMaterialRequest request) {
            return Stream.empty();
        }
    }
}
