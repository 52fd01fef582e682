package io.github.k12sso.classlink.demo.app;

/** The roster no longer takes the ClassLink token: it ended before the time that Keycloak knows of. */
final class RosterTokenRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RosterTokenRefusedException() {
        super("The roster refused the ClassLink token");
    }
}
