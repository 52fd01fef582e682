package io.github.k12sso.classlink.oneroster.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller.Role;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Allowed;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Nothing;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Refused;
import io.github.k12sso.classlink.oneroster.policy.Policy.Memberships;
import io.github.k12sso.classlink.oneroster.policy.Policy.RowRule;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one caller may see of the rows that one request asks for: asks the memberships who belongs to whom.
 *
 * @param <E> when the roster cannot be asked
 */
record VisibleRows<E extends Exception>(RosterRequest request, Caller caller, Memberships<E> memberships) {

    /** What a student sees of a teacher. */
    private static final Set<String> NAME = Set.of(
            "sourcedId", "status", "dateLastModified", "givenName", "familyName", "middleName", "role", "enabledUser");

    /** What people see of themselves, teachers of their classes, guardians of their students. */
    private static final Set<String> PERSON = Stream.concat(
                    NAME.stream(), Stream.of("username", "userIds", "identifier", "email", "orgs", "grades"))
            .collect(Collectors.toUnmodifiableSet());

    Decision decide() throws E {
        if (caller.administrator() || !request.objectType().isRestricted()) {
            return new Allowed(request, RowRule.all(), true); // as the source lists them
        }
        if (request.objectType() == RosterObjectType.DEMOGRAPHICS
                || request.objectType() == RosterObjectType.RESOURCE) {
            return new Refused(Decision.Refusal.ADMINISTRATORS_ONLY);
        }
        if (caller.sourcedId().isEmpty()) {
            return new Refused(Decision.Refusal.NO_ROSTER_IDENTITY);
        }
        if (caller.roles().isEmpty()) {
            return new Refused(Decision.Refusal.NO_ROLE);
        }
        return switch (request.objectType()) {
            case USER -> people();
            case CLASS -> classes();
            default -> enrollments();
        };
    }

    private Decision people() throws E {
        Optional<String> classId = request.idAfter("classes");
        if (classId.isPresent()) {
            return peopleOf(classId.get());
        }
        Map<String, Set<String>> visible = visiblePeople();
        if (visible.isEmpty()) {
            return nothing();
        }
        if (request.isSingle()
                && !visible.containsKey(request.idAfter(request.first()).orElseThrow())) {
            return new Refused(Decision.Refusal.NOT_THEIRS);
        }
        if (visible.values().stream().anyMatch(this::compares)) {
            return new Refused(Decision.Refusal.HIDDEN_FIELD);
        }
        RowRule theirs = row -> Optional.ofNullable(visible.get(id(row))).map(row::retain);
        return allowed("sourcedId", visible.keySet(), RowRule.roleOf(request).then(theirs));
    }

    /** By id, what may be seen of whom in this collection. */
    private Map<String, Set<String>> visiblePeople() throws E {
        Map<String, Set<String>> visible = new HashMap<>();
        boolean students = !request.last().equals("teachers");
        boolean teachers = !request.last().equals("students");
        if (caller.is(Role.STUDENT) && teachers) {
            for (String classId : memberships.classesOfStudent(self())) {
                memberships.teachersOf(classId).forEach(teacher -> visible.put(teacher, NAME));
            }
        }
        if (caller.is(Role.TEACHER)) {
            for (String classId : memberships.classesOfTeacher(self())) {
                if (students) {
                    memberships.studentsOf(classId).forEach(student -> visible.put(student, PERSON));
                }
                if (teachers) {
                    memberships.teachersOf(classId).forEach(teacher -> visible.put(teacher, PERSON));
                }
            }
        }
        if (caller.is(Role.GUARDIAN) && students) {
            memberships.studentsOfGuardian(self()).forEach(student -> visible.put(student, PERSON));
        }
        boolean selfIsIn = request.last().equals("users")
                || (students && teachers)
                || (students && caller.is(Role.STUDENT))
                || (teachers && caller.is(Role.TEACHER));
        if (selfIsIn) {
            visible.put(self(), PERSON);
        }
        return visible;
    }

    private Decision peopleOf(String classId) throws E {
        boolean taught = teaches(classId);
        if (!taught && !attends(classId)) {
            return new Refused(Decision.Refusal.NOT_THEIRS);
        }
        Set<String> ofOthers = taught ? PERSON : NAME;
        if (compares(ofOthers)) {
            return new Refused(Decision.Refusal.HIDDEN_FIELD);
        }
        RowRule members = row -> {
            if (id(row).equals(self())) {
                return Optional.of(row.retain(PERSON));
            }
            return taught || role(row).equals("teacher") ? Optional.of(row.retain(ofOthers)) : Optional.empty();
        };
        return new Allowed(request, RowRule.roleOf(request).then(members), false);
    }

    private Decision classes() throws E {
        Optional<String> person =
                request.isSingle() || Set.of("schools", "courses", "terms").contains(request.first())
                        ? Optional.empty()
                        : request.idAfter(request.first());
        if (person.isPresent()) {
            return classesOf(person.get());
        }
        if (request.isSingle()) {
            String classId = request.idAfter("classes").orElseThrow();
            return teaches(classId) || attends(classId)
                    ? new Allowed(request, RowRule.all(), true)
                    : new Refused(Decision.Refusal.NOT_THEIRS);
        }
        if (!caller.is(Role.STUDENT) && !caller.is(Role.TEACHER)) {
            return nothing();
        }
        Set<String> theirs = new HashSet<>(taughtClasses());
        if (caller.is(Role.STUDENT)) {
            theirs.addAll(memberships.classesOfStudent(self()));
        }
        return theirs.isEmpty() ? nothing() : allowed("sourcedId", theirs, RowRule.ofIds(theirs));
    }

    private Decision classesOf(String person) throws E {
        if (person.equals(self())) {
            return new Allowed(request, RowRule.all(), true);
        }
        Set<String> taught = new HashSet<>();
        for (String classId : taughtClasses()) {
            if (memberships.studentsOf(classId).contains(person)) {
                taught.add(classId);
            }
        }
        return taught.isEmpty()
                ? new Refused(Decision.Refusal.NOT_THEIRS)
                : new Allowed(request, RowRule.ofIds(taught), false);
    }

    private Decision enrollments() throws E {
        if (!caller.is(Role.STUDENT) && !caller.is(Role.TEACHER)) {
            return nothing();
        }
        Optional<String> classId = request.idAfter("classes");
        if (classId.isPresent() && !teaches(classId.get()) && !attends(classId.get())) {
            return new Refused(Decision.Refusal.NOT_THEIRS);
        }
        Set<String> taught = new HashSet<>(taughtClasses());
        classId.filter(id -> caller.is(Role.TEACHER) && !caller.is(Role.STUDENT))
                .ifPresent(taught::add);
        RowRule theirs = row -> Optional.of(row)
                .filter(each -> reference(each, "user").equals(self()) || taught.contains(reference(each, "class")));
        if (taught.isEmpty()) {
            return allowed("user.sourcedId", Set.of(self()), theirs);
        }
        return allowed("class.sourcedId", taught, theirs);
    }

    /** An empty collection; an object cannot be empty. */
    private Decision nothing() {
        return request.isSingle() ? new Refused(Decision.Refusal.NOT_THEIRS) : new Nothing();
    }

    /** Filtered at the source, where one filter can say it; row by row in any case. */
    private Decision allowed(String field, Set<String> ids, RowRule rows) {
        if (!request.isWholeCollection()) {
            return new Allowed(request, rows, false);
        }
        return RosterFilter.anyOf(field, ids)
                .flatMap(own -> request.query().filtered().map(own::and).orElse(Optional.of(own)))
                .map(filter -> new Allowed(request.with(filter), rows, true))
                .orElseGet(() -> new Allowed(request, rows, false));
    }

    private Set<String> taughtClasses() throws E {
        return caller.is(Role.TEACHER) ? memberships.classesOfTeacher(self()) : Set.of();
    }

    /** Also a class of another term, which the teacher's own list leaves out. */
    private boolean teaches(String classId) throws E {
        return caller.is(Role.TEACHER)
                && (taughtClasses().contains(classId)
                        || memberships.teachersOf(classId).contains(self()));
    }

    private boolean attends(String classId) throws E {
        return caller.is(Role.STUDENT) && memberships.classesOfStudent(self()).contains(classId);
    }

    private String self() {
        return caller.sourcedId().orElseThrow();
    }

    private boolean compares(Set<String> visible) {
        return !visible.containsAll(request.query().comparedFields());
    }

    private static String id(ObjectNode row) {
        return row.path("sourcedId").asText();
    }

    private static String role(ObjectNode row) {
        return row.path("role").asText();
    }

    private static String reference(JsonNode row, String member) {
        return row.path(member).path("sourcedId").asText();
    }
}
