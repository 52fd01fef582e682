package io.github.k12sso.classlink.settings;

import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.profile.TenantAllowList;
import io.github.k12sso.classlink.profile.UsernameTemplate;
import io.github.k12sso.classlink.settings.Setting.RosterMode;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;

/** Validates the settings when a provider is saved or imported. Keycloak returns 400 with the message. */
final class SettingsValidator {

    private final SettingValues values;
    private final AllowedHosts allowedHosts;
    private final RealmModel realm;

    SettingsValidator(SettingValues values, AllowedHosts allowedHosts, RealmModel realm) {
        this.values = values;
        this.allowedHosts = allowedHosts;
        this.realm = realm;
    }

    /** Removes spaces around pasted values: ClassLink treats them as part of the secret. */
    static void stripBlanks(Map<String, String> config) {
        Stream.concat(Stream.of("clientSecret"), Arrays.stream(Setting.values()).map(Setting::key))
                .forEach(key -> config.computeIfPresent(key, (same, value) -> value.strip()));
    }

    /**
     * Validates all settings.
     *
     * @throws IllegalArgumentException with the setting and the allowed values
     */
    void validate() {
        require(
                Setting.CLIENT_ID.label(),
                () -> requirePresent(
                        Setting.CLIENT_ID,
                        "is missing. Enter the OAuth2 client ID of your app from ClassLink's Partner Portal"));
        for (Setting setting : Setting.values()) {
            require(setting.label(), () -> check(setting));
        }
        if (values.choice(Setting.ROSTER_MODE).equals(RosterMode.PARTNER_KEY.setting())) {
            require(
                    Setting.PARTNER_KEY.label(),
                    () -> requirePresent(
                            Setting.PARTNER_KEY,
                            "is missing. The access mode partner-key needs a reference to Keycloak's"
                                    + " vault such as ${vault.classlink-partner-key}"));
        }
    }

    /**
     * Runs a check.
     *
     * @throws IllegalArgumentException with the label and the message of the check
     */
    static void require(String label, Runnable check) {
        try {
            check.run();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(label + " " + e.getMessage(), e);
        }
    }

    private void check(Setting setting) {
        switch (setting.type()) {
            case OF_KEYCLOAK -> {
                if (setting == Setting.DEFAULT_SCOPE) {
                    requireScopes(values.text(setting));
                }
            }
            case ISSUER -> requireIssuer(values.text(setting));
            case URL ->
                values.find(setting).ifPresent(url -> {
                    requireAllowedHost(url);
                    if (setting == Setting.ROSTER_URL) {
                        requireBase(url);
                    }
                });
            case FLAG -> values.flag(setting);
            case NUMBER -> values.number(setting);
            case CHOICE -> values.choice(setting);
            case SCOPE -> requireOneScope(values.text(setting));
            case CLIENT -> values.find(setting).ifPresent(this::requireUsableClient);
            case TENANTS -> values.find(setting).ifPresent(SettingsValidator::requireTenantIds);
            case USERNAME_TEMPLATE -> UsernameTemplate.parse(values.text(setting));
            case VAULT_REFERENCE -> values.vaultReference(setting);
        }
    }

    private void requirePresent(Setting setting, String message) {
        if (values.find(setting).isEmpty()) {
            throw new IllegalArgumentException(message);
        }
    }

    private void requireAllowedHost(String url) {
        try {
            allowedHosts.require(url);
        } catch (UpstreamFailure.HostNotAllowed e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Stricter than reading stored values; see {@link TenantAllowList}. */
    private static void requireTenantIds(String tenants) {
        for (String entry : tenants.split(Constants.CFG_DELIMITER, -1)) {
            if (!entry.strip().matches("[0-9]{0,19}")) {
                throw new IllegalArgumentException("has the entry \"" + entry.strip()
                        + "\", which is not a TenantId. Enter one number per district, such as 2284");
            }
        }
    }

    /**
     * Commas and spaces are separators. A semicolon would become part of a name, and ClassLink would refuse the
     * request.
     */
    private static void requireScopes(String scopes) {
        if (!scopes.matches("[A-Za-z0-9_.:/\\s,-]*")) {
            throw new IllegalArgumentException(
                    "must be names separated by spaces, such as openid profile email; the value is \"" + scopes + "\"");
        }
    }

    private static void requireIssuer(String issuer) {
        if (!issuer.matches("https?://[^\\s/?#]+[^\\s?#]*")) {
            throw new IllegalArgumentException(
                    "must be a URL such as https://launchpad.classlink.com; the value is \"" + issuer + "\"");
        }
    }

    private static void requireBase(String rosterUrl) {
        if (rosterUrl.contains("/ims/oneroster") || rosterUrl.contains("?")) {
            throw new IllegalArgumentException(
                    "must end before /ims/oneroster/v1p1, which Keycloak adds; the value is \"" + rosterUrl + "\"");
        }
    }

    private static void requireOneScope(String scope) {
        if (scope.matches(".*\\s.*")) {
            throw new IllegalArgumentException("must be the name of one client scope, without spaces");
        }
    }

    /** A client that does not exist is accepted because realm imports create providers before clients. */
    private void requireUsableClient(String clientId) {
        ClientModel client = realm.getClientByClientId(clientId);
        if (client != null && !(client.isEnabled() && OIDCLoginProtocol.LOGIN_PROTOCOL.equals(client.getProtocol()))) {
            throw new IllegalArgumentException("must be the client id of an OpenID Connect client that is enabled");
        }
    }
}
