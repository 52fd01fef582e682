package io.github.k12sso.classlink.vault;

/** No ClassLink token can be given for a person. */
public abstract sealed class TokenFailure extends Exception
        permits NotLinked, TokenExpired, TokenUnavailable, KeysUnavailable {

    private static final long serialVersionUID = 1L;

    TokenFailure(String message) {
        super(message);
    }
}
