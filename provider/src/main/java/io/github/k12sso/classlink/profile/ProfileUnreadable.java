package io.github.k12sso.classlink.profile;

/** A profile document without an identity. The message names the members looked for, never what was found. */
public final class ProfileUnreadable extends Exception {

    private static final long serialVersionUID = 1L;

    ProfileUnreadable(String message) {
        super(message);
    }
}
