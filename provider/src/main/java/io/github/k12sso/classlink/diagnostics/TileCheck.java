package io.github.k12sso.classlink.diagnostics;

import io.github.k12sso.classlink.diagnostics.SetupCheck.Subject;
import io.github.k12sso.classlink.settings.Setting;
import java.net.URI;
import org.keycloak.models.ClientModel;
import org.keycloak.protocol.oidc.OIDCConfigAttributes;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.services.util.ResolveRelative;

/** Checks whether a LaunchPad tile can open its app for the right user. */
record TileCheck(Subject subject) implements Check {

    private static final String CLIENT = "tile-client";
    private static final String HOME = "tile-home-url";
    private static final String LOGOUT = "tile-logout";

    @Override
    public String theme() {
        return CLIENT;
    }

    @Override
    public void run(Findings findings) {
        String clientId = subject.config().getLaunchpadClient().orElse("");
        if (clientId.isEmpty()) {
            findings.ok(CLIENT, "No client is set for LaunchPad tiles, so tiles are refused.");
            return;
        }
        ClientModel client = subject.realm().getClientByClientId(clientId);
        if (client == null || !client.isEnabled() || client.isBearerOnly() || !isOpenIdConnect(client)) {
            findings.failed(
                    CLIENT,
                    "The client for LaunchPad tiles, " + clientId
                            + (client == null ? ", doesn't exist." : ", is disabled or doesn't use OpenID Connect."),
                    "Choose an enabled OpenID Connect client in " + Setting.LAUNCHPAD_CLIENT.quoted() + ".");
            return;
        }
        findings.ok(CLIENT, "LaunchPad tiles open the client " + clientId + ".");
        home(findings, client);
        logout(findings, client);
    }

    private static boolean isOpenIdConnect(ClientModel client) {
        return OIDCLoginProtocol.LOGIN_PROTOCOL.equals(client.getProtocol());
    }

    private void home(Findings findings, ClientModel client) {
        String home = ResolveRelative.resolveRelativeUri(subject.session(), client.getRootUrl(), client.getBaseUrl());
        String login = "Set Home URL to the address of the app that starts a login, for example /login or"
                + " /oauth2/authorization/keycloak.";
        if (home == null || !home.matches("https?://.+")) {
            findings.failed(HOME, "The client " + client.getClientId() + " has no Home URL to open.", login);
        } else if (isStartPage(home)) {
            findings.warning(
                    HOME,
                    "The Home URL " + home + " looks like the app's start page. On a shared device, the app may "
                            + "still show the previous user.",
                    login);
        } else {
            findings.ok(HOME, "The Home URL is " + home + ". It must start a login; this was not tried.");
        }
    }

    private static boolean isStartPage(String home) {
        try {
            URI address = URI.create(home);
            return address.getRawQuery() == null
                    && (address.getRawPath() == null || address.getRawPath().matches("/*(index\\.[a-z]+|home/?)?"));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void logout(Findings findings, ClientModel client) {
        String url = client.getAttribute(OIDCConfigAttributes.BACKCHANNEL_LOGOUT_URL);
        boolean without = url == null || url.isBlank();
        // Keycloak then skips the client in a back-channel logout, and its console hides the URL.
        if (without || client.isFrontchannelLogout()) {
            findings.warning(
                    LOGOUT,
                    "The client " + client.getClientId()
                            + (without ? " has no backchannel logout URL." : " has Front channel logout on.")
                            + " On a shared device, the previous user's session in the app doesn't end when the next"
                            + " user clicks a tile.",
                    "In the client's Logout settings, turn Front channel logout off and set Backchannel logout URL,"
                            + " if the app supports it.");
        } else {
            findings.ok(LOGOUT, "The backchannel logout URL is " + url + ".");
        }
    }
}
