package io.github.k12sso.classlink.demo.app;

/** A login failed. */
final class SignInFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String code;

    SignInFailedException(String code) {
        this(code, null);
    }

    SignInFailedException(String code, Throwable cause) {
        super("Sign-in failed: " + code, cause);
        this.code = code == null ? "unknown" : code;
    }

    /** The OAuth error code, or one defined by the app. */
    String code() {
        return code;
    }
}
