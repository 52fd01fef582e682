package io.github.k12sso.classlink.oneroster.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.Set;

/** What passes of one row. Asked of every row, also where the source was asked for less. */
@FunctionalInterface
public interface RowRule {

    /** The row with what the reader may see of it; empty if that is nothing. Changes the row. */
    Optional<ObjectNode> pass(ObjectNode row);

    /** Every row. */
    static RowRule all() {
        return Optional::of;
    }

    /** Some members of every row. */
    static RowRule only(Set<String> fields) {
        return row -> Optional.of(row.retain(fields));
    }

    /** First this, and then the other. */
    default RowRule then(RowRule other) {
        return row -> pass(row).flatMap(other::pass);
    }
}
