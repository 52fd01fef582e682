package io.github.k12sso.classlink.settings;

import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.http.TokenEndpointClient;
import io.github.k12sso.classlink.profile.Profile.IdentityKey;
import io.github.k12sso.classlink.profile.TenantAllowList;
import io.github.k12sso.classlink.profile.UsernameTemplate;
import io.github.k12sso.classlink.settings.Setting.RosterMode;
import io.github.k12sso.classlink.settings.SettingValues.EssentialClaim;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.keycloak.OAuth2Constants;
import org.keycloak.broker.oidc.OIDCIdentityProviderConfig;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.RealmModel;

/** Typed access to the settings of a ClassLink provider. {@link Setting} defines the keys, defaults and bounds. */
public final class ClassLinkIdentityProviderConfig extends OIDCIdentityProviderConfig {

    /**
     * The provider id. It must not contain "oidc", "oauth2" or "saml": Keycloak's console would show the form of those
     * providers.
     */
    public static final String PROVIDER_ID = "classlink";

    /** The provider's name in Keycloak's list of social providers. */
    public static final String PROVIDER_NAME = "ClassLink";

    private static final long serialVersionUID = 1L;

    private static final Pattern SCOPE_SEPARATORS = Pattern.compile("[\\s,]+");

    // A server option, not a realm setting: transient, so copies of the model do not contain it.
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

    /** Returns the provider's name for pages. Keycloak's own lookup fails for a disabled provider. */
    public String getShownName() {
        String name = getDisplayName();
        return name == null || name.isBlank() ? PROVIDER_NAME : name;
    }

    /** Returns the client ID without surrounding spaces, because it is compared with the id_token's audience. */
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

    /** Returns the RFC 7009 endpoint; if empty, tokens are deleted only in Keycloak. */
    public Optional<String> getRevocationUrl() {
        return values().find(Setting.REVOCATION_URL);
    }

    /**
     * Returns the scopes, separated by spaces. Commas are accepted in the setting, as in ClassLink's examples. Omits
     * {@code openid} if no id_token is required: Keycloak's base class adds it, and ClassLink refuses scopes that the
     * app does not have.
     */
    @Override
    public String getDefaultScope() {
        return SCOPE_SEPARATORS
                .splitAsStream(values().text(Setting.DEFAULT_SCOPE))
                .filter(scope -> !scope.isEmpty())
                .filter(scope -> isRequireIdToken() || !scope.equals(OAuth2Constants.SCOPE_OPENID))
                .distinct()
                .collect(Collectors.joining(" "));
    }

    @Override
    public String getClientAuthMethod() {
        return values().text(Setting.CLIENT_AUTH_METHOD);
    }

    @Override
    public boolean isPkceEnabled() {
        return values().flag(Setting.PKCE_ENABLED);
    }

    /** Always S256; RFC 9700 advises against the plain method. */
    @Override
    public String getPkceMethod() {
        return OAuth2Constants.PKCE_METHOD_S256;
    }

    /** Returns false for the plain OAuth 2 flow, in which the identity comes only from the profile endpoint. */
    public boolean isRequireIdToken() {
        return values().flag(Setting.REQUIRE_ID_TOKEN);
    }

    public IdentityKey getIdentityKey() {
        return IdentityKey.ofSetting(values().choice(Setting.IDENTITY_KEY)).orElseThrow();
    }

    public UsernameTemplate getUsernameTemplate() {
        return UsernameTemplate.parse(values().text(Setting.USERNAME_TEMPLATE));
    }

    /** Returns the districts whose users can sign in; if empty, users of every district. */
    public TenantAllowList getAllowedTenants() {
        return TenantAllowList.parse(values().find(Setting.ALLOWED_TENANTS).orElse(null));
    }

    /** Returns the lifetime of an access token if the response has no {@code expires_in}: one minute to one year. */
    public Duration getTokenLifetime() {
        return Duration.ofSeconds(values().number(Setting.TOKEN_LIFETIME_SECONDS));
    }

    /** Returns the refresh threshold in seconds, 5 to 3600. It is Keycloak's setting with a different default. */
    @Override
    public int getMinValidityToken() {
        return values().number(Setting.MIN_VALIDITY_TOKEN);
    }

    public boolean isAcceptUnencryptedTokens() {
        return values().flag(Setting.ACCEPT_UNENCRYPTED_TOKENS);
    }

    /** Returns whether a user's stored tokens are deleted when the user's last session ends. */
    public boolean isForgetTokensOnLogout() {
        return values().flag(Setting.FORGET_TOKENS_ON_LOGOUT);
    }

    public TokenEndpointClient.App getApp() {
        return new TokenEndpointClient.App(
                getTokenUrl(), getRevocationUrl(), getClientId(), getClientSecret(), getClientAuthMethod());
    }

    /** Returns the client scope that a Keycloak access token must have for a token exchange. */
    public String getTokenScope() {
        return values().text(Setting.TOKEN_SCOPE);
    }

    /** Returns the client ID of the app that a LaunchPad tile opens. */
    public Optional<String> getLaunchpadClient() {
        return values().find(Setting.LAUNCHPAD_CLIENT);
    }

    /** Returns the LaunchPad sign-out address for the page after a logout; if empty, Keycloak's own page is shown. */
    public Optional<String> getLaunchpadSignOutUrl() {
        return values().find(Setting.LAUNCHPAD_SIGN_OUT_URL);
    }

    public RosterMode getRosterMode() {
        return RosterMode.ofSetting(values().choice(Setting.ROSTER_MODE)).orElseThrow();
    }

    public String getRosterUrl() {
        return values().text(Setting.ROSTER_URL);
    }

    /** Returns the vault reference of the partner key, such as <code>${vault.partner}</code>. */
    public Optional<String> getPartnerKey() {
        return values().vaultReference(Setting.PARTNER_KEY);
    }

    /** Returns the vault reference of the district keys. A hyphen and the TenantId are appended for each district. */
    public Optional<String> getDistrictKeys() {
        return values().vaultReference(Setting.DISTRICT_KEYS);
    }

    public String getRosterScope() {
        return values().text(Setting.ROSTER_SCOPE);
    }

    public int getRosterRequestsPerMinute() {
        return values().number(Setting.ROSTER_REQUESTS_PER_MINUTE);
    }

    /** Returns the allowed clock skew in seconds, 0 to 300. */
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

    /** The nonce is disabled without an id_token, because nothing would contain it. */
    @Override
    public boolean isDisableNonce() {
        return !isRequireIdToken();
    }

    /**
     * Always false: the identity comes from the profile endpoint, so Keycloak's switch "Disable user info" does not
     * apply.
     */
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
        // Called last because Keycloak's messages use other names for the settings than the console.
        super.validate(realm);
    }

    private SettingValues values() {
        return new SettingValues(getConfig());
    }
}
