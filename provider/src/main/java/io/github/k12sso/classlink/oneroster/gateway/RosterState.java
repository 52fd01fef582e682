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

/** The shared state of a node between requests: limits and caches. */
public final class RosterState {

    private final RosterLimits limits;
    private final PartnerApplications applications;
    private final SourceLists.Known lists;
    private final RosterWays.Support support;
    private final PageCache pages;
    private final Silences silences;

    public RosterState(RosterLimits limits, InstantSource clock) {
        Ticker ticker = () -> nanos(clock.instant());
        this.limits = limits;
        this.silences = new Silences(clock, ticker);
        this.applications = new PartnerApplications(clock, silences);
        this.lists = new SourceLists.Known(ticker);
        this.support = new RosterWays.Support(ticker);
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

    RosterWays.Support support() {
        return support;
    }

    PageCache pages() {
        return pages;
    }

    Silences silences() {
        return silences;
    }

    /**
     * The source of one request: the credentials and the cache keys. The keys contain the roster URL, the access mode
     * and a digest of the credentials, so data of another partner or another user's token is never returned.
     *
     * @param partner cache key of the list of districts
     * @param district cache key of pages and memberships; with {@code user-token}, specific to the user's token
     */
    record Source(RosterCredentials credentials, String partner, String district) {

        /** The format of a partner key. A trailing line break in the file is not part of the key. */
        private static final String KEY = "[!-~]{1,4096}";

        /** TenantIds allowed in entry names. Upper case is excluded because some vaults are not case-sensitive. */
        private static final String TENANT = "[0-9a-z-]+";

        /** Provides the user's token in the access mode user-token. */
        @FunctionalInterface
        interface UserTokens {
            RosterCredentials.UserToken open() throws RosterFailure;
        }

        /**
         * Reads the credentials from Keycloak's vault or the user's record.
         *
         * @param total time limit for reading the credentials
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
                            RosterFailure.Reason.ROSTER_OFF, "The roster API is disabled for this provider");
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

        /** The entry has the name from the setting, with the TenantId appended. */
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
     * The provider settings and services that the gateway needs.
     *
     * @param enabled whether the provider is enabled
     * @param rosterUrl URL of the OneRoster service without {@code /ims/oneroster/v1p1}
     * @param partnerKey vault reference of the partner key
     * @param districtKeys vault reference of the district keys
     * @param storesTokens Keycloak's switch Store tokens; if off, existing records are ignored because they are no
     *     longer updated
     * @param scope client scope that a Keycloak access token must have
     * @param requestsPerMinute limit per user and client on one node
     * @param allowedTenants districts whose users can sign in and whose rosters can be read
     * @param vault of the provider, for the identity from the last login
     * @param tokens of the provider, for valid ClassLink tokens
     * @param upstream for calls to ClassLink
     * @param state of this node
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
