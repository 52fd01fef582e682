package io.github.k12sso.classlink.simulator.oneroster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/**
 * The rows of a collection, created one at a time.
 *
 * @param sortedById whether rows are sorted by sourcedId
 */
record Rows(OneRosterType type, int size, boolean sortedById, IntFunction<ObjectNode> at) {

    static Rows sorted(OneRosterType type, int size, IntFunction<ObjectNode> at) {
        return new Rows(type, size, true, at);
    }

    static Rows unsorted(OneRosterType type, int size, IntFunction<ObjectNode> at) {
        return new Rows(type, size, false, at);
    }

    static Rows of(OneRosterType type, List<ObjectNode> rows) {
        return new Rows(type, rows.size(), false, rows::get);
    }

    /** The same rows with a change applied to each. */
    Rows map(UnaryOperator<ObjectNode> change) {
        return new Rows(type, size, sortedById, position -> change.apply(at.apply(position)));
    }

    ObjectNode row(int position) {
        return at.apply(position);
    }
}
