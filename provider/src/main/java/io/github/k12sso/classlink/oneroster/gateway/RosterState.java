package io.github.k12sso.classlink.oneroster.gateway;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.keycloak.Clocks;
import io.github.k12sso.classlink.oneroster.client.DistrictKeyCredentials;
import io.github.k12sso.classlink.oneroster.client.PartnerApplications;
import io.github.k12sso.classlink.oneroster.client.RosterCredentials;
import io.github.k12sso.classlink.oneroster.client.RosterCredentials.PartnerKeyCredentials;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import io.github.k12sso.classlink.oneroster.client.RosterFailure.Silences;
import io.github.k12sso.classlink.oneroster.client.RosterWays;
import io.github.k12sso.classlink.oneroster.client.SourceLists;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import io.github.k12sso.classlink.profile.TenantAllowList;
import io.github.k12sso.classlink.refresh.ValidTokens;
import io.github.k12sso.classlink.settings.Setting;
import io.github.k12sso.classlink.settings.Setting.RosterMode;
import io.github.k12sso.classlink.vault.TokenVault;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.keycloak.models.KeycloakSession;
import org.keycloak.vault.VaultStringSecret;

/** What one node remembers between requests: limits, and what it may answer without asking. */
public final class RosterState {

    private final RosterLimits limits;
    private final PartnerApplications applications;
    private final SourceLists.Known lists;
    private final RosterWays.Lacking lacking;
    private final PageCache pages;
    private final Silences silences;

    public RosterState(RosterLimits limits, InstantSource clock) {
        Ticker ticker = () -> nanos(clock.instant());
        this.limits = limits;
        this.silences = new Silences(clock, ticker);
        this.applications = new PartnerApplications(clock, silences);
        this.lists = new SourceLists.Known(ticker);
        this.lacking = new RosterWays.Lacking(ticker);
        this.pages = new PageCache(ticker);
        GatewayResource.declareSeries();
    }

    private static long nanos(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }

    RosterLimits limits() {
        return limits;
    }

    PartnerApplications applications() {
        return applications;
    }

    SourceLists.Known lists() {
        return lists;
    }

    RosterWays.Lacking lacking() {
        return lacking;
    }

    PageCache pages() {
        return pages;
    }

    Silences silences() {
        return silences;
    }

    /**
     * Where one request reads: what opens the roster, and the keys under which this node keeps what was read with it. They contain
     * the roster's address, the way of access and a digest of the credentials: what another partner, or another person's token,
     * has read is not found again.
     *
     * @param partner key of what is the same for everybody who reads there: the list of districts
     * @param district key of pages and memberships; with {@code user-token}, of this user's token alone
     */
    record Source(RosterCredentials credentials, String partner, String district) {

        /** A partner key as it is typed into a file: a line break at its end is none of it. */
        private static final String KEY = "[!-~]{1,4096}";

        /** Other TenantIds name no entry of a vault: some vaults take upper and lower case for the same. */
        private static final String TENANT = "[0-9a-z-]+";

        /** The user's own token, where that opens the roster. */
        @FunctionalInterface
        interface UserTokens {
            RosterCredentials.UserToken open() throws RosterFailure;
        }

        /**
         * Reads the credentials, out of Keycloak's vault or the user's record.
         *
         * @param total for what the credentials themselves take
         */
        static Source of(
                KeycloakSession session, RosterSettings settings, TenantId tenant, UserTokens user, Duration total)
                throws RosterFailure {
            String provider = session.getContext().getRealm().getId() + " " + settings.alias() + " "
                    + settings.mode().setting();
            return switch (settings.mode()) {
                case USER_TOKEN -> ofUser(user.open(), settings, tenant, provider);
                case PARTNER_KEY -> ofPartner(partnerKey(session, settings), settings, tenant, provider, total);
                case DISTRICT_KEY -> {
                    String entry = districtKey(session, settings, tenant);
                    String partner = provider + " " + digest(entry);
                    yield new Source(
                            DistrictKeyCredentials.parse(entry, Clocks.keycloak()), partner, partner + " " + tenant);
                }
                case OFF ->
                    throw new RosterFailure(
                            RosterFailure.Reason.ROSTER_OFF, "Rosters are switched off for this provider");
            };
        }

        private static Source ofUser(
                RosterCredentials.UserToken token, RosterSettings settings, TenantId tenant, String provider) {
            String partner = provider + " " + digest(settings.rosterUrl());
            return new Source(token, partner, partner + " " + tenant + " " + digest(token.accessToken()));
        }

        private static Source ofPartner(
                String key, RosterSettings settings, TenantId tenant, String provider, Duration total) {
            String partner = provider + " " + digest(settings.rosterUrl(), key);
            return new Source(
                    new PartnerKeyCredentials(
                            settings.state().applications(),
                            partner,
                            settings.upstream(),
                            settings.rosterUrl(),
                            key,
                            tenant.value(),
                            total),
                    partner,
                    partner + " " + tenant);
        }

        private static String partnerKey(KeycloakSession session, RosterSettings settings) throws RosterFailure {
            return settings.partnerKey()
                    .flatMap(reference -> secret(session, reference))
                    .filter(key -> key.matches(KEY))
                    .orElseThrow(() -> new RosterFailure(
                            RosterFailure.Reason.CONFIGURATION,
                            "Keycloak's vault has no partner key for this provider"));
        }

        /** The entry is named like the setting, with the TenantId after it. */
        private static String districtKey(KeycloakSession session, RosterSettings settings, TenantId tenant)
                throws RosterFailure {
            return settings.districtKeys()
                    .filter(unused -> tenant.value().matches(TENANT))
                    .map(reference -> reference.substring(0, reference.length() - 1) + "-" + tenant.value() + "}")
                    .flatMap(reference -> secret(session, reference))
                    .orElseThrow(() -> new RosterFailure(
                            RosterFailure.Reason.DISTRICT_UNKNOWN,
                            "Keycloak's vault has no district key for the district " + tenant
                                    + ": its entry is named like the setting " + Setting.DISTRICT_KEYS.quoted()
                                    + ", with -" + tenant
                                    + " at the end"));
        }

        private static Optional<String> secret(KeycloakSession session, String reference) {
            try (VaultStringSecret secret = session.vault().getStringSecret(reference)) {
                return secret.get().map(String::strip).filter(text -> !text.isEmpty());
            }
        }

        private static String digest(String... parts) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                for (String part : parts) {
                    digest.update(part.getBytes(StandardCharsets.UTF_8));
                    digest.update((byte) 0);
                }
                return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("Every Java has SHA-256", e);
            }
        }
    }

    /**
     * What the gateway needs of a provider.
     *
     * @param enabled the provider's own switch
     * @param rosterUrl base of the OneRoster service, without {@code /ims/oneroster/v1p1}
     * @param partnerKey a reference to Keycloak's vault
     * @param districtKeys the same, for one entry per district
     * @param storesTokens Keycloak's switch: off, no record counts, because none is written at login any more
     * @param scope client scope that a Keycloak access token must carry
     * @param requestsPerMinute of one user of a client, on one node
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
            Optional<String> districtKeys,
            boolean storesTokens,
            String scope,
            int requestsPerMinute,
            TenantAllowList allowedTenants,
            TokenVault vault,
            ValidTokens tokens,
            UpstreamClient upstream,
            RosterState state) {}
}
