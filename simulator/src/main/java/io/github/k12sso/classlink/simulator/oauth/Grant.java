package io.github.k12sso.classlink.simulator.oauth;

import io.github.k12sso.classlink.simulator.district.Persona;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A user's grant to a client.
 *
 * @param redirectUri absent for a tile
 * @param challenge S256 or plain challenge; absent if none was sent
 */
public record Grant(
        Persona persona,
        String clientId,
        Set<String> scopes,
        Instant authenticatedAt,
        Optional<String> redirectUri,
        Optional<String> nonce,
        Optional<Challenge> challenge) {

    /** RFC 7636 code challenge. */
    public record Challenge(String value, String method) {}

    public static Grant ofTile(Persona persona, String clientId, Instant authenticatedAt) {
        return new Grant(
                persona,
                clientId,
                Scopes.OF_A_TILE,
                authenticatedAt,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
