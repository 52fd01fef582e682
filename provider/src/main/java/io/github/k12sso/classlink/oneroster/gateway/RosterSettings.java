package io.github.k12sso.classlink.oneroster.gateway;

import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.profile.TenantAllowList;
import io.github.k12sso.classlink.refresh.ValidTokens;
import io.github.k12sso.classlink.settings.RosterMode;
import io.github.k12sso.classlink.vault.TokenVault;
import java.util.Optional;

/**
 * What the gateway needs of a provider.
 *
 * @param enabled the provider's own switch
 * @param rosterUrl base of the OneRoster service, without {@code /ims/oneroster/v1p1}
 * @param partnerKey a reference to Keycloak's vault
 * @param scope client scope that a Keycloak access token must carry
 * @param requestsPerMinute of one client, on one node
 * @param allowedTenants districts whose people may log in, and whose rosters may be read
 * @param vault the provider's, for what ClassLink said about a user at their last login
 * @param tokens the provider's, valid ones
 * @param upstream for calls to ClassLink
 * @param state this node's
 */
public record RosterSettings(
        String alias,
        boolean enabled,
        RosterMode mode,
        String rosterUrl,
        Optional<String> partnerKey,
        String scope,
        int requestsPerMinute,
        TenantAllowList allowedTenants,
        TokenVault vault,
        ValidTokens tokens,
        UpstreamClient upstream,
        RosterState state) {}
