package io.github.k12sso.classlink.settings;

import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.http.TokenEndpointClient;
import io.github.k12sso.classlink.profile.Profile.IdentityKey;
import io.github.k12sso.classlink.profile.TenantAllowList;
import io.github.k12sso.classlink.profile.UsernameTemplate;
import io.github.k12sso.classlink.settings.Setting.RosterMode;
import io.github.k12sso.classlink.settings.SettingValues.EssentialClaim;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.keycloak.OAuth2Constants;
import org.keycloak.broker.oidc.OIDCIdentityProviderConfig;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.RealmModel;

/** The settings of a ClassLink provider, typed. {@link Setting} has the keys, defaults and bounds. */
public final class ClassLinkIdentityProviderConfig extends OIDCIdentityProviderConfig {

    /** The provider id. Keycloak's console takes any id that contains "oidc", "oauth2" or "saml" for one of those. */
    public static final String PROVIDER_ID = "classlink";

    /** The provider's name in Keycloak's list of social providers. */
    public static final String PROVIDER_NAME = "ClassLink";

    private static final long serialVersionUID = 1L;

    private static final Pattern SCOPE_SEPARATORS = Pattern.compile("[\\s,]+");

    // Of the server, not of the realm: transient, so that no copy of a model contains it.
    private final transient AllowedHosts allowedHosts;

    public ClassLinkIdentityProviderConfig(AllowedHosts allowedHosts) {
        this.allowedHosts = allowedHosts;
    }

    public ClassLinkIdentityProviderConfig(IdentityProviderModel model, AllowedHosts allowedHosts) {
        super(model);
        this.allowedHosts = allowedHosts;
    }

    public ClassLinkIdentityProviderConfig another(IdentityProviderModel model) {
        return new ClassLinkIdentityProviderConfig(model, allowedHosts);
    }

    /** The provider's name on pages. Not Keycloak's look-up, which fails for a provider that is disabled. */
    public String getShownName() {
        String name = getDisplayName();
        return name == null || name.isBlank() ? PROVIDER_NAME : name;
    }

    /** Without the blanks that come with pasting: it is compared with the id_token's audience. */
    @Override
    public String getClientId() {
        return values().find(Setting.CLIENT_ID).orElse(null);
    }

    @Override
    public String getAuthorizationUrl() {
        return values().text(Setting.AUTHORIZATION_URL);
    }

    @Override
    public String getTokenUrl() {
        return values().text(Setting.TOKEN_URL);
    }

    @Override
    public String getJwksUrl() {
        return values().text(Setting.JWKS_URL);
    }

    @Override
    public String getIssuer() {
        return values().text(Setting.ISSUER);
    }

    @Override
    public String getUserInfoUrl() {
        return values().text(Setting.USER_INFO_URL);
    }

    /** RFC 7009 endpoint; empty means that tokens are only forgotten locally. */
    public Optional<String> getRevocationUrl() {
        return values().find(Setting.REVOCATION_URL);
    }

    /**
     * Separated by spaces; commas are accepted, as in ClassLink's own examples. Without {@code openid} if no id_token is
     * required: Keycloak's base class adds it, and ClassLink refuses a scope that the app does not have.
     */
    @Override
    public String getDefaultScope() {
        // Keycloak's base classes ask twice for each provider that they make, which is once for each request.
        Set<String> scopes =
                new LinkedHashSet<>(Arrays.asList(SCOPE_SEPARATORS.split(values().text(Setting.DEFAULT_SCOPE), -1)));
        scopes.remove("");
        if (!isRequireIdToken()) {
            scopes.remove(OAuth2Constants.SCOPE_OPENID);
        }
        return String.join(" ", scopes);
    }

    @Override
    public String getClientAuthMethod() {
        return values().text(Setting.CLIENT_AUTH_METHOD);
    }

    @Override
    public boolean isPkceEnabled() {
        return values().flag(Setting.PKCE_ENABLED);
    }

    /** Always S256; RFC 9700 advises against the other one. */
    @Override
    public String getPkceMethod() {
        return OAuth2Constants.PKCE_METHOD_S256;
    }

    /** False for the plain OAuth 2 flow: no id_token is looked at, the identity comes from the profile call alone. */
    public boolean isRequireIdToken() {
        return values().flag(Setting.REQUIRE_ID_TOKEN);
    }

    public IdentityKey getIdentityKey() {
        return IdentityKey.ofSetting(values().choice(Setting.IDENTITY_KEY)).orElseThrow();
    }

    public UsernameTemplate getUsernameTemplate() {
        return UsernameTemplate.parse(values().text(Setting.USERNAME_TEMPLATE));
    }

    /** The districts that may log in; empty setting, every district. */
    public TenantAllowList getAllowedTenants() {
        return TenantAllowList.parse(values().find(Setting.ALLOWED_TENANTS).orElse(null));
    }

    /** Life of an access token whose answer has no {@code expires_in}. One minute to one year. */
    public Duration getTokenLifetime() {
        return Duration.ofSeconds(values().number(Setting.TOKEN_LIFETIME_SECONDS));
    }

    /** Keycloak's own setting, with another default: an access token with less left is renewed. 5 seconds to an hour. */
    @Override
    public int getMinValidityToken() {
        return values().number(Setting.MIN_VALIDITY_TOKEN);
    }

    public boolean isAcceptUnencryptedTokens() {
        return values().flag(Setting.ACCEPT_UNENCRYPTED_TOKENS);
    }

    /** Whether a person's last logout takes their tokens out of the vault. Off unless switched on. */
    public boolean isForgetTokensOnLogout() {
        return values().flag(Setting.FORGET_TOKENS_ON_LOGOUT);
    }

    public TokenEndpointClient.App getApp() {
        return new TokenEndpointClient.App(
                getTokenUrl(), getRevocationUrl(), getClientId(), getClientSecret(), getClientAuthMethod());
    }

    /** The client scope that a Keycloak access token must carry to be exchanged for a ClassLink token. */
    public String getTokenScope() {
        return values().text(Setting.TOKEN_SCOPE);
    }

    /** The app that a LaunchPad tile opens, by its client id. */
    public Optional<String> getLaunchpadClient() {
        return values().find(Setting.LAUNCHPAD_CLIENT);
    }

    /** Where people leave LaunchPad: the page after a logout links there; empty, there is no such page. */
    public Optional<String> getLaunchpadSignOutUrl() {
        return values().find(Setting.LAUNCHPAD_SIGN_OUT_URL);
    }

    public RosterMode getRosterMode() {
        return RosterMode.ofSetting(values().choice(Setting.ROSTER_MODE)).orElseThrow();
    }

    public String getRosterUrl() {
        return values().text(Setting.ROSTER_URL);
    }

    /** Where the vault keeps the partner's key, such as <code>${vault.partner}</code>: never the key itself. */
    public Optional<String> getPartnerKey() {
        return values().vaultReference(Setting.PARTNER_KEY);
    }

    /** The same for the districts' keys: a hyphen and a TenantId after the entry's name make it one district's. */
    public Optional<String> getDistrictKeys() {
        return values().vaultReference(Setting.DISTRICT_KEYS);
    }

    public String getRosterScope() {
        return values().text(Setting.ROSTER_SCOPE);
    }

    public int getRosterRequestsPerMinute() {
        return values().number(Setting.ROSTER_REQUESTS_PER_MINUTE);
    }

    /** How far ClassLink's clock and ours may differ, in seconds: 0 to 300. */
    @Override
    public int getAllowedClockSkew() {
        return values().number(Setting.ALLOWED_CLOCK_SKEW);
    }

    @Override
    public boolean isValidateSignature() {
        return true;
    }

    @Override
    public boolean isUseJwksUrl() {
        return true;
    }

    /** A nonce belongs to an id_token; without one there is nothing to compare it with. */
    @Override
    public boolean isDisableNonce() {
        return !isRequireIdToken();
    }

    /** The profile call is the identity; Keycloak's switch "Disable user info" has no meaning here. */
    @Override
    public boolean isDisableUserInfoService() {
        return false;
    }

    @Override
    public boolean isSupportsClientAssertions() {
        return false;
    }

    @Override
    public boolean isJWTAuthorizationGrantEnabled() {
        return false;
    }

    @Override
    public void validate(RealmModel realm) {
        SettingsValidator.stripBlanks(getConfig());
        new SettingsValidator(values(), allowedHosts, realm).validate();
        SettingsValidator.require("Verify essential claim", () -> EssentialClaim.of(this));
        // Last: Keycloak's messages name settings by other names than the console.
        super.validate(realm);
    }

    private SettingValues values() {
        return new SettingValues(getConfig());
    }
}
