package io.github.k12sso.classlink.settings;

import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.ALLOWED_TENANTS;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.AUTHORIZATION_URL;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.CLIENT_AUTH_METHOD;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.FORGET_TOKENS_ON_LOGOUT;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.IDENTITY_KEY;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.LAUNCHPAD_CLIENT;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.LAUNCHPAD_SIGN_OUT_URL;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.PARTNER_KEY;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.REQUIRE_ID_TOKEN;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.REVOCATION_URL;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.ROSTER_MODE;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.ROSTER_REQUESTS_PER_MINUTE;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.ROSTER_SCOPE;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.ROSTER_URL;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.TOKEN_LIFETIME_SECONDS;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.TOKEN_SCOPE;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.TOKEN_URL;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.USERNAME_TEMPLATE;
import static io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig.USER_INFO_URL;
import static org.keycloak.broker.oidc.OAuth2IdentityProviderConfig.PKCE_ENABLED;
import static org.keycloak.broker.oidc.OIDCIdentityProviderConfig.JWKS_URL;
import static org.keycloak.models.IdentityProviderModel.ALLOWED_CLOCK_SKEW;
import static org.keycloak.models.IdentityProviderModel.ISSUER;
import static org.keycloak.models.IdentityProviderModel.MIN_VALIDITY_TOKEN;
import static org.keycloak.protocol.oidc.OIDCLoginProtocol.CLIENT_SECRET_BASIC;
import static org.keycloak.protocol.oidc.OIDCLoginProtocol.CLIENT_SECRET_POST;
import static org.keycloak.provider.ProviderConfigProperty.BOOLEAN_TYPE;
import static org.keycloak.provider.ProviderConfigProperty.CLIENT_LIST_TYPE;
import static org.keycloak.provider.ProviderConfigProperty.LIST_TYPE;
import static org.keycloak.provider.ProviderConfigProperty.MULTIVALUED_STRING_TYPE;
import static org.keycloak.provider.ProviderConfigProperty.STRING_TYPE;

import io.github.k12sso.classlink.profile.IdentityKey;
import java.util.Arrays;
import java.util.List;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * The provider's page in the admin console, below Keycloak's own fields, in the order of a first set-up. Labels and help
 * texts are message keys; the texts are in {@code theme-resources/messages}.
 */
public final class SettingsForm {

    private SettingsForm() {}

    public static List<ProviderConfigProperty> properties() {
        return List.of(
                // who gets in, as whom
                setting(ALLOWED_TENANTS, MULTIVALUED_STRING_TYPE, null),
                setting(USERNAME_TEMPLATE, STRING_TYPE, ClassLinkIdentityProviderConfig.DEFAULT_USERNAME_TEMPLATE),
                choice(IDENTITY_KEY, identityKeys(), IdentityKey.USER_ID.setting()),
                // tiles
                setting(LAUNCHPAD_CLIENT, CLIENT_LIST_TYPE, null),
                // tokens for apps
                setting(TOKEN_SCOPE, STRING_TYPE, ClassLinkIdentityProviderConfig.DEFAULT_TOKEN_SCOPE),
                number(TOKEN_LIFETIME_SECONDS, ClassLinkIdentityProviderConfig.DEFAULT_TOKEN_LIFETIME_SECONDS),
                number(MIN_VALIDITY_TOKEN, ClassLinkIdentityProviderConfig.DEFAULT_MIN_VALIDITY_SECONDS),
                // leaving
                setting(FORGET_TOKENS_ON_LOGOUT, BOOLEAN_TYPE, false),
                setting(LAUNCHPAD_SIGN_OUT_URL, STRING_TYPE, null),
                // rosters
                choice(ROSTER_MODE, rosterModes(), RosterMode.OFF.setting()),
                setting(PARTNER_KEY, STRING_TYPE, null),
                setting(ROSTER_SCOPE, STRING_TYPE, ClassLinkIdentityProviderConfig.DEFAULT_ROSTER_SCOPE),
                setting(ROSTER_URL, STRING_TYPE, ClassLinkIdentityProviderConfig.DEFAULT_ROSTER_URL),
                number(ROSTER_REQUESTS_PER_MINUTE, ClassLinkIdentityProviderConfig.DEFAULT_ROSTER_REQUESTS_PER_MINUTE),
                // what hardly anybody changes
                setting(REQUIRE_ID_TOKEN, BOOLEAN_TYPE, true),
                setting(PKCE_ENABLED, BOOLEAN_TYPE, true),
                choice(CLIENT_AUTH_METHOD, List.of(CLIENT_SECRET_POST, CLIENT_SECRET_BASIC), CLIENT_SECRET_POST),
                number(ALLOWED_CLOCK_SKEW, ClassLinkIdentityProviderConfig.DEFAULT_CLOCK_SKEW_SECONDS),
                setting(AUTHORIZATION_URL, STRING_TYPE, ClassLinkIdentityProviderConfig.DEFAULT_AUTHORIZATION_URL),
                setting(TOKEN_URL, STRING_TYPE, ClassLinkIdentityProviderConfig.DEFAULT_TOKEN_URL),
                setting(JWKS_URL, STRING_TYPE, ClassLinkIdentityProviderConfig.DEFAULT_JWKS_URL),
                setting(ISSUER, STRING_TYPE, ClassLinkIdentityProviderConfig.DEFAULT_ISSUER),
                setting(USER_INFO_URL, STRING_TYPE, ClassLinkIdentityProviderConfig.DEFAULT_USER_INFO_URL),
                setting(REVOCATION_URL, STRING_TYPE, null));
    }

    private static List<String> rosterModes() {
        return Arrays.stream(RosterMode.values()).map(RosterMode::setting).toList();
    }

    private static List<String> identityKeys() {
        return Arrays.stream(IdentityKey.values()).map(IdentityKey::setting).toList();
    }

    private static ProviderConfigProperty setting(String name, String type, Object defaultValue) {
        String key = "classlink.settings." + name;
        return new ProviderConfigProperty(name, key + ".label", key + ".help", type, defaultValue);
    }

    private static ProviderConfigProperty choice(String name, List<String> options, String defaultValue) {
        ProviderConfigProperty property = setting(name, LIST_TYPE, defaultValue);
        property.setOptions(options);
        return property;
    }

    /** As text: the console's field for numbers stores a number, and Keycloak takes no value but text. */
    private static ProviderConfigProperty number(String name, long defaultValue) {
        return setting(name, STRING_TYPE, String.valueOf(defaultValue));
    }
}
