package io.github.k12sso.classlink.settings;

import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.profile.TenantAllowList;
import io.github.k12sso.classlink.profile.UsernameTemplate;
import io.github.k12sso.classlink.settings.Setting.RosterMode;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;

/** Checks the settings when a provider is saved or imported. Keycloak answers 400 with the message. */
final class SettingsValidator {

    private final SettingValues values;
    private final AllowedHosts allowedHosts;
    private final RealmModel realm;

    SettingsValidator(SettingValues values, AllowedHosts allowedHosts, RealmModel realm) {
        this.values = values;
        this.allowedHosts = allowedHosts;
        this.realm = realm;
    }

    /**
     * Checks every setting of the table.
     *
     * @throws IllegalArgumentException saying which setting is wrong, and what is allowed
     */
    void validate() {
        require(
                Setting.CLIENT_ID.label(),
                () -> requirePresent(
                        Setting.CLIENT_ID,
                        "is missing. It is the OAuth2 client id of your app in ClassLink's Partner Portal"));
        for (Setting setting : Setting.values()) {
            require(setting.label(), () -> check(setting));
        }
        if (values.choice(Setting.ROSTER_MODE).equals(RosterMode.PARTNER_KEY.setting())) {
            require(
                    Setting.PARTNER_KEY.label(),
                    () -> requirePresent(
                            Setting.PARTNER_KEY,
                            "is missing. Roster access partner-key needs a reference to Keycloak's"
                                    + " vault such as ${vault.classlink-partner-key}"));
        }
    }

    /**
     * Runs a check.
     *
     * @throws IllegalArgumentException the check's own, its message after the label
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
            case OF_KEYCLOAK, TEXT -> {
                // any text
            }
            case URL -> values.find(setting).ifPresent(this::requireAllowedHost);
            case FLAG -> values.flag(setting);
            case NUMBER -> values.number(setting);
            case CHOICE -> values.choice(setting);
            case SCOPE -> requireOneScope(values.text(setting));
            case CLIENT -> values.find(setting).ifPresent(this::requireUsableClient);
            case TENANTS -> TenantAllowList.parse(values.find(setting).orElse(null));
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

    private static void requireOneScope(String scope) {
        if (scope.matches(".*\\s.*")) {
            throw new IllegalArgumentException("is the name of one client scope, without spaces");
        }
    }

    /** A client that does not exist passes: realm files create providers first and clients afterwards. */
    private void requireUsableClient(String clientId) {
        ClientModel client = realm.getClientByClientId(clientId);
        if (client != null && !(client.isEnabled() && OIDCLoginProtocol.LOGIN_PROTOCOL.equals(client.getProtocol()))) {
            throw new IllegalArgumentException("must be the client id of an OpenID Connect client that is enabled");
        }
    }
}
