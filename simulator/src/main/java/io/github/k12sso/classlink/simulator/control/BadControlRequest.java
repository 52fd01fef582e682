package io.github.k12sso.classlink.simulator.control;

/** An invalid control request: the response has status 400 and the message. */
final class BadControlRequest extends RuntimeException {
    BadControlRequest(String message) {
        super(message);
    }
}
