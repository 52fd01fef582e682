package io.github.k12sso.classlink.simulator.control;

/** A control request that says something impossible; answered with 400 and the message. */
final class BadControlRequest extends RuntimeException {
    BadControlRequest(String message) {
        super(message);
    }
}
