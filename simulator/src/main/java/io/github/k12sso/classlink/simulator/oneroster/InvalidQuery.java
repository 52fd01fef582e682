package io.github.k12sso.classlink.simulator.oneroster;

/** An invalid query: the response has status 400 and this codeMinor (docs/internals/classlink-rosters.md#errors). */
final class InvalidQuery extends RuntimeException {
    private final String codeMinor;

    InvalidQuery(String codeMinor, String description) {
        super(description);
        this.codeMinor = codeMinor;
    }

    String codeMinor() {
        return codeMinor;
    }
}
