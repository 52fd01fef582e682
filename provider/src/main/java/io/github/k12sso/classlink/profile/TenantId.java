package io.github.k12sso.classlink.profile;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A district's id at ClassLink: a whole number on the wire (docs/internals/classlink-protocol.md#profile), kept as
 * text. The alphabet is narrow on purpose: an id may be joined with others by {@code |} and compared in lists without
 * any escaping.
 *
 * @param value 1 to 64 letters, digits, dots, hyphens and underscores
 */
public record TenantId(String value) {

    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    public TenantId {
        if (!ALLOWED.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "A TenantId is a number such as 2284: letters, digits, '.', '-' and '_', at most 64");
        }
    }

    /** The id in a text that may be null, blank or unfit; empty then. */
    public static Optional<TenantId> of(String text) {
        return Optional.ofNullable(text)
                .map(String::strip)
                .filter(candidate -> ALLOWED.matcher(candidate).matches())
                .map(TenantId::new);
    }

    @Override
    public String toString() {
        return value;
    }
}
