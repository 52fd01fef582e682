package io.github.k12sso.classlink.demo.app;

/** The roster is not for this person: the gateway knows no ClassLink account of theirs, say. */
final class RosterRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RosterRefusedException() {
        super("The roster answered 403");
    }
}
