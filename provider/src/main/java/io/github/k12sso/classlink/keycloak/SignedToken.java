package io.github.k12sso.classlink.keycloak;

import org.keycloak.jose.jws.JWSHeader;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;

/**
 * What Keycloak takes for granted of a token that somebody sent: where the header is {@code null} or names no algorithm, its
 * verifier (26.7.4) ends in a {@link NullPointerException}, which is a status of 500.
 */
public final class SignedToken {

    private SignedToken() {}

    /** Whether a text is a JWS whose header names an algorithm. Nothing is verified. */
    public static boolean namesAlgorithm(String text) {
        try {
            JWSHeader header = new JWSInput(text).getHeader();
            return header != null && header.getAlgorithm() != null;
        } catch (JWSInputException e) {
            return false;
        }
    }
}
