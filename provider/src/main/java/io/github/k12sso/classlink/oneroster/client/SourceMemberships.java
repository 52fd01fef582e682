package io.github.k12sso.classlink.oneroster.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.k12sso.classlink.oneroster.client.RosterFailure.Reason;
import io.github.k12sso.classlink.oneroster.client.RosterWays.Question;
import io.github.k12sso.classlink.oneroster.client.RosterWays.Solved;
import io.github.k12sso.classlink.oneroster.client.RosterWays.Way;
import io.github.k12sso.classlink.oneroster.policy.Memberships;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller.Role;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads memberships from the roster. Services support different endpoints, so each question has several ways, in the
 * order of docs/internals/classlink-rosters.md#memberships. No way reads a whole district.
 */
public final class SourceMemberships implements Memberships<RosterFailure> {

    private static final int MAX_CHILDREN = 100;
    private final RosterWays ways;

    public SourceMemberships(RosterWays ways) {
        this.ways = ways;
    }

    @Override
    public List<Row> classesOfStudent(String student) throws RosterFailure {
        Question question = Question.about("users", student)
                .way(Way.USERS_CLASSES, Listing.of("users", student, "classes"))
                .way(Way.STUDENTS_CLASSES, Listing.of("students", student, "classes"))
                .way(Way.ENROLLMENTS_BY_USER, Listing.enrollmentsByUser(student));
        Solved solved = ways.require(question, "the classes of a student");
        return solved.way() == Way.ENROLLMENTS_BY_USER ? classesOf(solved.rows(), Role.STUDENT) : solved.rows();
    }

    @Override
    public List<Row> classesOfTeacher(String teacher) throws RosterFailure {
        Question question = Question.about("users", teacher)
                .way(Way.TEACHERS_CLASSES, Listing.of("teachers", teacher, "classes"))
                .way(Way.USERS_CLASSES, Listing.of("users", teacher, "classes"))
                .way(Way.ENROLLMENTS_BY_USER, Listing.enrollmentsByUser(teacher));
        Solved solved = ways.require(question, "the classes of a teacher");
        return switch (solved.way()) {
            case USERS_CLASSES -> onlyTaught(solved.rows(), teacher);
            case ENROLLMENTS_BY_USER -> classesOf(solved.rows(), Role.TEACHER);
            default -> solved.rows();
        };
    }

    /** The list also contains classes that a teacher attends; a class counts if it lists the user as a teacher. */
    private List<Row> onlyTaught(List<Row> classes, String teacher) throws RosterFailure {
        Set<String> taught = peopleOf(classes, Set.of(Role.TEACHER)).stream()
                .filter(member -> member.row().sourcedId().equals(teacher))
                .map(Member::classId)
                .collect(Collectors.toSet());
        return classes.stream().filter(row -> taught.contains(row.sourcedId())).toList();
    }

    private List<Row> classesOf(List<Row> enrollments, Role role) throws RosterFailure {
        Set<String> ids = enrollments.stream()
                .filter(row -> !row.isDeleted() && row.role(role).equals(Optional.of(role)))
                .map(row -> row.reference("class"))
                .collect(Collectors.toCollection(TreeSet::new));
        return objects("classes", ids);
    }

    @Override
    public List<Row> sharedClasses(String person, List<Row> classes) throws RosterFailure {
        if (classes.size() < 2 || ways.know(listsOf(classes, Set.of(Role.STUDENT)))) {
            return classes;
        }
        Question question = Question.aboutOther("users", person)
                .way(Way.USERS_CLASSES, Listing.of("users", person, "classes"))
                .way(Way.STUDENTS_CLASSES, Listing.of("students", person, "classes"))
                .way(Way.TEACHERS_CLASSES, Listing.of("teachers", person, "classes"));
        Optional<Solved> solved;
        try {
            solved = ways.solve(List.of(question)).get(0);
        } catch (RosterFailure e) {
            if (e.reason() != Reason.SOURCE_BROKEN) {
                throw e;
            }
            return classes; // a failure for another user's list must not be visible
        }
        if (solved.isEmpty()) {
            return classes;
        }
        Set<String> theirs = solved.get().rows().stream().map(Row::sourcedId).collect(Collectors.toSet());
        return classes.stream().filter(row -> theirs.contains(row.sourcedId())).toList();
    }

    // ---- people of classes -----------------------------------------------------------------------------------------

    @Override
    public List<Member> peopleOf(List<Row> classes, Set<Role> lists) throws RosterFailure {
        List<MemberList> asked = new ArrayList<>();
        for (Row each : classes) {
            for (Role list : new TreeSet<>(lists)) {
                asked.add(new MemberList(each, list));
            }
        }
        List<Question> questions = asked.stream().map(MemberList::question).toList();
        List<Solved> solved = ways.requireAll(questions, "the people of a class");
        Set<String> enrolled = new TreeSet<>();
        for (int i = 0; i < asked.size(); i++) {
            enrolled.addAll(asked.get(i).enrolled(solved.get(i)));
        }
        Map<String, Row> persons = new TreeMap<>();
        objects("users", enrolled).forEach(row -> persons.put(row.sourcedId(), row));
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            MemberList list = asked.get(i);
            Stream<Row> people = solved.get(i).isOfEnrollments()
                    ? list.enrolled(solved.get(i)).stream().map(persons::get).filter(Objects::nonNull)
                    : solved.get(i).rows().stream();
            people.forEach(person -> list.member(person).ifPresent(members::add));
        }
        return members;
    }

    private static List<Listing> listsOf(List<Row> classes, Set<Role> lists) {
        return classes.stream()
                .flatMap(each -> lists.stream().flatMap(list -> new MemberList(each, list).nested().stream()))
                .toList();
    }

    /** The student or teacher list of a class. */
    private record MemberList(Row ofClass, Role list) {

        private Optional<Listing> nested() {
            return Listing.of("classes", ofClass.sourcedId(), list == Role.STUDENT ? "students" : "teachers");
        }

        private Question question() {
            Way way = list == Role.STUDENT ? Way.CLASSES_STUDENTS : Way.CLASSES_TEACHERS;
            return enrollmentsIn(
                    ofClass, Question.about("classes", ofClass.sourcedId()).way(way, nested()));
        }

        /** Returns the users that appear only in enrollments and must be read individually. */
        private Set<String> enrolled(Solved solved) {
            return !solved.isOfEnrollments()
                    ? Set.of()
                    : solved.rows().stream()
                            .filter(row -> row.role(null).equals(Optional.of(list)))
                            .map(row -> row.reference("user"))
                            .collect(Collectors.toCollection(TreeSet::new));
        }

        /** Uses the user's role, or the list's role if there is none. The student list may contain teachers. */
        private Optional<Member> member(Row person) {
            return person.role(list)
                    .filter(role -> role == list || (role == Role.TEACHER && list == Role.STUDENT))
                    .map(role -> new Member(ofClass.sourcedId(), person, role, list == Role.TEACHER));
        }
    }

    // ---- guardians -------------------------------------------------------------------------------------------------

    @Override
    public List<Row> studentsOfGuardian(String guardian, Optional<String> only) throws RosterFailure {
        JsonNode agents =
                object("users", guardian).map(row -> row.read().path("agents")).orElse(MissingNode.getInstance());
        if (agents.isEmpty()) {
            Question question =
                    Question.about("users", guardian).way(Way.STUDENTS_BY_AGENT, Listing.studentsByAgent(guardian));
            Optional<Solved> solved = ways.solve(List.of(question)).get(0);
            if (solved.isEmpty() && !agents.isArray()) {
                throw RosterWays.lacking("the students of a guardian");
            }
            return solved.map(Solved::rows).orElse(List.of()).stream()
                    .filter(SourceMemberships::isStudent)
                    .toList();
        }
        if (agents.size() > MAX_CHILDREN) {
            throw new RosterFailure(Reason.SOURCE_BROKEN, "A user has too many agents in the roster");
        }
        Set<String> ids = new TreeSet<>();
        agents.forEach(agent -> ids.add(agent.path("sourcedId").asText()));
        only.ifPresent(id -> ids.retainAll(Set.of(id)));
        return objects("users", ids).stream()
                .filter(row -> isStudent(row) && Listing.names(row.read(), guardian))
                .toList();
    }

    private static boolean isStudent(Row row) {
        return row.role(Role.STUDENT).equals(Optional.of(Role.STUDENT));
    }

    // ---- enrollments and objects -----------------------------------------------------------------------------------

    @Override
    public List<Row> enrollmentsIn(List<Row> classes) throws RosterFailure {
        List<Question> questions = classes.stream()
                .map(each -> enrollmentsIn(each, Question.about("classes", each.sourcedId())))
                .toList();
        return ways.requireAll(questions, "the enrollments of a class").stream()
                .flatMap(solved -> solved.rows().stream())
                .toList();
    }

    @Override
    public List<Row> enrollmentsOf(String person, List<Row> classes) throws RosterFailure {
        Question byUser =
                Question.about("users", person).way(Way.ENROLLMENTS_BY_USER, Listing.enrollmentsByUser(person));
        Optional<Solved> solved = ways.solve(List.of(byUser)).get(0);
        if (solved.isPresent()) {
            return solved.get().rows();
        }
        return enrollmentsIn(classes).stream()
                .filter(row -> row.reference("user").equals(person))
                .toList();
    }

    private static Question enrollmentsIn(Row ofClass, Question question) {
        return question.way(Way.SCHOOLS_CLASSES_ENROLLMENTS, Listing.enrollmentsBelowSchool(ofClass))
                .way(Way.ENROLLMENTS_BY_CLASS, Listing.enrollmentsByClass(ofClass));
    }

    @Override
    public Optional<Row> object(String collection, String id) throws RosterFailure {
        return objects(collection, Set.of(id)).stream().findFirst();
    }

    /** Returns the existing objects; invalid IDs are ignored. */
    private List<Row> objects(String collection, Collection<String> ids) throws RosterFailure {
        List<Question> questions = new ArrayList<>();
        for (String id : ids) {
            Optional<Listing> object = Listing.of(collection, id);
            Question question = Question.withoutSubject().way(Way.OBJECT, object);
            if (collection.equals("users")) {
                question.way(Way.STUDENT, Listing.of("students", id)).way(Way.TEACHER, Listing.of("teachers", id));
            }
            object.ifPresent(possible -> questions.add(question));
        }
        return ways.requireAll(questions, "a single object").stream()
                .flatMap(solved -> solved.rows().stream())
                .toList();
    }
}
