package io.github.k12sso.classlink.oneroster.policy;

/** A path or a query that OneRoster 1.1 does not have, or that the gateway does not pass on. */
public final class InvalidRequest extends Exception {

    private static final long serialVersionUID = 1L;

    private final String codeMinor;

    /**
     * @param codeMinor OneRoster's word for it (docs/internals/classlink-rosters.md#errors)
     * @param message for the app's developer; of constants and names of parameters only
     */
    InvalidRequest(String codeMinor, String message) {
        super(message);
        this.codeMinor = codeMinor;
    }

    static InvalidRequest path() {
        return new InvalidRequest("unknownobject", "OneRoster 1.1 has no such path for reading rosters");
    }

    static InvalidRequest query(String message) {
        return new InvalidRequest("invaliddata", message);
    }

    static InvalidRequest filter(String message) {
        return new InvalidRequest("invalid_filter_field", message);
    }

    /** Whether it is the path, and not the query. */
    public boolean isUnknownPath() {
        return codeMinor.equals("unknownobject");
    }

    /** {@code imsx_codeMinor}. */
    public String codeMinor() {
        return codeMinor;
    }
}
