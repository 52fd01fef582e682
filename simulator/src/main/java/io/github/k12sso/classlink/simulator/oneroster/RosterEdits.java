package io.github.k12sso.classlink.simulator.oneroster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Changes that tests make to the rows of a path. */
public final class RosterEdits {
    private final Map<String, UnaryOperator<List<ObjectNode>>> edits = new ConcurrentHashMap<>();

    /**
     * Changes the rows of a path.
     *
     * @param path decoded path of a collection or object below {@code ims/oneroster/v1p1}; an object is a list of one row
     */
    public void set(String districtCode, String path, UnaryOperator<List<ObjectNode>> change) {
        edits.put(districtCode + " " + path, change);
    }

    /** Undoes all changes. */
    public void clear() {
        edits.clear();
    }

    Rows apply(String districtCode, List<String> path, Rows rows) {
        return edit(districtCode, path)
                .map(change -> Rows.of(
                        rows.type(),
                        change.apply(IntStream.range(0, rows.size())
                                .mapToObj(rows::row)
                                .toList())))
                .orElse(rows);
    }

    Optional<RosterData.Found> apply(String districtCode, List<String> path, RosterData.Found found) {
        return edit(districtCode, path)
                .map(change -> change.apply(List.of(found.node())).stream()
                        .findFirst()
                        .map(node -> new RosterData.Found(found.type(), node)))
                .orElse(Optional.of(found));
    }

    private Optional<UnaryOperator<List<ObjectNode>>> edit(String districtCode, List<String> path) {
        return Optional.ofNullable(edits.get(districtCode + " " + String.join("/", path)));
    }
}
