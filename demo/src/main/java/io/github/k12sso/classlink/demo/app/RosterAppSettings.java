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
 * @param rosterUrl base of the OneRoster service; {@code /ims/oneroster/v1p1/…} follows
 * @param gateway whether that is Keycloak's roster gateway, which takes Keycloak's own access token. If not, the app exchanges
 *     it for the person's ClassLink token
 */
public record RosterAppSettings(
        String bind,
        int port,
        URI issuer,
        String clientId,
        String clientSecret,
        String providerAlias,
        URI rosterUrl,
        boolean gateway) {

    /** The same app, reading through Keycloak's gateway. */
    public RosterAppSettings throughGateway() {
        URI base = URI.create(issuer + "/classlink/" + providerAlias);
        return new RosterAppSettings(bind, port, issuer, clientId, clientSecret, providerAlias, base, true);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "RosterAppSettings[port=" + port + ", issuer=" + issuer + ", clientId=" + clientId + ", providerAlias="
                + providerAlias + ", rosterUrl=" + rosterUrl + ", gateway=" + gateway + "]";
    }
}
