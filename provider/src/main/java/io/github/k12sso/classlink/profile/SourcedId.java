package io.github.k12sso.classlink.profile;

import java.util.Optional;

/**
 * A person's OneRoster id. Unique only within a district, case-sensitive, any character is legal, under 256 characters
 * (docs/internals/classlink-protocol.md#profile); empty for people whose district has no OneRoster.
 *
 * @param value never blank
 */
public record SourcedId(String value) {

    private static final int MAX_LENGTH = 255;

    public SourcedId {
        if (value.isBlank() || value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("A SourcedId has 1 to 255 characters and is not blank");
        }
    }

    /** The id in a text that may be null, blank or too long; empty then. */
    public static Optional<SourcedId> of(String text) {
        return Optional.ofNullable(text)
                .filter(candidate -> !candidate.isBlank() && candidate.length() <= MAX_LENGTH)
                .map(SourcedId::new);
    }

    @Override
    public String toString() {
        return value;
    }
}
