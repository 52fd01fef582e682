package io.github.k12sso.classlink.simulator.oneroster;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.fault.ErrorBodies;
import io.github.k12sso.classlink.simulator.http.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The positions of one page's rows, selected before the response and written while it is sent. */
final class PageOfRows {
    /** Maximum number of rows that can be sorted by any field, to bound the memory. */
    private static final int MAX_SORTED = 20_000;

    private final Rows rows;
    private final RowQuery query;
    private final int[] positions;
    private final int total;
    private final boolean sortRefused;

    private PageOfRows(Rows rows, RowQuery query, int[] positions, int total, boolean sortRefused) {
        this.rows = rows;
        this.query = query;
        this.positions = positions;
        this.total = total;
        this.sortRefused = sortRefused;
    }

    static PageOfRows of(Rows rows, RowQuery query) {
        String sort = query.sort().orElse("sourcedId");
        boolean byId = sort.equals("sourcedId");
        if (byId && rows.sortedById()) {
            return inOrder(rows, query, query.descending());
        }
        boolean sortable = rows.type().has(sort) && rows.size() <= MAX_SORTED;
        if (!sortable) {
            return inOrder(rows, query, false);
        }
        String[] keys = IntStream.range(0, rows.size())
                .mapToObj(at -> String.join(",", FilterExpression.textsAt(rows.row(at), sort)))
                .toArray(String[]::new);
        Comparator<Integer> order = Comparator.comparing(at -> keys[at]);
        int[] sorted = IntStream.range(0, rows.size())
                .boxed()
                .sorted(query.descending() ? order.reversed() : order)
                .mapToInt(Integer::intValue)
                .toArray();
        return choose(rows, query, sorted.length, at -> sorted[at], false);
    }

    int count() {
        return positions.length;
    }

    int total() {
        return total;
    }

    boolean hasNext() {
        return query.offset() + positions.length < total;
    }

    void writeTo(OutputStream out) throws IOException {
        try (JsonGenerator generator = Json.MAPPER.createGenerator(out)) {
            generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            generator.writeStartObject();
            generator.writeArrayFieldStart(rows.type().plural());
            for (int position : positions) {
                Json.MAPPER.writeTree(generator, selected(rows.row(position)));
            }
            generator.writeEndArray();
            if (sortRefused) {
                generator.writeArrayFieldStart("statusInfoSet");
                Json.MAPPER.writeTree(
                        generator,
                        ErrorBodies.statusInfo(
                                "success", "warning", "invalid_sort_field", "the rows are not sorted as requested"));
                generator.writeEndArray();
            }
            generator.writeEndObject();
        }
    }

    private ObjectNode selected(ObjectNode row) {
        return query.fields().isEmpty() ? row : row.retain(query.fields());
    }

    private static PageOfRows inOrder(Rows rows, RowQuery query, boolean reversed) {
        int size = rows.size();
        String sort = query.sort().orElse("sourcedId");
        boolean asOrdered = sort.equals("sourcedId") && rows.sortedById();
        boolean refused = query.sort().isPresent() && !asOrdered;
        return choose(rows, query, size, at -> reversed ? size - 1 - at : at, refused);
    }

    private static PageOfRows choose(
            Rows rows, RowQuery query, int size, java.util.function.IntUnaryOperator order, boolean refused) {
        if (query.filter().isEmpty()) {
            int end = (int) Math.min(size, (long) query.offset() + query.limit());
            int[] positions = IntStream.range(Math.min(query.offset(), end), end)
                    .map(order)
                    .toArray();
            return new PageOfRows(rows, query, positions, size, refused);
        }
        int[] page = new int[Math.min(query.limit(), size)];
        int matches = 0;
        int kept = 0;
        for (int at = 0; at < size; at++) {
            int position = order.applyAsInt(at);
            if (query.filter().get().test(rows.row(position))) {
                if (matches >= query.offset() && kept < page.length) {
                    page[kept++] = position;
                }
                matches++;
            }
        }
        return new PageOfRows(rows, query, Arrays.copyOf(page, kept), matches, refused);
    }
}
