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
    /** Values that OneRoster defines itself, in lower case. Services write them in any case. */
    private static final Set<String> ENUMERATIONS =
            Set.of("role", "status", "enabledUser", "primary", "classType", "type");

    /** One comparison; the value as it is written between the quotes, doubled quotes included. */
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

    /**
     * Whether a row is one of those that are asked for. A field that the row lacks equals nothing, contains nothing, and is
     * neither before nor after anything.
     */
    boolean matches(ObjectNode row) {
        Predicate<Clause> clause = each -> each.matches(row);
        return operator.equals("OR")
                ? clauses.stream().anyMatch(clause)
                : clauses.stream().allMatch(clause);
    }

    /** Names of the members that it looks at, without what is below them. */
    Set<String> fields() {
        return clauses.stream().map(Clause::root).collect(Collectors.toUnmodifiableSet());
    }

    private static Clause clause(Matcher clause) {
        return new Clause(clause.group("field"), clause.group("predicate"), clause.group("value"));
    }

    private static InvalidRequest unreadable() {
        return InvalidRequest.filter(
                "filter must be field='value' with one of = != > >= < <= ~, or two of them joined by"
                        + " \" AND \" or \" OR \"");
    }

    @Override
    public String toString() {
        return clauses.stream().map(Object::toString).collect(Collectors.joining(" " + operator + " "));
    }

    /**
     * What stands in a row at a dotted field.
     *
     * @param nodes strings, numbers and booleans; none if the row lacks the field
     * @param list whether an array was crossed on the way
     * @param enumeration whether upper and lower case are the same
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

        /** Of a list: all of the operand's values, which commas separate, are in it. */
        private boolean equal(String operand) {
            return any(operand, order -> order == 0)
                    || (list && parts(operand).allMatch(part -> any(part, order -> order == 0)));
        }

        /** Of a list: one of the operand's values is in one of its. */
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

        /** For an order of rows: one text, empty if the row lacks the field. */
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

        /** A date is the beginning of its day, a time without a zone is one in UTC. */
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
