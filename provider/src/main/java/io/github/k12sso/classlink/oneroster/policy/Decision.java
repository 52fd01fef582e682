package io.github.k12sso.classlink.oneroster.policy;

/** What becomes of a request. */
public sealed interface Decision {

    /** Nothing is asked of the source. */
    record Refused(Refusal refusal) implements Decision {}

    /** The answer has no rows, and the source need not be asked. */
    record Nothing() implements Decision {}

    /**
     * The source is asked.
     *
     * @param request perhaps with a filter more than the app sent
     * @param rows what passes of the answer
     * @param countable whether the source's count of all rows is the count of what this reader may see
     */
    record Allowed(RosterRequest request, RowRule rows, boolean countable) implements Decision {}
}
