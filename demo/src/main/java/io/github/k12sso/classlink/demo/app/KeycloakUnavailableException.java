package io.github.k12sso.classlink.demo.app;

/** Keycloak did not respond, or its response was invalid. The user's session may still be valid. */
final class KeycloakUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    KeycloakUnavailableException(String message) {
        super(message);
    }

    KeycloakUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
