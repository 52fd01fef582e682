package io.github.k12sso.classlink.simulator.oneroster;

import java.util.Optional;

/** sourcedIds of objects other than users: a prefix and the position. */
enum RosterId {
    SCHOOL("SCH", 4),
    CLASS("C", 7),
    COURSE("CRS", 7),
    STUDENT_ENROLLMENT("ES", 8),
    TEACHER_ENROLLMENT("ET", 8),
    RESOURCE("RES", 3);

    private final String prefix;
    private final int digits;

    RosterId(String prefix, int digits) {
        this.prefix = prefix;
        this.digits = digits;
    }

    String of(int position) {
        return prefix + ("%0" + digits + "d").formatted(position + 1);
    }

    /** The position of an id, if it is less than {@code count}. */
    Optional<Integer> position(String id, int count) {
        if (id.length() != prefix.length() + digits || !id.startsWith(prefix)) {
            return Optional.empty();
        }
        String number = id.substring(prefix.length());
        return number.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Optional.of(Integer.parseInt(number) - 1).filter(position -> position >= 0 && position < count)
                : Optional.empty();
    }
}
