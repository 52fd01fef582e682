package io.github.k12sso.classlink.demo.app;

/** The Keycloak session has ended; the user must sign in again. */
final class SessionEndedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SessionEndedException() {
        super("The Keycloak session has ended");
    }
}
