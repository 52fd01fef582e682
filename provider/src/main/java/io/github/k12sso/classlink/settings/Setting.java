package io.github.k12sso.classlink.settings;

import io.github.k12sso.classlink.profile.Profile.IdentityKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * All settings of a ClassLink provider with key, label, type, default and bounds, in the order of the form in the admin
 * console. Typed values, validation, the form and its message keys derive from this table. A test compares
 * docs/administer/settings.md with it.
 */
public enum Setting {
    // Keycloak's own fields
    CLIENT_ID("clientId", "Client ID", Type.OF_KEYCLOAK, null),
    DEFAULT_SCOPE("defaultScope", "Scopes", Type.OF_KEYCLOAK, "openid profile email"),

    // sign-in
    ALLOWED_TENANTS("allowedTenants", "Sign-in: allowed districts", Type.TENANTS, null),
    USERNAME_TEMPLATE(
            "usernameTemplate", "Sign-in: username template", Type.USERNAME_TEMPLATE, "${login_id}.${tenant_id}"),
    IDENTITY_KEY(
            "identityKey",
            "Sign-in: identity key",
            IdentityKey.USER_ID.setting(),
            Arrays.stream(IdentityKey.values()).map(IdentityKey::setting).toList()),

    // LaunchPad
    LAUNCHPAD_CLIENT("launchpadClient", "LaunchPad: tile client", Type.CLIENT, null),
    LAUNCHPAD_SIGN_OUT_URL("launchpadSignOutUrl", "LaunchPad: sign-out page", Type.URL, null),

    // tokens for clients
    TOKEN_SCOPE("tokenScope", "Token: client scope for exchange", Type.SCOPE, "classlink-token"),
    /**
     * Access tokens are valid for 24 hours, but ClassLink's response has no {@code expires_in}
     * (docs/internals/classlink-protocol.md#token-response).
     */
    TOKEN_LIFETIME_SECONDS("tokenLifetimeSeconds", "Token: default lifetime (seconds)", 86_400, 60, 31_536_000),
    MIN_VALIDITY_TOKEN("minValidityToken", "Token: refresh threshold (seconds)", 60, 5, 3600),
    FORGET_TOKENS_ON_LOGOUT("forgetTokensOnLogout", "Token: deletion at last logout", Type.FLAG, "false"),
    ACCEPT_UNENCRYPTED_TOKENS("acceptUnencryptedTokens", "Token: unencrypted tokens accepted", Type.FLAG, "true"),

    // rosters
    ROSTER_MODE(
            "rosterMode",
            "Roster: access mode",
            RosterMode.OFF.setting(),
            Arrays.stream(RosterMode.values()).map(RosterMode::setting).toList()),
    PARTNER_KEY("partnerKey", "Roster: partner key", Type.VAULT_REFERENCE, null),
    /** One vault entry per district, with a hyphen and the TenantId at the end. */
    DISTRICT_KEYS("districtKeys", "Roster: district keys", Type.VAULT_REFERENCE, "${vault.classlink-district}"),
    ROSTER_SCOPE("rosterScope", "Roster: client scope", Type.SCOPE, "classlink-roster"),
    ROSTER_REQUESTS_PER_MINUTE("rosterRequestsPerMinute", "Roster: request limit (per minute)", 600, 1, 100_000),
    ROSTER_URL("rosterUrl", "Roster: service URL", Type.URL, "https://oneroster-proxy.apis.classlink.com"),

    // protocol and endpoints, rarely changed
    REQUIRE_ID_TOKEN("requireIdToken", "Protocol: id_token required", Type.FLAG, "true"),
    PKCE_ENABLED("pkceEnabled", "Protocol: PKCE", Type.FLAG, "true"),
    CLIENT_AUTH_METHOD(
            "clientAuthMethod",
            "Protocol: client authentication",
            OIDCLoginProtocol.CLIENT_SECRET_POST,
            List.of(OIDCLoginProtocol.CLIENT_SECRET_POST, OIDCLoginProtocol.CLIENT_SECRET_BASIC)),
    ALLOWED_CLOCK_SKEW("allowedClockSkew", "Protocol: allowed clock skew (seconds)", 30, 0, 300),
    AUTHORIZATION_URL(
            "authorizationUrl",
            "Endpoint: authorization URL",
            Type.URL,
            "https://launchpad.classlink.com/oauth2/v2/auth"),
    TOKEN_URL("tokenUrl", "Endpoint: token URL", Type.URL, "https://launchpad.classlink.com/oauth2/v2/token"),
    JWKS_URL("jwksUrl", "Endpoint: JWKS URL", Type.URL, "https://launchpad.classlink.com/oauth2/v2/jwks"),
    ISSUER("issuer", "Endpoint: issuer", Type.ISSUER, "https://launchpad.classlink.com"),
    USER_INFO_URL("userInfoUrl", "Endpoint: profile URL", Type.URL, "https://nodeapi.classlink.com/v2/my/info"),
    REVOCATION_URL("revocationUrl", "Endpoint: revocation URL", Type.URL, null);

    /** The type of a value. */
    enum Type {
        /** A field that Keycloak's console shows itself. */
        OF_KEYCLOAK(null),
        /** A URL that is compared but never called. */
        ISSUER(ProviderConfigProperty.STRING_TYPE),
        /** A URL on an allowed host. */
        URL(ProviderConfigProperty.STRING_TYPE),
        FLAG(ProviderConfigProperty.BOOLEAN_TYPE),
        /** Shown as a text field: the console's number field stores a number, and Keycloak accepts only strings. */
        NUMBER(ProviderConfigProperty.STRING_TYPE),
        CHOICE(ProviderConfigProperty.LIST_TYPE),
        /** The name of one client scope. */
        SCOPE(ProviderConfigProperty.STRING_TYPE),
        /** The client id of an OpenID Connect client. */
        CLIENT(ProviderConfigProperty.CLIENT_LIST_TYPE),
        TENANTS(ProviderConfigProperty.MULTIVALUED_STRING_TYPE),
        USERNAME_TEMPLATE(ProviderConfigProperty.STRING_TYPE),
        /** A vault reference such as <code>${vault.partner}</code>. */
        VAULT_REFERENCE(ProviderConfigProperty.STRING_TYPE);

        /** The type of the field in the console; null for Keycloak's own fields. */
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
    /** Joined by commas, because an enum's fields must be immutable. */
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

    /**
     * Returns the form fields in the admin console, below Keycloak's own fields. Texts are in {@code
     * theme-resources/messages}.
     */
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

    /** Returns the key in the identity provider's {@code config}. */
    String key() {
        return key;
    }

    /** Returns the English label, for messages. */
    public String label() {
        return label;
    }

    /** Returns the label in quotation marks, for messages. */
    public String quoted() {
        return '"' + label + '"';
    }

    /** Returns the message key without its suffix {@code .label} or {@code .help}. */
    String textKey() {
        return "classlink.settings." + key;
    }

    Type type() {
        return type;
    }

    Optional<String> defaultValue() {
        return Optional.ofNullable(defaultValue);
    }

    /** Returns the minimum of a number. */
    long min() {
        return min;
    }

    /** Returns the maximum of a number. */
    long max() {
        return max;
    }

    /** Returns the allowed values of a choice. */
    List<String> options() {
        return List.of(options.split(","));
    }

    /** How Keycloak authenticates to OneRoster. */
    public enum RosterMode {
        /** The roster API is disabled. */
        OFF("off"),
        /** With the user's own ClassLink token. */
        USER_TOKEN("user-token"),
        /** With the partner key, for every district that shares its roster with the app. */
        PARTNER_KEY("partner-key"),
        /** With one key per district, at the district's own Roster Server (OAuth 1.0a). */
        DISTRICT_KEY("district-key");

        private final String setting;

        RosterMode(String setting) {
            this.setting = setting;
        }

        /** Returns the value of the setting {@code rosterMode} for this mode. */
        public String setting() {
            return setting;
        }

        /** Returns the mode for a value of the setting; empty if the value is invalid. */
        public static Optional<RosterMode> ofSetting(String setting) {
            return Arrays.stream(values())
                    .filter(mode -> mode.setting.equals(setting))
                    .findFirst();
        }
    }
}
