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

    /** Why a reader may not have what they ask for. The texts are constants: the app's developer and the log read them. */
    public enum Refusal {
        NO_ROSTER_IDENTITY(
                "ClassLink sent no SourcedId at this person's login, so that no row of the roster is known to be theirs"),
        NO_ROLE(
                "This person is no student, teacher or guardian at ClassLink. To read a district, give them the Keycloak role"
                        + " roster-administrator"),
        ADMINISTRATORS_ONLY("Only the Keycloak role roster-administrator opens these"),
        NOT_THEIRS("This is not one of the person's own classes or people"),
        HIDDEN_FIELD("The filter or the order compares a field that this person may not see");

        private final String description;

        Refusal(String description) {
            this.description = description;
        }

        public String description() {
            return description;
        }
    }
}
