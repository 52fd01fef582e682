package io.github.k12sso.classlink.vault;

/** The person never signed in with this provider, or nothing was stored when they did. */
public final class NotLinked extends TokenFailure {

    private static final long serialVersionUID = 1L;

    public NotLinked() {
        super("no ClassLink token is stored for this user");
    }
}
