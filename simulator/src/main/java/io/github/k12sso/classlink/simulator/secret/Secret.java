package io.github.k12sso.classlink.simulator.secret;

import java.util.Optional;

/**
 * What only ClassLink and the app may know.
 *
 * @param redirectUri where the login that it belongs to leads back to; empty for a tile, and for what belongs to no login
 */
public record Secret(SecretType type, String text, Optional<String> redirectUri) {

    public enum SecretType {
        CODE,
        PKCE_VERIFIER,
        ACCESS_TOKEN,
        REFRESH_TOKEN,
        ID_TOKEN,
        /** In a form or, with the client's id and in base64, in a header. */
        CLIENT_SECRET,
        PARTNER_KEY,
        /** What opens a district's roster. */
        DISTRICT_BEARER
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return type.name();
    }
}
