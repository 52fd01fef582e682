package io.github.k12sso.classlink.oneroster.policy;

import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The query of a collection. Pages are always sorted, by {@code sourcedId} unless the client requests another field,
 * because unsorted pages can overlap (docs/internals/classlink-traps.md#trap-25).
 *
 * @param limit rows per page, 1 to 10,000; larger values are reduced to 10,000
 * @param offset number of rows to skip
 * @param sort the field to sort by
 * @param descending whether the order is descending
 * @param fields requested fields; empty for all. Applied here and not at the source, because the policy needs other
 *     fields
 * @param filter the filter, or null
 */
record CollectionQuery(
        int limit, long offset, String sort, boolean descending, Set<String> fields, RosterFilter filter) {

    static final int MAX_LIMIT = 10_000;
    /** The default and maximum limits of OneRoster and ClassLink. */
    static final int DEFAULT_LIMIT = 100;

    private static final long MAX_OFFSET = 1_000_000_000;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,100}");
    private static final Set<String> PARAMETERS = Set.of("limit", "offset", "sort", "orderBy", "fields", "filter");
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9]{0,63}");
    private static final Pattern PATH = Pattern.compile("[A-Za-z][A-Za-z0-9]{0,63}(\\.[A-Za-z][A-Za-z0-9]{0,63}){0,2}");

    /** Parses the query of a single object, which supports only {@code fields}. Other parameters are ignored. */
    static CollectionQuery ofObject(Map<String, List<String>> parameters) throws InvalidRequest {
        return ofCollection(parameters.containsKey("fields") ? Map.of("fields", parameters.get("fields")) : Map.of());
    }

    /** Parses the query of a collection. Unknown parameters and those without a value are ignored. */
    static CollectionQuery ofCollection(Map<String, List<String>> parameters) throws InvalidRequest {
        for (String name : PARAMETERS) {
            if (parameters.getOrDefault(name, List.of()).stream().distinct().count() > 1) {
                throw InvalidRequest.query("the parameter " + name + " is given twice with different values");
            }
        }
        Optional<String> filter = value(parameters, "filter");
        return new CollectionQuery(
                (int) Math.min(MAX_LIMIT, number(parameters, "limit", 1, DEFAULT_LIMIT)),
                Math.min(MAX_OFFSET, number(parameters, "offset", 0, 0)),
                sort(parameters),
                descending(parameters),
                fields(parameters),
                filter.isPresent() ? RosterFilter.parse(filter.get()) : null);
    }

    private static long number(Map<String, List<String>> parameters, String name, long min, long byDefault)
            throws InvalidRequest {
        Optional<String> text = value(parameters, name);
        if (text.isEmpty()) {
            return byDefault;
        }
        if (!NUMBER.matcher(text.get()).matches() || (text.get().length() < 10 && Long.parseLong(text.get()) < min)) {
            throw InvalidRequest.query(name + " must be a whole number, " + min + " or more");
        }
        return text.get().length() < 10 ? Long.parseLong(text.get()) : MAX_OFFSET;
    }

    private static String sort(Map<String, List<String>> parameters) throws InvalidRequest {
        String sort = value(parameters, "sort").orElse("sourcedId");
        if (!PATH.matcher(sort).matches()) {
            throw new InvalidRequest("invalid_sort_field", "sort must be the name of one field");
        }
        return sort;
    }

    private static boolean descending(Map<String, List<String>> parameters) throws InvalidRequest {
        String order = value(parameters, "orderBy").orElse("asc");
        if (!order.equalsIgnoreCase("asc") && !order.equalsIgnoreCase("desc")) {
            throw InvalidRequest.query("orderBy must be asc or desc");
        }
        return order.equalsIgnoreCase("desc");
    }

    private static Set<String> fields(Map<String, List<String>> parameters) throws InvalidRequest {
        Optional<String> list = value(parameters, "fields");
        if (list.isEmpty()) {
            return Set.of();
        }
        Set<String> names = Arrays.stream(list.get().split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                throw new InvalidRequest("invalid_selection_field", "fields must be field names separated by commas");
            }
        }
        return names;
    }

    private static Optional<String> value(Map<String, List<String>> parameters, String name) {
        return parameters.getOrDefault(name, List.of()).stream()
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .findFirst();
    }

    /** Returns the fields used to sort and filter, because hidden fields must not be inferred through them. */
    Set<String> comparedFields() {
        Set<String> names = new LinkedHashSet<>(filter == null ? Set.of() : filter.fields());
        names.add(sort.split("\\.", -1)[0]);
        return names;
    }

    /** Returns the query for another page. */
    CollectionQuery page(long otherOffset, int otherLimit) {
        return new CollectionQuery(otherLimit, otherOffset, sort, descending, fields, filter);
    }

    /** Encodes the query in a canonical form. */
    String encode() {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("limit", Integer.toString(limit));
        query.put("offset", Long.toString(offset));
        query.put("sort", sort);
        query.put("orderBy", descending ? "desc" : "asc");
        if (filter != null) {
            query.put("filter", filter.toString());
        }
        return query.entrySet().stream()
                .map(entry -> entry.getKey() + "="
                        + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8)
                                .replace("+", "%20"))
                .collect(Collectors.joining("&"));
    }
}
