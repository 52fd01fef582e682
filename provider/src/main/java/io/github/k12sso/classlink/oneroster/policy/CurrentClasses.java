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
 * The classes that a person is in today: those that {@link VisibleRows} lets them read as their own, without those that are to be
 * deleted or whose terms are all past or to come.
 *
 * @param timetable the district's orgs, courses and sessions, which everybody may read
 * @param today in UTC. A district may be a day before or after: a term counts from a day before its first to a day after its last
 * @param <E> when the roster cannot be asked
 */
public record CurrentClasses<E extends Exception>(Memberships<E> memberships, Timetable<E> timetable, LocalDate today) {

    private static final int DATE_LENGTH = 10;

    /** Objects that everybody may read. */
    @FunctionalInterface
    public interface Timetable<E extends Exception> {

        /** Those of these ids that there are. */
        List<Row> objects(String collection, Collection<String> ids) throws E;
    }

    /**
     * A class of the person's.
     *
     * @param row with {@code title}, {@code classCode}, {@code course} and {@code school}
     * @param teaches whether the person teaches it; they attend it if not
     * @param term title of a current term of the class
     */
    public record Own(ObjectNode row, boolean teaches, Optional<String> term) {

        /** The sourcedId of the class. */
        public String id() {
            return row.path("sourcedId").asText();
        }

        /** The sourcedId of the {@code course} or {@code school}. */
        public Optional<String> reference(String member) {
            return text(row.path(member), "sourcedId");
        }

        /** A text of the row; empty if it is absent or blank. */
        public Optional<String> text(String member) {
            return text(row, member);
        }

        private static Optional<String> text(JsonNode of, String member) {
            return Optional.ofNullable(of.path(member).textValue()).filter(text -> !text.isBlank());
        }
    }

    /** In the order of their ids. Somebody who teaches a class and is listed among its students teaches it. */
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

    /** Empty if all its terms are known, and none is current. A term that the roster lacks proves nothing. */
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

    /** Some services write a time after the date. */
    private static Optional<LocalDate> date(ObjectNode session, String member) {
        String text = session.path(member).asText().strip();
        try {
            return Optional.of(LocalDate.parse(text.substring(0, Math.min(DATE_LENGTH, text.length()))));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
