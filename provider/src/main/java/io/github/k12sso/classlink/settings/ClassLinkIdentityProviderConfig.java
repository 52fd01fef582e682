package io.github.k12sso.classlink.settings;

import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.http.HostNotAllowed;
import io.github.k12sso.classlink.http.TokenEndpointClient;
import io.github.k12sso.classlink.profile.IdentityKey;
import io.github.k12sso.classlink.profile.TenantAllowList;
import io.github.k12sso.classlink.profile.UsernameTemplate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.OAuth2Constants;
import org.keycloak.broker.oidc.OIDCIdentityProviderConfig;
import org.keycloak.models.ClientModel;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;

/**
 * The settings of a ClassLink provider. Defaults live in the getters, because Keycloak hands providers what is stored in
 * its database and nothing more; a blank value counts as not set.
 */
public final class ClassLinkIdentityProviderConfig extends OIDCIdentityProviderConfig {

    /** The provider id. Keycloak's console takes any id that contains "oidc", "oauth2" or "saml" for one of those. */
    public static final String PROVIDER_ID = "classlink";

    /** The provider's name in Keycloak's list of social providers. */
    public static final String PROVIDER_NAME = "ClassLink";

    static final String FORGET_TOKENS_ON_LOGOUT = "forgetTokensOnLogout";
    static final int DEFAULT_MIN_VALIDITY_SECONDS = 60;
    private static final int MIN_MIN_VALIDITY_SECONDS = 5;
    private static final int MAX_MIN_VALIDITY_SECONDS = 3600;
    private static final long serialVersionUID = 1L;

    static final String AUTHORIZATION_URL = "authorizationUrl";
    static final String TOKEN_URL = "tokenUrl";
    static final String USER_INFO_URL = "userInfoUrl";
    static final String REVOCATION_URL = "revocationUrl";
    static final String REQUIRE_ID_TOKEN = "requireIdToken";
    static final String IDENTITY_KEY = "identityKey";
    static final String USERNAME_TEMPLATE = "usernameTemplate";
    static final String ALLOWED_TENANTS = "allowedTenants";
    static final String TOKEN_LIFETIME_SECONDS = "tokenLifetimeSeconds";
    static final String TOKEN_SCOPE = "tokenScope";
    static final String LAUNCHPAD_CLIENT = "launchpadClient";
    static final String LAUNCHPAD_SIGN_OUT_URL = "launchpadSignOutUrl";
    static final String ROSTER_MODE = "rosterMode";
    static final String ROSTER_URL = "rosterUrl";
    static final String PARTNER_KEY = "partnerKey";
    static final String ROSTER_SCOPE = "rosterScope";
    static final String ROSTER_REQUESTS_PER_MINUTE = "rosterRequestsPerMinute";
    static final String CLIENT_ID = "clientId";
    static final String CLIENT_AUTH_METHOD = "clientAuthMethod";
    static final String DEFAULT_SCOPE = "defaultScope";

    /** classlink-facts section 1. */
    static final String DEFAULT_AUTHORIZATION_URL = "https://launchpad.classlink.com/oauth2/v2/auth";

    static final String DEFAULT_TOKEN_URL = "https://launchpad.classlink.com/oauth2/v2/token";
    static final String DEFAULT_JWKS_URL = "https://launchpad.classlink.com/oauth2/v2/jwks";
    static final String DEFAULT_ISSUER = "https://launchpad.classlink.com";
    static final String DEFAULT_USER_INFO_URL = "https://nodeapi.classlink.com/v2/my/info";
    static final String DEFAULT_SCOPES = "openid profile email";
    static final String DEFAULT_USERNAME_TEMPLATE = "${login_id}.${tenant_id}";
    static final String DEFAULT_TOKEN_SCOPE = "classlink-token";
    static final String DEFAULT_ROSTER_URL = "https://oneroster-proxy.apis.classlink.com";
    static final String DEFAULT_ROSTER_SCOPE = "classlink-roster";
    /** classlink-facts 2.3: access tokens live 24 hours and the answer does not say so. */
    static final long DEFAULT_TOKEN_LIFETIME_SECONDS = Duration.ofHours(24).toSeconds();

    static final long MIN_TOKEN_LIFETIME_SECONDS = Duration.ofMinutes(1).toSeconds();
    static final long MAX_TOKEN_LIFETIME_SECONDS = Duration.ofDays(365).toSeconds();
    static final int DEFAULT_ROSTER_REQUESTS_PER_MINUTE = 600;
    private static final int MAX_ROSTER_REQUESTS_PER_MINUTE = 100_000;
    static final int DEFAULT_CLOCK_SKEW_SECONDS = 30;
    static final int MAX_CLOCK_SKEW_SECONDS = 300;

    /** What Keycloak's vault takes for one of its own. */
    private static final Pattern VAULT_REFERENCE = Pattern.compile("\\$\\{vault\\.[^}]+}");

    // Server-wide, not a realm setting: transient, so that no copy of a model can carry it away.
    private final transient AllowedHosts allowedHosts;

    public ClassLinkIdentityProviderConfig(AllowedHosts allowedHosts) {
        this.allowedHosts = allowedHosts;
    }

    public ClassLinkIdentityProviderConfig(IdentityProviderModel model, AllowedHosts allowedHosts) {
        super(model);
        this.allowedHosts = allowedHosts;
    }

    /** Of another ClassLink provider on this server. */
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
        return setting(CLIENT_ID).orElse(null);
    }

    @Override
    public String getAuthorizationUrl() {
        return setting(AUTHORIZATION_URL).orElse(DEFAULT_AUTHORIZATION_URL);
    }

    @Override
    public String getTokenUrl() {
        return setting(TOKEN_URL).orElse(DEFAULT_TOKEN_URL);
    }

    @Override
    public String getJwksUrl() {
        return setting(JWKS_URL).orElse(DEFAULT_JWKS_URL);
    }

    @Override
    public String getIssuer() {
        return setting(ISSUER).orElse(DEFAULT_ISSUER);
    }

    @Override
    public String getUserInfoUrl() {
        return setting(USER_INFO_URL).orElse(DEFAULT_USER_INFO_URL);
    }

    /** RFC 7009 endpoint; empty means that tokens are only forgotten locally. */
    public Optional<String> getRevocationUrl() {
        return setting(REVOCATION_URL);
    }

    /**
     * Separated by spaces. Commas are accepted too, as in ClassLink's own examples. Without {@code openid} where no id_token
     * is required: Keycloak's base class puts it in, and ClassLink refuses a scope that the app does not have.
     */
    @Override
    public String getDefaultScope() {
        return Arrays.stream(setting(DEFAULT_SCOPE).orElse(DEFAULT_SCOPES).split("[\\s,]+"))
                .filter(scope -> !scope.isEmpty())
                .filter(scope -> isRequireIdToken() || !scope.equals(OAuth2Constants.SCOPE_OPENID))
                .distinct()
                .collect(Collectors.joining(" "));
    }

    @Override
    public String getClientAuthMethod() {
        return setting(CLIENT_AUTH_METHOD).orElse(OIDCLoginProtocol.CLIENT_SECRET_POST);
    }

    @Override
    public boolean isPkceEnabled() {
        return flag(PKCE_ENABLED);
    }

    /** Always S256; RFC 9700 advises against the other one. */
    @Override
    public String getPkceMethod() {
        return OAuth2Constants.PKCE_METHOD_S256;
    }

    /** False for the plain OAuth 2 flow: no id_token is looked at, the identity comes from the profile call alone. */
    public boolean isRequireIdToken() {
        return flag(REQUIRE_ID_TOKEN);
    }

    /** Which id links a person to a user. */
    public IdentityKey getIdentityKey() {
        return setting(IDENTITY_KEY)
                .map(value -> IdentityKey.ofSetting(value)
                        .orElseThrow(() ->
                                mustBeOneOf(Arrays.stream(IdentityKey.values()).map(IdentityKey::setting))))
                .orElse(IdentityKey.USER_ID);
    }

    public UsernameTemplate getUsernameTemplate() {
        return UsernameTemplate.parse(setting(USERNAME_TEMPLATE).orElse(DEFAULT_USERNAME_TEMPLATE));
    }

    /** The districts that may log in; empty setting, every district. */
    public TenantAllowList getAllowedTenants() {
        return TenantAllowList.parse(getConfig().get(ALLOWED_TENANTS));
    }

    /** Life of an access token whose answer has no {@code expires_in}. One minute to one year. */
    public Duration getTokenLifetime() {
        return Duration.ofSeconds(number(TOKEN_LIFETIME_SECONDS, MIN_TOKEN_LIFETIME_SECONDS, MAX_TOKEN_LIFETIME_SECONDS)
                .orElse(DEFAULT_TOKEN_LIFETIME_SECONDS));
    }

    /** Keycloak's own setting, with another default: an access token with less left is renewed. 5 seconds to an hour. */
    @Override
    public int getMinValidityToken() {
        return number(MIN_VALIDITY_TOKEN, MIN_MIN_VALIDITY_SECONDS, MAX_MIN_VALIDITY_SECONDS)
                .map(Long::intValue)
                .orElse(DEFAULT_MIN_VALIDITY_SECONDS);
    }

    /** Whether a person's last logout takes their tokens out of the vault. Off unless switched on. */
    public boolean isForgetTokensOnLogout() {
        return flag(FORGET_TOKENS_ON_LOGOUT, false);
    }

    public TokenLifetimes getTokenLifetimes() {
        return new TokenLifetimes(getTokenLifetime(), Duration.ofSeconds(getMinValidityToken()));
    }

    /** The app at ClassLink. */
    public TokenEndpointClient.App getApp() {
        return new TokenEndpointClient.App(
                getTokenUrl(), getRevocationUrl(), getClientId(), getClientSecret(), isBasicAuthentication());
    }

    /** The client scope that a Keycloak access token must carry to be exchanged for a ClassLink token. */
    public String getTokenScope() {
        return setting(TOKEN_SCOPE).orElse(DEFAULT_TOKEN_SCOPE);
    }

    /** The app that a LaunchPad tile opens, by its client id; empty, none. */
    public Optional<String> getLaunchpadClient() {
        return setting(LAUNCHPAD_CLIENT);
    }

    /** Where people leave LaunchPad: the page after a logout links there; empty, there is no such page. */
    public Optional<String> getLaunchpadSignOutUrl() {
        return setting(LAUNCHPAD_SIGN_OUT_URL);
    }

    public RosterMode getRosterMode() {
        return setting(ROSTER_MODE)
                .map(value -> RosterMode.ofSetting(value)
                        .orElseThrow(() ->
                                mustBeOneOf(Arrays.stream(RosterMode.values()).map(RosterMode::setting))))
                .orElse(RosterMode.OFF);
    }

    /** Base of the OneRoster service; {@code /ims/oneroster/v1p1/…} follows. */
    public String getRosterUrl() {
        return setting(ROSTER_URL).orElse(DEFAULT_ROSTER_URL);
    }

    /** Where the vault keeps the partner's key, such as <code>${vault.partner}</code>: never the key itself. */
    public Optional<String> getPartnerKey() {
        return setting(PARTNER_KEY).map(value -> {
            if (!VAULT_REFERENCE.matcher(value).matches()) {
                throw new IllegalArgumentException("must be a reference to Keycloak's vault such as"
                        + " ${vault.classlink-partner-key}, not the key itself, which everybody could read here");
            }
            return value;
        });
    }

    /** The client scope that a Keycloak access token must carry to read rosters. */
    public String getRosterScope() {
        return setting(ROSTER_SCOPE).orElse(DEFAULT_ROSTER_SCOPE);
    }

    /** Of one client, on one node: 1 to 100,000. */
    public int getRosterRequestsPerMinute() {
        return number(ROSTER_REQUESTS_PER_MINUTE, 1, MAX_ROSTER_REQUESTS_PER_MINUTE)
                .map(Long::intValue)
                .orElse(DEFAULT_ROSTER_REQUESTS_PER_MINUTE);
    }

    /** How far ClassLink's clock and ours may differ, in seconds: 0 to 300. */
    @Override
    public int getAllowedClockSkew() {
        return number(ALLOWED_CLOCK_SKEW, 0, MAX_CLOCK_SKEW_SECONDS)
                .map(Long::intValue)
                .orElse(DEFAULT_CLOCK_SKEW_SECONDS);
    }

    /** Signatures are always verified, and always with ClassLink's published keys. */
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

    /**
     * Called when the provider is created, changed or imported. Keycloak answers 400 with the message.
     *
     * @throws IllegalArgumentException saying which setting is wrong, and what may be typed there
     */
    @Override
    public void validate(RealmModel realm) {
        check("Client ID", () -> {
            if (getClientId() == null) {
                throw new IllegalArgumentException(
                        "is missing. It is the OAuth2 client id of your app in ClassLink's Partner Portal");
            }
        });
        checkUrl("Authorization URL", getAuthorizationUrl());
        checkUrl("Token URL", getTokenUrl());
        checkUrl("JWKS URL", getJwksUrl());
        checkUrl("Profile URL", getUserInfoUrl());
        getRevocationUrl().ifPresent(url -> checkUrl("Revocation URL", url));
        check("Client authentication", this::checkClientAuthMethod);
        check("Require id_token", () -> flag(REQUIRE_ID_TOKEN));
        check("Use PKCE", () -> flag(PKCE_ENABLED));
        check("Identity key", this::getIdentityKey);
        check("User name template", this::getUsernameTemplate);
        check("Allowed districts", this::getAllowedTenants);
        check("Token lifetime", this::getTokenLifetime);
        check("Renew before the end", this::getMinValidityToken);
        check("Forget tokens at logout", this::isForgetTokensOnLogout);
        check("Verify essential claim", () -> EssentialClaim.of(this));
        check("Allowed clock skew", this::getAllowedClockSkew);
        check("Scope for token exchange", () -> requireOneScope(getTokenScope()));
        check("App for LaunchPad tiles", () -> getLaunchpadClient().ifPresent(id -> requireApp(realm, id)));
        getLaunchpadSignOutUrl().ifPresent(url -> checkUrl("LaunchPad sign-out page", url));
        check("Roster access", this::getRosterMode);
        checkUrl("Roster URL", getRosterUrl());
        check("Partner key", () -> {
            if (getPartnerKey().isEmpty() && getRosterMode() == RosterMode.PARTNER_KEY) {
                throw new IllegalArgumentException(
                        "is missing. Roster access partner-key needs a reference to Keycloak's"
                                + " vault such as ${vault.classlink-partner-key}");
            }
        });
        check("Scope for rosters", () -> requireOneScope(getRosterScope()));
        check("Roster requests a minute", this::getRosterRequestsPerMinute);
        // Last, because Keycloak's messages name settings by other names than the console.
        super.validate(realm);
    }

    private static void requireOneScope(String scope) {
        if (scope.matches(".*\\s.*")) {
            throw new IllegalArgumentException("is the name of one client scope, without spaces");
        }
    }

    /** A client that is not there passes: realm files bring providers first and clients afterwards. */
    private static void requireApp(RealmModel realm, String clientId) {
        ClientModel client = realm.getClientByClientId(clientId);
        if (client != null && !(client.isEnabled() && OIDCLoginProtocol.LOGIN_PROTOCOL.equals(client.getProtocol()))) {
            throw new IllegalArgumentException("must be the client id of an OpenID Connect client that is enabled");
        }
    }

    private void checkClientAuthMethod() {
        String method = getClientAuthMethod();
        if (!method.equals(OIDCLoginProtocol.CLIENT_SECRET_POST)
                && !method.equals(OIDCLoginProtocol.CLIENT_SECRET_BASIC)) {
            throw new IllegalArgumentException("must be client_secret_post or client_secret_basic");
        }
    }

    private void checkUrl(String label, String url) {
        try {
            allowedHosts.require(url);
        } catch (HostNotAllowed e) {
            throw new IllegalArgumentException(label + " " + e.getMessage(), e);
        }
    }

    private static void check(String label, Runnable rule) {
        try {
            rule.run();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(label + " " + e.getMessage(), e);
        }
    }

    private Optional<String> setting(String key) {
        return Optional.ofNullable(getConfig().get(key)).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** A switch that is on unless it is set to false. */
    private boolean flag(String key) {
        return flag(key, true);
    }

    private boolean flag(String key, boolean unset) {
        String value = setting(key).orElse(String.valueOf(unset)).toLowerCase(Locale.ROOT);
        if (!value.equals("true") && !value.equals("false")) {
            throw new IllegalArgumentException("must be true or false");
        }
        return value.equals("true");
    }

    private Optional<Long> number(String key, long min, long max) {
        return setting(key).map(value -> {
            if (!value.matches("[0-9]{1,9}") || Long.parseLong(value) < min || Long.parseLong(value) > max) {
                throw new IllegalArgumentException("must be a whole number from " + min + " to " + max);
            }
            return Long.valueOf(value);
        });
    }

    private static IllegalArgumentException mustBeOneOf(Stream<String> values) {
        return new IllegalArgumentException("must be one of " + values.collect(Collectors.joining(", ")));
    }
}
