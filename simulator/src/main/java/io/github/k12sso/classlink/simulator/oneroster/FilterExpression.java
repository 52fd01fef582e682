package io.github.k12sso.classlink.simulator.oneroster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * OneRoster's filter grammar: {@code field predicate 'value'}, at most one AND or OR, dots into references
 * (docs/internals/classlink-rosters.md#queries-and-headers). Strings are case-sensitive. {@code =} on a list matches if it
 * contains all values of the comma-separated operand, {@code ~} if any element contains one of them. Both are interpretations
 * of a vague specification.
 */
final class FilterExpression {
    private static final Pattern TERM =
            Pattern.compile("\\s*([A-Za-z.]+)\\s*(!=|>=|<=|=|>|<|~)\\s*'((?:[^']|'')*)'\\s*");
    private static final Pattern LOGIC = Pattern.compile("\\s*(AND|OR)\\b", Pattern.CASE_INSENSITIVE);

    private FilterExpression() {}

    static Predicate<ObjectNode> parse(String text, OneRosterType type) {
        Matcher term = TERM.matcher(text);
        if (!term.lookingAt()) {
            throw invalid("cannot read " + text);
        }
        Predicate<ObjectNode> first = term(term, type);
        String rest = text.substring(term.end());
        if (rest.isEmpty()) {
            return first;
        }
        Matcher logic = LOGIC.matcher(rest);
        if (!logic.lookingAt()) {
            throw invalid("cannot read " + rest);
        }
        String tail = rest.substring(logic.end());
        Matcher last = TERM.matcher(tail);
        if (!last.matches()) {
            throw invalid("only one AND or OR is allowed: " + tail);
        }
        Predicate<ObjectNode> second = term(last, type);
        return logic.group(1).equalsIgnoreCase("AND") ? first.and(second) : first.or(second);
    }

    private static Predicate<ObjectNode> term(Matcher matcher, OneRosterType type) {
        List<String> path = List.of(matcher.group(1).split("\\.", -1));
        if (!type.has(path.get(0))) {
            throw invalid("unknown field " + matcher.group(1));
        }
        String predicate = matcher.group(2);
        String value = matcher.group(3).replace("''", "'");
        return row -> holds(valuesAt(row, path), predicate, value);
    }

    private static boolean holds(FilterValues actual, String predicate, String value) {
        return switch (predicate) {
            case "=" -> equal(actual, value);
            case "!=" -> !equal(actual, value);
            case ">" -> actual.any(text -> text.compareTo(value) > 0);
            case ">=" -> actual.any(text -> text.compareTo(value) >= 0);
            case "<" -> actual.any(text -> text.compareTo(value) < 0);
            case "<=" -> actual.any(text -> text.compareTo(value) <= 0);
            default -> actual.list() ? anyContains(actual, value) : actual.any(text -> text.contains(value));
        };
    }

    private static boolean equal(FilterValues actual, String value) {
        return actual.list() ? actual.texts().containsAll(List.of(value.split(",", -1))) : actual.any(value::equals);
    }

    private static boolean anyContains(FilterValues actual, String value) {
        return List.of(value.split(",", -1)).stream().anyMatch(part -> actual.any(text -> text.contains(part)));
    }

    /** The values at a path; {@code list} if the path goes through an array. */
    private record FilterValues(List<String> texts, boolean list) {
        boolean any(Predicate<String> test) {
            return texts.stream().anyMatch(test);
        }
    }

    static List<String> textsAt(ObjectNode row, String path) {
        return valuesAt(row, List.of(path.split("\\.", -1))).texts();
    }

    private static FilterValues valuesAt(ObjectNode row, List<String> path) {
        List<JsonNode> nodes = List.of(row);
        boolean list = false;
        for (String step : path) {
            List<JsonNode> next = new ArrayList<>();
            for (JsonNode node : nodes) {
                JsonNode child = node.path(step);
                if (child.isArray()) {
                    list = true;
                    child.forEach(next::add);
                } else if (!child.isMissingNode()) {
                    next.add(child);
                }
            }
            nodes = next;
        }
        return new FilterValues(
                nodes.stream()
                        .filter(JsonNode::isValueNode)
                        .map(JsonNode::asText)
                        .toList(),
                list);
    }

    private static InvalidQuery invalid(String description) {
        return new InvalidQuery("invalid_filter_field", description);
    }
}
