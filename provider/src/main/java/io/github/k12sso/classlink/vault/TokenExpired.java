package io.github.k12sso.classlink.vault;

/** The stored token is over and cannot be renewed: the person has to sign in with ClassLink again. */
public final class TokenExpired extends TokenFailure {

    private static final long serialVersionUID = 1L;

    TokenExpired() {
        super("the stored ClassLink token is expired");
    }
}
