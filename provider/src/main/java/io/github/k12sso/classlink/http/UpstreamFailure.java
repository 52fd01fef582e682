package io.github.k12sso.classlink.http;

/**
 * A call to ClassLink that gave no usable answer. Messages are made of constants, host names and status codes only, so that
 * they can be logged: never a token, a code, a secret, a body or anything about a person.
 */
public abstract sealed class UpstreamFailure extends Exception
        permits HostNotAllowed, UpstreamUnavailable, UpstreamRefused, UpstreamMalformed {

    private static final long serialVersionUID = 1L;

    UpstreamFailure(String message) {
        super(message);
    }

    UpstreamFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
