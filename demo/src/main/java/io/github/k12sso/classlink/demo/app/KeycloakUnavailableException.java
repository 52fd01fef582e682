package io.github.k12sso.classlink.demo.app;

/** Keycloak did not answer, or not in a way that can be read. The person's session may well be fine. */
final class KeycloakUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    KeycloakUnavailableException(String message) {
        super(message);
    }

    KeycloakUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
