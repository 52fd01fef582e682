package io.github.k12sso.classlink.oneroster.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A OneRoster filter: one comparison, or two joined by AND or OR
 * (docs/internals/classlink-rosters.md#queries-and-headers).
 *
 * @param clauses one or two
 * @param operator between two, {@code AND} or {@code OR}
 */
record RosterFilter(List<Clause> clauses, String operator) {

    private static final Pattern CLAUSE =
            Pattern.compile("\\s*(?<field>[A-Za-z][A-Za-z0-9]*(?:\\.[A-Za-z][A-Za-z0-9]*){0,2})"
                    + "\\s*(?<predicate>!=|>=|<=|=|>|<|~)\\s*"
                    + "'(?<value>(?:[^'\\p{Cntrl}]|'')*)'\\s*");
    private static final Pattern OPERATOR = Pattern.compile("(AND|OR)\\s", Pattern.CASE_INSENSITIVE);
    private static final int MAX_LENGTH = 1000;
    /** Fields with values that OneRoster defines. Services send these values in any case. */
    private static final Set<String> ENUMERATIONS =
            Set.of("role", "status", "enabledUser", "primary", "classType", "type");

    /** One comparison. The value is unparsed: quotes in it are doubled. */
    record Clause(String field, String predicate, String value) {

        static Clause equal(String field, String id) {
            return new Clause(field, "=", id.replace("'", "''"));
        }

        String root() {
            return field.split("\\.", -1)[0];
        }

        private boolean matches(ObjectNode row) {
            String operand = value.replace("''", "'");
            Values values = Values.at(row, field);
            return switch (predicate) {
                case "=" -> values.equal(operand);
                case "!=" -> !values.equal(operand);
                case "~" -> values.contain(operand);
                case ">" -> values.any(operand, order -> order > 0);
                case ">=" -> values.any(operand, order -> order >= 0);
                case "<" -> values.any(operand, order -> order < 0);
                default -> values.any(operand, order -> order <= 0);
            };
        }

        @Override
        public String toString() {
            return field + predicate + "'" + value + "'";
        }
    }

    static RosterFilter parse(String text) throws InvalidRequest {
        if (text.length() > MAX_LENGTH) {
            throw InvalidRequest.filter("filter is longer than " + MAX_LENGTH + " characters");
        }
        Matcher first = CLAUSE.matcher(text);
        if (!first.lookingAt()) {
            throw unreadable();
        }
        String rest = text.substring(first.end());
        if (rest.isEmpty()) {
            return new RosterFilter(List.of(clause(first)), "");
        }
        Matcher operator = OPERATOR.matcher(rest);
        Matcher second = operator.lookingAt() ? CLAUSE.matcher(rest.substring(operator.end())) : null;
        if (second == null || !second.matches()) {
            throw unreadable();
        }
        return new RosterFilter(
                List.of(clause(first), clause(second)), operator.group(1).toUpperCase(Locale.ROOT));
    }

    /** Returns whether a row matches. If the row does not have the field, only {@code !=} matches. */
    boolean matches(ObjectNode row) {
        Predicate<Clause> clause = each -> each.matches(row);
        return operator.equals("OR")
                ? clauses.stream().anyMatch(clause)
                : clauses.stream().allMatch(clause);
    }

    /** Returns the top-level names of the compared fields. */
    Set<String> fields() {
        return clauses.stream().map(Clause::root).collect(Collectors.toUnmodifiableSet());
    }

    private static Clause clause(Matcher clause) {
        return new Clause(clause.group("field"), clause.group("predicate"), clause.group("value"));
    }

    private static InvalidRequest unreadable() {
        return InvalidRequest.filter(
                "filter must be field='value' with one of = != > >= < <= ~, or two such comparisons joined by"
                        + " \" AND \" or \" OR \"");
    }

    @Override
    public String toString() {
        return clauses.stream().map(Object::toString).collect(Collectors.joining(" " + operator + " "));
    }

    /**
     * The values of a dotted field in a row.
     *
     * @param nodes strings, numbers and booleans; empty if the row does not have the field
     * @param list whether the path contains an array
     * @param enumeration whether the comparison ignores case
     */
    record Values(List<JsonNode> nodes, boolean list, boolean enumeration) {

        static Values at(ObjectNode row, String field) {
            List<JsonNode> nodes = List.of(row);
            boolean list = false;
            for (String step : field.split("\\.", -1)) {
                List<JsonNode> next = new ArrayList<>();
                for (JsonNode node : nodes) {
                    JsonNode child = node.path(step);
                    list |= child.isArray();
                    if (child.isArray()) {
                        child.forEach(next::add);
                    } else {
                        next.add(child);
                    }
                }
                nodes = next;
            }
            return new Values(
                    nodes.stream()
                            .filter(node -> node.isValueNode() && !node.isNull())
                            .toList(),
                    list,
                    ENUMERATIONS.contains(field));
        }

        /** For a list: all comma-separated values of the operand are in it. */
        private boolean equal(String operand) {
            return any(operand, order -> order == 0)
                    || (list && parts(operand).allMatch(part -> any(part, order -> order == 0)));
        }

        /** For a list: one of its values contains one of the operand's values. */
        private boolean contain(String operand) {
            return list ? parts(operand).anyMatch(this::anyContains) : anyContains(operand);
        }

        private boolean any(String operand, IntPredicate wanted) {
            return nodes.stream().anyMatch(node -> wanted.test(order(node, operand)));
        }

        private boolean anyContains(String part) {
            return nodes.stream().anyMatch(node -> folded(node.asText()).contains(folded(part)));
        }

        private int order(JsonNode node, String operand) {
            Optional<BigDecimal> number = node.isNumber() ? number(operand) : Optional.empty();
            if (number.isPresent()) {
                return node.decimalValue().compareTo(number.get());
            }
            Optional<Instant> moment = moment(node.asText());
            Optional<Instant> asked = moment.isPresent() ? moment(operand) : Optional.empty();
            return asked.isPresent()
                    ? moment.get().compareTo(asked.get())
                    : folded(node.asText()).compareTo(folded(operand));
        }

        private String folded(String text) {
            return enumeration ? text.toLowerCase(Locale.ROOT) : text;
        }

        /** Returns one string for sorting, empty if the row does not have the field. */
        String text() {
            return nodes.stream().map(JsonNode::asText).collect(Collectors.joining(","));
        }

        private static Stream<String> parts(String operand) {
            return Arrays.stream(operand.split(",", -1)).map(String::strip);
        }

        static Optional<BigDecimal> number(String text) {
            return text.matches("-?[0-9]{1,18}(\\.[0-9]{1,18})?")
                    ? Optional.of(new BigDecimal(text))
                    : Optional.empty();
        }

        /** Parses a date as the start of the day, and a time without a zone as UTC. */
        static Optional<Instant> moment(String text) {
            if (text.length() < 10 || text.length() > 40 || text.charAt(4) != '-') {
                return Optional.empty();
            }
            try {
                String whole = text.length() == 10 ? text + "T00:00:00Z" : text;
                TemporalAccessor read =
                        DateTimeFormatter.ISO_DATE_TIME.parseBest(whole, OffsetDateTime::from, LocalDateTime::from);
                return Optional.of(
                        read instanceof OffsetDateTime withZone
                                ? withZone.toInstant()
                                : LocalDateTime.from(read).toInstant(ZoneOffset.UTC));
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        }
    }
}
