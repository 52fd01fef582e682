package io.github.k12sso.classlink.demo.app;

import java.net.URI;

/**
 * Settings of the app.
 *
 * @param bind address to listen on: {@code localhost}, or {@code 0.0.0.0} in a container
 * @param port the port of the app; 0 for a free one
 * @param issuer the realm: {@code http://localhost:8080/realms/demo}
 * @param clientId id of a confidential client with PKCE and the optional scopes {@code classlink-token},
 *     {@code classlink-roster}
 * @param clientSecret secret of this client
 * @param providerAlias of the ClassLink identity provider in the realm
 * @param classLink base URL of the local ClassLink, for links to LaunchPad and as the OneRoster service
 * @param gateway whether the app reads through Keycloak's roster gateway with the Keycloak access token. Otherwise the app
 *     exchanges this token for the user's ClassLink token
 */
public record RosterAppSettings(
        String bind,
        int port,
        URI issuer,
        String clientId,
        String clientSecret,
        String providerAlias,
        URI classLink,
        boolean gateway) {

    /** The same settings with the gateway switched on. */
    public RosterAppSettings throughGateway() {
        return new RosterAppSettings(bind, port, issuer, clientId, clientSecret, providerAlias, classLink, true);
    }

    /** Base URL of the OneRoster service, without {@code /ims/oneroster/v1p1/…}. */
    URI rosterUrl() {
        return gateway ? URI.create(issuer + "/classlink/" + providerAlias) : classLink;
    }

    /** Omits the secret. */
    @Override
    public String toString() {
        return "RosterAppSettings[port=" + port + ", issuer=" + issuer + ", clientId=" + clientId + ", providerAlias="
                + providerAlias + ", classLink=" + classLink + ", gateway=" + gateway + "]";
    }
}
