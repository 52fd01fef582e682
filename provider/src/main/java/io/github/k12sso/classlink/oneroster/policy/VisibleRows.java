package io.github.k12sso.classlink.oneroster.policy;

import io.github.k12sso.classlink.oneroster.policy.Memberships.Member;
import io.github.k12sso.classlink.oneroster.policy.Memberships.Row;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller.Role;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rows of a request that a user can see. They are collected from the user's own classes, and the query is applied
 * to them, so hidden rows cannot affect the result.
 *
 * @param <E> thrown if the roster cannot be read
 */
record VisibleRows<E extends Exception>(RosterRequest request, Caller caller, Memberships<E> memberships) {

    Decision decide() throws E {
        if (request.isSingle()) {
            String id = request.idAfter(request.first()).orElseThrow();
            return switch (request.objectType()) {
                case USER -> person(id);
                case CLASS -> classWithId(id);
                default -> enrollment(id);
            };
        }
        return switch (request.objectType()) {
            case USER -> request.idAfter("classes").isPresent() ? peopleOfClass() : people();
            case CLASS -> classes();
            default -> enrollments();
        };
    }

    // ---- people ----------------------------------------------------------------------------------------------------

    private Decision people() throws E {
        SeenRows seen = new SeenRows(request);
        if (includesSelf()) {
            memberships.object("users", self()).ifPresent(row -> seen.add(row, SeenRows.PERSON));
        }
        addMembers(seen, taught(), attended());
        if (caller.is(Role.GUARDIAN) && wanted().contains(Role.STUDENT)) {
            memberships.studentsOfGuardian(self(), Optional.empty()).forEach(row -> seen.add(row, SeenRows.PERSON));
        }
        return seen.page(seen.below("schools", "orgs"));
    }

    /** Checks only the classes that both users share, not all classes of the caller. */
    private Decision person(String id) throws E {
        SeenRows seen = new SeenRows(request);
        if (id.equals(self())) {
            if (includesSelf()) {
                memberships.object("users", id).ifPresent(row -> seen.add(row, SeenRows.PERSON));
            }
            return seen.single(id);
        }
        List<Row> taught = taught();
        List<Row> attended = wanted().contains(Role.TEACHER) ? attended() : List.of();
        addMembers(
                seen,
                taught.isEmpty() ? taught : memberships.sharedClasses(id, taught),
                attended.isEmpty() ? attended : memberships.sharedClasses(id, attended));
        if (seen.isEmpty() && caller.is(Role.GUARDIAN) && wanted().contains(Role.STUDENT)) {
            memberships.studentsOfGuardian(self(), Optional.of(id)).forEach(row -> seen.add(row, SeenRows.PERSON));
        }
        return seen.single(id);
    }

    private Decision peopleOfClass() throws E {
        Optional<OwnClass> own = classInPath();
        if (own.isEmpty()) {
            return SeenRows.noAccess();
        }
        SeenRows seen = new SeenRows(request);
        List<Row> one = List.of(own.get().row());
        if (own.get().taught()) {
            addMembers(seen, one, List.of());
        } else if (wanted().contains(Role.TEACHER)) {
            addMembers(seen, List.of(), one);
        } else {
            memberships.object("users", self()).ifPresent(row -> seen.add(row, SeenRows.PERSON));
        }
        return seen.page(SeenRows.EVERY_ROW);
    }

    /** For attended classes, reads only the teacher list, never other students. */
    private void addMembers(SeenRows seen, List<Row> taught, List<Row> attended) throws E {
        Set<Role> lists = EnumSet.of(Role.STUDENT);
        lists.addAll(wanted());
        for (Member member : memberships.peopleOf(taught, lists)) {
            if (wanted().contains(member.role())) {
                seen.add(member.row(), SeenRows.PERSON);
            }
        }
        if (wanted().contains(Role.TEACHER)) {
            for (Member teacher : memberships.peopleOf(attended, Set.of(Role.TEACHER))) {
                seen.add(teacher.row(), self().equals(teacher.row().sourcedId()) ? SeenRows.PERSON : SeenRows.NAME);
            }
        }
    }

    /** Returns the roles of the users in the requested collection. */
    private Set<Role> wanted() {
        return Role.in(request.last());
    }

    private boolean includesSelf() {
        return request.last().equals("users") || wanted().stream().anyMatch(caller::is);
    }

    // ---- classes ---------------------------------------------------------------------------------------------------

    /** A class of the caller. */
    private record OwnClass(Row row, boolean taught) {}

    private Decision classes() throws E {
        boolean ofPerson = Set.of("students", "teachers", "users").contains(request.first());
        Optional<String> person = ofPerson ? request.idAfter(request.first()) : Optional.empty();
        if (person.isPresent() && !person.get().equals(self())) {
            return classesOf(person.get());
        }
        SeenRows seen = new SeenRows(request);
        if (!request.first().equals("students")) {
            seen.addAll(taught());
        }
        if (!request.first().equals("teachers")) {
            seen.addAll(attended());
        }
        return switch (request.first()) {
            case "schools" -> seen.page(seen.below("schools", "school"));
            case "courses" -> seen.page(seen.below("courses", "course"));
            default -> seen.page(seen.below("terms", "terms"));
        };
    }

    /** Returns the caller's own classes that another user is in, as a student or co-teacher. */
    private Decision classesOf(String person) throws E {
        List<Row> taught = taught();
        if (taught.isEmpty()) {
            return SeenRows.noAccess();
        }
        Set<Role> roles = Role.in(request.first());
        List<Row> shared = memberships.sharedClasses(person, taught);
        Set<String> theirs = memberships.peopleOf(shared, roles).stream()
                .filter(member -> member.row().sourcedId().equals(person) && roles.contains(member.role()))
                .map(Member::classId)
                .collect(Collectors.toSet());
        SeenRows seen = new SeenRows(request);
        seen.addAll(
                shared.stream().filter(row -> theirs.contains(row.sourcedId())).toList());
        return seen.isEmpty() ? SeenRows.noAccess() : seen.page(SeenRows.EVERY_ROW);
    }

    private Decision classWithId(String id) throws E {
        SeenRows seen = new SeenRows(request);
        ownClass(id).ifPresent(own -> seen.addAll(List.of(own.row())));
        return seen.single(id);
    }

    private Optional<OwnClass> classInPath() throws E {
        Optional<String> school = request.first().equals("schools") ? request.idAfter("schools") : Optional.empty();
        return ownClass(request.idAfter("classes").orElseThrow())
                .filter(own -> school.isEmpty() || school.get().equals(own.row().reference("school")));
    }

    /**
     * Finds a class of the caller. A class of another term is missing in the caller's list, so the class itself is
     * read.
     */
    private Optional<OwnClass> ownClass(String id) throws E {
        Optional<Row> taught = withId(taught(), id);
        Optional<Row> attended = taught.isPresent() ? Optional.empty() : withId(attended(), id);
        if (taught.isPresent() || (attended.isPresent() && !caller.is(Role.TEACHER))) {
            return taught.or(() -> attended).map(row -> new OwnClass(row, taught.isPresent()));
        }
        Optional<Row> asked = caller.is(Role.TEACHER) ? memberships.object("classes", id) : Optional.empty();
        if (asked.isPresent()) {
            boolean teaches = memberships.peopleOf(List.of(asked.get()), Set.of(Role.TEACHER)).stream()
                    .anyMatch(member ->
                            member.teaches() && member.row().sourcedId().equals(self()));
            if (teaches) {
                return Optional.of(new OwnClass(asked.get(), true));
            }
        }
        return attended.map(row -> new OwnClass(row, false));
    }

    private List<Row> taught() throws E {
        return caller.is(Role.TEACHER) ? memberships.classesOfTeacher(self()) : List.of();
    }

    private List<Row> attended() throws E {
        return caller.is(Role.STUDENT) ? memberships.classesOfStudent(self()) : List.of();
    }

    // ---- enrollments -----------------------------------------------------------------------------------------------

    private Decision enrollments() throws E {
        SeenRows seen = new SeenRows(request);
        if (request.idAfter("classes").isPresent()) {
            Optional<OwnClass> own = classInPath();
            if (own.isEmpty()) {
                return SeenRows.noAccess();
            }
            List<Row> one = List.of(own.get().row());
            seen.addAll(own.get().taught() ? memberships.enrollmentsIn(one) : memberships.enrollmentsOf(self(), one));
            String id = own.get().row().sourcedId();
            return seen.page(row -> row.at("/class/sourcedId").asText().equals(id));
        }
        if (caller.is(Role.TEACHER) || caller.is(Role.STUDENT)) {
            List<Row> taught = taught();
            seen.addAll(memberships.enrollmentsIn(taught));
            seen.addAll(memberships.enrollmentsOf(
                    self(), Stream.concat(taught.stream(), attended().stream()).toList()));
        }
        return seen.page(seen.below("schools", "school"));
    }

    private Decision enrollment(String id) throws E {
        if (!caller.is(Role.TEACHER) && !caller.is(Role.STUDENT)) {
            return SeenRows.noAccess();
        }
        Optional<Row> row = memberships.object("enrollments", id);
        if (row.isEmpty()) {
            return SeenRows.noAccess();
        }
        boolean theirs = row.get().reference("user").equals(self())
                || ownClass(row.get().reference("class"))
                        .filter(OwnClass::taught)
                        .isPresent();
        SeenRows seen = new SeenRows(request);
        if (theirs) {
            seen.addAll(List.of(row.get()));
        }
        return seen.single(id);
    }

    private static Optional<Row> withId(List<Row> rows, String id) {
        return rows.stream().filter(row -> row.sourcedId().equals(id)).findFirst();
    }

    private String self() {
        return caller.sourcedId().orElseThrow();
    }
}
