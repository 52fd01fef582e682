package io.github.k12sso.classlink.settings;

import io.github.k12sso.classlink.profile.Profile.IdentityKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * Every setting of a ClassLink provider: key, name, type, default and bounds, in the order of the form in the admin console.
 * Typed values, validation, the form and its text keys are made from this table, and docs/settings.md is compared with it.
 */
public enum Setting {
    // Keycloak's own fields
    CLIENT_ID("clientId", "Client ID", Type.OF_KEYCLOAK, null),
    DEFAULT_SCOPE("defaultScope", "Scopes", Type.OF_KEYCLOAK, "openid profile email"),

    // who may log in, and as whom
    ALLOWED_TENANTS("allowedTenants", "Allowed districts", Type.TENANTS, null),
    USERNAME_TEMPLATE("usernameTemplate", "User name template", Type.USERNAME_TEMPLATE, "${login_id}.${tenant_id}"),
    IDENTITY_KEY(
            "identityKey",
            "Identity key",
            IdentityKey.USER_ID.setting(),
            Arrays.stream(IdentityKey.values()).map(IdentityKey::setting).toList()),

    // LaunchPad tiles
    LAUNCHPAD_CLIENT("launchpadClient", "App for LaunchPad tiles", Type.CLIENT, null),

    // tokens for clients
    TOKEN_SCOPE("tokenScope", "Scope for token exchange", Type.SCOPE, "classlink-token"),
    /**
     * Access tokens live 24 hours, and ClassLink's answer does not say so
     * (docs/internals/classlink-protocol.md#token-response).
     */
    TOKEN_LIFETIME_SECONDS("tokenLifetimeSeconds", "Token lifetime", 86_400, 60, 31_536_000),
    MIN_VALIDITY_TOKEN("minValidityToken", "Renew before the end", 60, 5, 3600),
    ACCEPT_UNENCRYPTED_TOKENS("acceptUnencryptedTokens", "Accept unencrypted tokens", Type.FLAG, "true"),

    // logout
    FORGET_TOKENS_ON_LOGOUT("forgetTokensOnLogout", "Forget tokens at logout", Type.FLAG, "false"),
    LAUNCHPAD_SIGN_OUT_URL("launchpadSignOutUrl", "LaunchPad sign-out page", Type.URL, null),

    // rosters
    ROSTER_MODE(
            "rosterMode",
            "Roster access",
            RosterMode.OFF.setting(),
            Arrays.stream(RosterMode.values()).map(RosterMode::setting).toList()),
    PARTNER_KEY("partnerKey", "Partner key", Type.VAULT_REFERENCE, null),
    /** One entry per district: the TenantId follows after a hyphen. */
    DISTRICT_KEYS("districtKeys", "District keys", Type.VAULT_REFERENCE, "${vault.classlink-district}"),
    ROSTER_SCOPE("rosterScope", "Scope for rosters", Type.SCOPE, "classlink-roster"),
    ROSTER_URL("rosterUrl", "Roster URL", Type.URL, "https://oneroster-proxy.apis.classlink.com"),
    ROSTER_REQUESTS_PER_MINUTE("rosterRequestsPerMinute", "Roster requests a minute", 600, 1, 100_000),

    // rarely changed
    REQUIRE_ID_TOKEN("requireIdToken", "Require id_token", Type.FLAG, "true"),
    PKCE_ENABLED("pkceEnabled", "Use PKCE", Type.FLAG, "true"),
    CLIENT_AUTH_METHOD(
            "clientAuthMethod",
            "Client authentication",
            OIDCLoginProtocol.CLIENT_SECRET_POST,
            List.of(OIDCLoginProtocol.CLIENT_SECRET_POST, OIDCLoginProtocol.CLIENT_SECRET_BASIC)),
    ALLOWED_CLOCK_SKEW("allowedClockSkew", "Allowed clock skew", 30, 0, 300),
    AUTHORIZATION_URL(
            "authorizationUrl", "Authorization URL", Type.URL, "https://launchpad.classlink.com/oauth2/v2/auth"),
    TOKEN_URL("tokenUrl", "Token URL", Type.URL, "https://launchpad.classlink.com/oauth2/v2/token"),
    JWKS_URL("jwksUrl", "JWKS URL", Type.URL, "https://launchpad.classlink.com/oauth2/v2/jwks"),
    ISSUER("issuer", "Issuer", Type.ISSUER, "https://launchpad.classlink.com"),
    USER_INFO_URL("userInfoUrl", "Profile URL", Type.URL, "https://nodeapi.classlink.com/v2/my/info"),
    REVOCATION_URL("revocationUrl", "Revocation URL", Type.URL, null);

    /** What a value may be. */
    enum Type {
        /** A field that Keycloak's console shows by itself. */
        OF_KEYCLOAK(null),
        /** A URL that is compared and never called. */
        ISSUER(ProviderConfigProperty.STRING_TYPE),
        /** Of an allowed host. */
        URL(ProviderConfigProperty.STRING_TYPE),
        FLAG(ProviderConfigProperty.BOOLEAN_TYPE),
        /** Shown as text: the console's field for numbers stores a number, and Keycloak takes no value but text. */
        NUMBER(ProviderConfigProperty.STRING_TYPE),
        CHOICE(ProviderConfigProperty.LIST_TYPE),
        /** The name of one client scope. */
        SCOPE(ProviderConfigProperty.STRING_TYPE),
        /** The client id of an OpenID Connect client. */
        CLIENT(ProviderConfigProperty.CLIENT_LIST_TYPE),
        TENANTS(ProviderConfigProperty.MULTIVALUED_STRING_TYPE),
        USERNAME_TEMPLATE(ProviderConfigProperty.STRING_TYPE),
        /** Such as <code>${vault.partner}</code>. */
        VAULT_REFERENCE(ProviderConfigProperty.STRING_TYPE);

        /** The type of the field in the console; null for Keycloak's own. */
        private final String consoleType;

        Type(String consoleType) {
            this.consoleType = consoleType;
        }
    }

    private final String key;
    private final String label;
    private final Type type;
    private final String defaultValue;
    private final long min;
    private final long max;
    /** Joined by commas: an enum's fields do not change, and a list's elements may. */
    private final String options;

    Setting(String key, String label, Type type, String defaultValue) {
        this(key, label, type, defaultValue, 0, 0, List.of());
    }

    Setting(String key, String label, long defaultValue, long min, long max) {
        this(key, label, Type.NUMBER, String.valueOf(defaultValue), min, max, List.of());
    }

    Setting(String key, String label, String defaultValue, List<String> options) {
        this(key, label, Type.CHOICE, defaultValue, 0, 0, options);
    }

    Setting(String key, String label, Type type, String defaultValue, long min, long max, List<String> options) {
        this.key = key;
        this.label = label;
        this.type = type;
        this.defaultValue = defaultValue;
        this.min = min;
        this.max = max;
        this.options = String.join(",", options);
    }

    /** The form in the admin console, below Keycloak's own fields. Its texts are in {@code theme-resources/messages}. */
    public static List<ProviderConfigProperty> form() {
        return Arrays.stream(values())
                .filter(setting -> setting.type != Type.OF_KEYCLOAK)
                .map(Setting::property)
                .toList();
    }

    private ProviderConfigProperty property() {
        ProviderConfigProperty property = new ProviderConfigProperty(
                key,
                textKey() + ".label",
                textKey() + ".help",
                type.consoleType,
                type == Type.FLAG ? Boolean.valueOf(defaultValue) : defaultValue);
        if (type == Type.CHOICE) {
            property.setOptions(options());
        }
        return property;
    }

    /** The key in the identity provider's {@code config}. */
    String key() {
        return key;
    }

    /** The name in messages of validation. */
    String label() {
        return label;
    }

    /** Of the texts in the console: {@code .label} and {@code .help} follow. */
    String textKey() {
        return "classlink.settings." + key;
    }

    Type type() {
        return type;
    }

    Optional<String> defaultValue() {
        return Optional.ofNullable(defaultValue);
    }

    /** The smallest number. */
    long min() {
        return min;
    }

    /** The largest number. */
    long max() {
        return max;
    }

    /** The values of a choice. */
    List<String> options() {
        return List.of(options.split(","));
    }

    /** How Keycloak authenticates to OneRoster. */
    public enum RosterMode {
        /** No rosters. */
        OFF("off"),
        /** The person's own ClassLink token: what ClassLink lets that person see. */
        USER_TOKEN("user-token"),
        /** The partner's key: every district that shares its roster with the app. */
        PARTNER_KEY("partner-key"),
        /** A key of each district, for its own Roster Server: OAuth 1.0a. */
        DISTRICT_KEY("district-key");

        private final String setting;

        RosterMode(String setting) {
            this.setting = setting;
        }

        /** The value of the setting {@code rosterMode} that chooses this mode. */
        public String setting() {
            return setting;
        }

        /** The mode that a value of the setting chooses; empty if none does. */
        public static Optional<RosterMode> ofSetting(String setting) {
            return Arrays.stream(values())
                    .filter(mode -> mode.setting.equals(setting))
                    .findFirst();
        }
    }
}
