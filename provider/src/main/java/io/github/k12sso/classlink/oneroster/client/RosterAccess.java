package io.github.k12sso.classlink.oneroster.client;

/**
 * Where a district's roster is, and what opens it.
 *
 * @param base up to, and without, {@code /ims/oneroster/v1p1}
 * @param bearer ClassLink's; never leaves this server but in the Authorization header of calls there
 */
record RosterAccess(String base, String bearer) {

    private static final String ROOT = "/ims/oneroster/v1p1";

    String url(String target) {
        return base + ROOT + target;
    }

    /** Without the bearer. */
    @Override
    public String toString() {
        return "Door[…]";
    }
}
