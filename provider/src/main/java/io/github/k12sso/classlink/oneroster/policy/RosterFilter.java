package io.github.k12sso.classlink.oneroster.policy;

import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A OneRoster filter: one comparison, or two joined by AND or OR
 * (docs/internals/classlink-rosters.md#queries-and-headers).
 *
 * @param clauses one or two
 * @param operator between two, {@code AND} or {@code OR}
 */
record RosterFilter(List<Clause> clauses, String operator) {

    private static final Pattern CLAUSE =
            Pattern.compile("(?<field>[A-Za-z][A-Za-z0-9]*(?:\\.[A-Za-z][A-Za-z0-9]*){0,2})"
                    + "(?<predicate>!=|>=|<=|=|>|<|~)"
                    + "'(?<value>(?:[^'\\p{Cntrl}]|'')*)'");
    private static final Pattern OPERATOR = Pattern.compile(" (AND|OR) ");
    private static final int MAX_LENGTH = 1000;

    /** One comparison; the value as it is written between the quotes, doubled quotes included. */
    record Clause(String field, String predicate, String value) {

        static Clause equal(String field, String id) {
            return new Clause(field, "=", id.replace("'", "''"));
        }

        String root() {
            return field.split("\\.", -1)[0];
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
        return new RosterFilter(List.of(clause(first), clause(second)), operator.group(1));
    }

    /** Rows whose id is one of these, as far as one filter can say so: one id, or two. */
    static Optional<RosterFilter> anyOf(String field, Set<String> ids) {
        List<Clause> clauses =
                ids.stream().sorted().map(id -> Clause.equal(field, id)).toList();
        return clauses.isEmpty() || clauses.size() > 2
                ? Optional.empty()
                : Optional.of(new RosterFilter(clauses, clauses.size() == 2 ? "OR" : ""));
    }

    /** Both, if one AND can say it. */
    Optional<RosterFilter> and(RosterFilter other) {
        return clauses.size() == 1 && other.clauses.size() == 1
                ? Optional.of(new RosterFilter(List.of(clauses.get(0), other.clauses.get(0)), "AND"))
                : Optional.empty();
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
}
