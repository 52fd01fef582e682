package io.github.k12sso.classlink.launchpad;

/** Ends a launch before the user is signed in. Carries nothing but the reason. */
public final class LaunchRefused extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** The setting {@code launchpadClient} is blank. */
        NOT_CONFIGURED,
        /** {@code launchpadClient} names no client that exists, is enabled and uses OpenID Connect. */
        APP_UNUSABLE,
        /** The client has no Home URL. */
        HOME_MISSING,
        /** Launch after launch started, and none finished: ClassLink drops the state, say. */
        LOOP,
        REALM_DISABLED,
        PROVIDER_DISABLED,
        /** The provider links accounts and signs nobody in. */
        PROVIDER_LINK_ONLY,
        /** The realm requires https, and the browser came without. */
        HTTPS_REQUIRED
    }

    private final Reason reason;

    LaunchRefused(Reason reason) {
        super(reason.name());
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
