package io.github.k12sso.classlink.simulator.oneroster;

/** A query that is answered with 400 and that codeMinor (docs/internals/classlink-rosters.md#errors). */
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
