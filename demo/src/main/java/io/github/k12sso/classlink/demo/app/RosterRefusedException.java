package io.github.k12sso.classlink.demo.app;

/** The roster answered 403. Its message is the reason as the roster's answer words it. */
final class RosterRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean scopeMissing;

    RosterRefusedException(String reason, boolean scopeMissing) {
        super(reason);
        this.scopeMissing = scopeMissing;
    }

    /** Whether the access token lacks a scope: the app's set-up is wrong, whoever is signed in. */
    boolean isScopeMissing() {
        return scopeMissing;
    }
}
