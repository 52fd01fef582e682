package io.github.k12sso.classlink.demo.app;

import java.net.URI;

/**
 * What an app must know about the places it talks to.
 *
 * @param bind address that the app listens on: {@code localhost}, or {@code 0.0.0.0} in a container
 * @param port of the app itself; 0 for a free one
 * @param issuer the realm: {@code http://localhost:8080/realms/demo}
 * @param clientId of a confidential client with PKCE and the optional scopes {@code classlink-token}, {@code classlink-roster}
 * @param clientSecret of that client
 * @param providerAlias of the ClassLink identity provider in the realm
 * @param classLink base of the local ClassLink: its LaunchPad is linked, and it is the OneRoster service that the app reads
 * @param gateway whether the app reads through Keycloak's roster gateway instead, which takes Keycloak's own access token. If
 *     not, the app exchanges it for the person's ClassLink token
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

    /** The same app, reading through Keycloak's gateway. */
    public RosterAppSettings throughGateway() {
        return new RosterAppSettings(bind, port, issuer, clientId, clientSecret, providerAlias, classLink, true);
    }

    /** Base of the OneRoster service; {@code /ims/oneroster/v1p1/…} follows. */
    URI rosterUrl() {
        return gateway ? URI.create(issuer + "/classlink/" + providerAlias) : classLink;
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "RosterAppSettings[port=" + port + ", issuer=" + issuer + ", clientId=" + clientId + ", providerAlias="
                + providerAlias + ", classLink=" + classLink + ", gateway=" + gateway + "]";
    }
}
