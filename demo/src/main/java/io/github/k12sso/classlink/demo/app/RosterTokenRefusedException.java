package io.github.k12sso.classlink.demo.app;

/** The roster rejected the ClassLink token: it expired earlier than Keycloak expected. */
final class RosterTokenRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RosterTokenRefusedException() {
        super("The roster refused the ClassLink token");
    }
}
