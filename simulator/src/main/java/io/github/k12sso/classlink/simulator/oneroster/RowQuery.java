package io.github.k12sso.classlink.simulator.oneroster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.http.ServerRequest;
import io.github.k12sso.classlink.simulator.runtime.RosterService;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * {@code limit}, {@code offset}, {@code sort}, {@code orderBy}, {@code filter} and {@code fields}
 * (docs/internals/classlink-rosters.md#queries-and-headers).
 *
 * @param limit default 100, at most 10,000
 * @param sort the requested field, known or not
 */
record RowQuery(
        int limit,
        int offset,
        Optional<String> sort,
        boolean descending,
        Optional<Predicate<ObjectNode>> filter,
        List<String> fields) {
    static final int DEFAULT_LIMIT = 100;
    static final int MAX_LIMIT = 10_000;
    static final int CLAMPED_LIMIT = 10;

    static RowQuery of(ServerRequest request, OneRosterType type) {
        List<String> fields = request.parameter("fields")
                .map(text -> List.of(text.trim().split("\\s*,\\s*", -1)))
                .orElse(List.of());
        fields.stream().filter(field -> !type.has(field)).findFirst().ifPresent(unknown -> {
            throw new InvalidQuery("invalid_selection_field", "unknown field " + unknown);
        });
        return new RowQuery(
                limit(request),
                number(request, "offset", 0, 0),
                request.parameter("sort"),
                request.parameter("orderBy").filter("desc"::equals).isPresent(),
                request.parameter("filter").map(text -> FilterExpression.parse(text, type)),
                fields);
    }

    /** The query after applying the deviations of a service. */
    RowQuery at(RosterService service) {
        if (service == RosterService.REFUSES_FILTERS && filter.isPresent()) {
            throw new InvalidQuery("invalid_filter_field", "filters are not supported");
        }
        return new RowQuery(
                service == RosterService.CLAMPS_PAGES ? Math.min(CLAMPED_LIMIT, limit) : limit,
                offset,
                sort,
                descending,
                service == RosterService.IGNORES_FILTERS ? Optional.empty() : filter,
                fields);
    }

    static int limit(ServerRequest request) {
        return Math.min(MAX_LIMIT, number(request, "limit", DEFAULT_LIMIT, 1));
    }

    static int number(ServerRequest request, String name, int otherwise, int least) {
        Optional<String> text = request.parameter(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text.get());
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw new InvalidQuery("invaliddata", name + " is not a number");
        }
        throw new InvalidQuery("invaliddata", name + " is less than " + least);
    }
}
