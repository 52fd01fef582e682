package io.github.k12sso.classlink.idp.v26_7;

import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.idp.ClassLinkIdentityProvider;
import io.github.k12sso.classlink.oneroster.gateway.RosterState;
import io.github.k12sso.classlink.refresh.RefreshesInFlight;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import io.github.k12sso.classlink.vault.KeySource;
import io.github.k12sso.classlink.vault.Revocations;
import java.util.stream.Stream;
import org.keycloak.broker.provider.TrustMaterialRequest;
import org.keycloak.jose.jwk.JWK;
import org.keycloak.models.KeycloakSession;

/** For Keycloak 26.7, where an OpenID Connect provider can vouch for keys of clients, too. */
public final class CreatorFor26_7 implements ClassLinkIdentityProvider.Creator {

    @Override
    public ClassLinkIdentityProvider create(
            KeycloakSession session,
            ClassLinkIdentityProviderConfig config,
            AllowedHosts allowedHosts,
            KeySource tokenKeys,
            RefreshesInFlight refreshes,
            Revocations revocations,
            RosterState rosters) {
        return new WithoutTrustMaterial(session, config, allowedHosts, tokenKeys, refreshes, revocations, rosters);
    }

    private static final class WithoutTrustMaterial extends ClassLinkIdentityProvider {

        WithoutTrustMaterial(
                KeycloakSession session,
                ClassLinkIdentityProviderConfig config,
                AllowedHosts allowedHosts,
                KeySource tokenKeys,
                RefreshesInFlight refreshes,
                Revocations revocations,
                RosterState rosters) {
            super(session, config, allowedHosts, tokenKeys, refreshes, revocations, rosters);
        }

        /** ClassLink's keys sign its id_tokens; they say nothing of clients and credentials here. */
        @Override
        public Stream<JWK> resolveKeys(TrustMaterialRequest request) {
            return Stream.empty();
        }
    }
}
