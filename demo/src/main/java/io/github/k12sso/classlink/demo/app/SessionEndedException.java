package io.github.k12sso.classlink.demo.app;

/** The person's session at Keycloak is over; only a new sign-in helps. */
final class SessionEndedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SessionEndedException() {
        super("The session at Keycloak is over");
    }
}
