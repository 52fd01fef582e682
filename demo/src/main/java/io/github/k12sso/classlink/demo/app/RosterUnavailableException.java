package io.github.k12sso.classlink.demo.app;

/** The roster could not be read. An invalid response is reported like this and never as an empty roster. */
final class RosterUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RosterUnavailableException(String message) {
        super(message);
    }

    RosterUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
