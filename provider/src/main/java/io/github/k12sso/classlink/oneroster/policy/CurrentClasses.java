package io.github.k12sso.classlink.oneroster.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.policy.Memberships.Row;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller.Role;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A user's current classes: those that {@link VisibleRows} allows as the user's own, except deleted classes and classes
 * without a current term.
 *
 * @param timetable the district's orgs, courses and sessions, which every user can read
 * @param today in UTC. To allow for time zones, a term starts one day earlier and ends one day later
 * @param <E> thrown if the roster cannot be read
 */
public record CurrentClasses<E extends Exception>(Memberships<E> memberships, Timetable<E> timetable, LocalDate today) {

    private static final int DATE_LENGTH = 10;

    /** Objects that every user can read. */
    @FunctionalInterface
    public interface Timetable<E extends Exception> {

        /** Returns the existing objects with these IDs. */
        List<Row> objects(String collection, Collection<String> ids) throws E;
    }

    /**
     * A class of the user.
     *
     * @param row with {@code title}, {@code classCode}, {@code course} and {@code school}
     * @param teaches whether the user teaches the class, otherwise attends it
     * @param term title of a current term of the class
     */
    public record Own(ObjectNode row, boolean teaches, Optional<String> term) {

        /** Returns the sourcedId of the class. */
        public String id() {
            return row.path("sourcedId").asText();
        }

        /** Returns the sourcedId of the {@code course} or {@code school}. */
        public Optional<String> reference(String member) {
            return text(row.path(member), "sourcedId");
        }

        /** Returns a string of the row; empty if it is absent or blank. */
        public Optional<String> text(String member) {
            return text(row, member);
        }

        private static Optional<String> text(JsonNode of, String member) {
            return Optional.ofNullable(of.path(member).textValue()).filter(text -> !text.isBlank());
        }
    }

    /** Returns the classes sorted by ID. If a user is listed as teacher and student of a class, teacher applies. */
    public List<Own> of(Caller person) throws E {
        String id = person.sourcedId().orElseThrow();
        Map<String, Own> classes = new TreeMap<>();
        if (person.is(Role.STUDENT)) {
            memberships.classesOfStudent(id).forEach(row -> add(classes, row, false));
        }
        if (person.is(Role.TEACHER)) {
            memberships.classesOfTeacher(id).forEach(row -> add(classes, row, true));
        }
        Map<String, Row> sessions = sessionsOf(classes.values());
        return classes.values().stream()
                .flatMap(each -> current(each, sessions).stream())
                .toList();
    }

    private static void add(Map<String, Own> classes, Row row, boolean teaches) {
        if (!row.isDeleted()) {
            classes.put(row.sourcedId(), new Own(row.read(), teaches, Optional.empty()));
        }
    }

    private Map<String, Row> sessionsOf(Collection<Own> classes) throws E {
        Set<String> ids = classes.stream().flatMap(CurrentClasses::termIds).collect(Collectors.toSet());
        Map<String, Row> sessions = new HashMap<>();
        if (!ids.isEmpty()) {
            timetable.objects("academicSessions", ids).forEach(row -> sessions.put(row.sourcedId(), row));
        }
        return sessions;
    }

    private static Stream<String> termIds(Own of) {
        return Stream.iterate(0, at -> at < of.row().path("terms").size(), at -> at + 1)
                .map(at -> of.row().path("terms").get(at).path("sourcedId").asText())
                .filter(id -> !id.isBlank());
    }

    /** Returns the class with its current term; empty if all its terms are known and none is current. */
    private Optional<Own> current(Own each, Map<String, Row> sessions) {
        List<String> terms = termIds(each).toList();
        List<ObjectNode> known = terms.stream()
                .map(sessions::get)
                .filter(Objects::nonNull)
                .map(Row::read)
                .toList();
        Optional<ObjectNode> current = known.stream().filter(this::isCurrent).findFirst();
        if (current.isEmpty() && !terms.isEmpty() && known.size() == terms.size()) {
            return Optional.empty();
        }
        return Optional.of(new Own(each.row(), each.teaches(), current.flatMap(term -> Own.text(term, "title"))));
    }

    private boolean isCurrent(ObjectNode session) {
        Optional<LocalDate> start = date(session, "startDate");
        Optional<LocalDate> end = date(session, "endDate");
        return start.map(day -> !today.isBefore(day.minusDays(1))).orElse(true)
                && end.map(day -> !today.isAfter(day.plusDays(1))).orElse(true);
    }

    /** Some services append a time to the date. */
    private static Optional<LocalDate> date(ObjectNode session, String member) {
        String text = session.path(member).asText().strip();
        try {
            return Optional.of(LocalDate.parse(text.substring(0, Math.min(DATE_LENGTH, text.length()))));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
