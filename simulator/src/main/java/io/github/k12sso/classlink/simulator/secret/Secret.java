package io.github.k12sso.classlink.simulator.secret;

import java.util.Optional;

/**
 * A value that only ClassLink and the app may know.
 *
 * @param redirectUri redirect URI of the secret's login; empty for a tile and for secrets without a login
 */
public record Secret(SecretType type, String text, Optional<String> redirectUri) {

    public enum SecretType {
        CODE,
        PKCE_VERIFIER,
        ACCESS_TOKEN,
        REFRESH_TOKEN,
        ID_TOKEN,
        /** Sent in a form or, Base64-encoded with the client id, in a header. */
        CLIENT_SECRET,
        PARTNER_KEY,
        /** The bearer token of a district's roster. */
        DISTRICT_BEARER,
        /** The key with which a district's own server verifies signatures. */
        DISTRICT_SECRET
    }

    /** Omits the secret. */
    @Override
    public String toString() {
        return type.name();
    }
}
