package io.github.k12sso.classlink.idp.v26_6;

import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.idp.ClassLinkIdentityProvider;
import io.github.k12sso.classlink.oneroster.gateway.RosterState;
import io.github.k12sso.classlink.refresh.RefreshesInFlight;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import io.github.k12sso.classlink.vault.KeySource;
import io.github.k12sso.classlink.vault.Revocations;
import org.keycloak.models.KeycloakSession;

/** For Keycloak 26.6, which knows everything that the provider overrides. */
public final class CreatorFor26_6 implements ClassLinkIdentityProvider.Creator {

    @Override
    public ClassLinkIdentityProvider create(
            KeycloakSession session,
            ClassLinkIdentityProviderConfig config,
            AllowedHosts allowedHosts,
            KeySource tokenKeys,
            RefreshesInFlight refreshes,
            Revocations revocations,
            RosterState rosters) {
        return new ClassLinkIdentityProvider(session, config, allowedHosts, tokenKeys, refreshes, revocations, rosters);
    }
}
