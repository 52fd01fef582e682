package io.github.k12sso.classlink.oneroster.policy;

/** A source's answer that is no OneRoster page: no JSON, cut off, or without the rows it should have (Trap 20). */
public final class BrokenPage extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param message of constants only */
    BrokenPage(String message) {
        super(message);
    }
}
