package io.github.k12sso.classlink.simulator.oneroster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.district.District;
import io.github.k12sso.classlink.simulator.district.Layout;
import io.github.k12sso.classlink.simulator.district.Person;
import io.github.k12sso.classlink.simulator.district.PersonKind;
import io.github.k12sso.classlink.simulator.district.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A district as OneRoster collections: maps paths to rows (docs/internals/classlink-rosters.md#collections).
 */
final class RosterData {
    private static final int RESOURCES = 3;

    private final District district;
    private final Layout layout;
    private final RosterObjects objects;
    private final Enrollments enrollments;

    RosterData(District district) {
        this.district = district;
        this.layout = district.layout();
        this.objects = new RosterObjects(district);
        this.enrollments = new Enrollments(layout, objects);
    }

    /** The rows of a collection path; empty when the path or its parent object is unknown. */
    Optional<Rows> collection(List<String> path) {
        return switch (path.size()) {
            case 1 -> top(path.get(0));
            case 3 -> nested(path.get(0), path.get(1), path.get(2));
            case 5 -> classOfSchool(path);
            default -> Optional.empty();
        };
    }

    /** A single object. */
    Optional<Found> object(String collection, String id) {
        return switch (collection) {
            case "users" -> user(id, null);
            case "students" -> user(id, PersonKind.STUDENT);
            case "teachers" -> user(id, PersonKind.TEACHER);
            case "demographics" ->
                person(id, PersonKind.STUDENT)
                        .map(student -> new Found(OneRosterType.DEMOGRAPHICS, objects.demographics(student)));
            case "orgs" ->
                id.equals(district.districtOrgId())
                        ? Optional.of(new Found(OneRosterType.ORG, objects.org(0)))
                        : object("schools", id);
            case "schools" -> school(id).map(school -> new Found(OneRosterType.ORG, objects.school(school)));
            case "classes" -> classIndex(id).map(index -> new Found(OneRosterType.CLASS, objects.classObject(index)));
            case "courses" -> course(id).map(index -> new Found(OneRosterType.COURSE, objects.course(index)));
            case "enrollments" -> enrollments.withId(id).map(node -> new Found(OneRosterType.ENROLLMENT, node));
            case "academicSessions", "terms", "gradingPeriods" ->
                session(collection, id)
                        .map(session -> new Found(OneRosterType.ACADEMIC_SESSION, objects.session(session)));
            case "resources" ->
                RosterId.RESOURCE
                        .position(id, RESOURCES)
                        .map(index -> new Found(OneRosterType.RESOURCE, objects.resource(index)));
            default -> Optional.empty();
        };
    }

    /** An object and its type. */
    record Found(OneRosterType type, ObjectNode node) {}

    private Optional<Rows> top(String collection) {
        return Optional.ofNullable(
                switch (collection) {
                    case "users" ->
                        Rows.sorted(OneRosterType.USER, layout.people(), rank -> objects.user(district.personAt(rank)));
                    case "students" -> people(PersonKind.STUDENT);
                    case "teachers" -> people(PersonKind.TEACHER);
                    case "demographics" ->
                        Rows.sorted(
                                OneRosterType.DEMOGRAPHICS,
                                layout.count(PersonKind.STUDENT),
                                rank -> objects.demographics(district.personAt(PersonKind.STUDENT, rank)));
                    case "orgs" -> Rows.sorted(OneRosterType.ORG, layout.schools() + 1, objects::org);
                    case "schools" -> Rows.sorted(OneRosterType.ORG, layout.schools(), objects::school);
                    case "classes" -> Rows.sorted(OneRosterType.CLASS, layout.classes(), objects::classObject);
                    case "courses" ->
                        Rows.sorted(OneRosterType.COURSE, layout.count(PersonKind.TEACHER), objects::course);
                    case "enrollments" -> enrollments.all();
                    case "academicSessions", "terms", "gradingPeriods" ->
                        sessionRows(AcademicSession.of(district, collection));
                    case "resources" -> Rows.sorted(OneRosterType.RESOURCE, RESOURCES, objects::resource);
                    default -> null;
                });
    }

    private Optional<Rows> nested(String parent, String id, String collection) {
        return switch (parent) {
            case "schools" -> school(id).flatMap(school -> ofSchool(school, collection));
            case "classes" -> classIndex(id).flatMap(index -> ofClass(index, collection));
            case "students" -> person(id, PersonKind.STUDENT).flatMap(person -> ofPerson(person, collection));
            case "teachers" -> person(id, PersonKind.TEACHER).flatMap(person -> ofPerson(person, collection));
            case "users" -> district.find(id).flatMap(person -> ofPerson(person, collection));
            case "courses" ->
                collection.equals("classes")
                        ? course(id).map(teacher -> classRows(layout.classesOfTeacher(teacher)))
                        : Optional.empty();
            case "terms" -> session("academicSessions", id).flatMap(session -> ofSession(session, collection));
            default -> Optional.empty();
        };
    }

    private Optional<Rows> ofSchool(int school, String collection) {
        Span teachers = layout.teachersOfSchool(school);
        return Optional.ofNullable(
                switch (collection) {
                    case "classes" -> classRows(layout.classesOfSchool(school));
                    case "students" -> userRows(PersonKind.STUDENT, layout.studentsOfSchool(school));
                    case "teachers" -> userRows(PersonKind.TEACHER, teachers);
                    case "courses" ->
                        Rows.sorted(OneRosterType.COURSE, teachers.size(), at -> objects.course(teachers.at(at)));
                    case "enrollments" -> enrollments.ofSchool(school);
                    case "terms" -> sessionRows(AcademicSession.of(district, "terms"));
                    default -> null;
                });
    }

    private Optional<Rows> classOfSchool(List<String> path) {
        if (!path.get(0).equals("schools") || !path.get(2).equals("classes")) {
            return Optional.empty();
        }
        Optional<Integer> school = school(path.get(1));
        return classIndex(path.get(3))
                .filter(index -> school.isPresent()
                        && layout.classesOfSchool(school.get()).contains(index))
                .flatMap(index -> ofClass(index, path.get(4)));
    }

    private Optional<Rows> ofClass(int classIndex, String collection) {
        Span students = layout.studentsOfClass(classIndex);
        return Optional.ofNullable(
                switch (collection) {
                    case "students" -> Rows.of(OneRosterType.USER, studentsOf(classIndex, students));
                    case "teachers" ->
                        Rows.of(
                                OneRosterType.USER,
                                List.of(objects.user(
                                        district.person(PersonKind.TEACHER, layout.teacherOfClass(classIndex)))));
                    case "enrollments" -> enrollments.ofClass(classIndex);
                    case "results" -> Rows.of(OneRosterType.RESULT, List.of());
                    default -> null;
                });
    }

    /**
     * The first class of a district lists a teacher among its students, as captured responses show
     * (docs/internals/classlink-rosters.md#collections).
     */
    private List<ObjectNode> studentsOf(int classIndex, Span students) {
        List<ObjectNode> rows = new ArrayList<>();
        for (int at = 0; at < students.size(); at++) {
            rows.add(objects.user(district.person(PersonKind.STUDENT, students.at(at))));
        }
        if (classIndex == 0) {
            int guest = Math.min(1, layout.count(PersonKind.TEACHER) - 1);
            rows.add(objects.user(district.person(PersonKind.TEACHER, guest)));
        }
        return rows;
    }

    private Optional<Rows> ofPerson(Person person, String collection) {
        if (!collection.equals("classes")) {
            return Optional.empty();
        }
        return Optional.of(
                switch (person.kind()) {
                    case STUDENT -> classRows(layout.classesOfStudent(person.index()));
                    case TEACHER -> classRows(layout.classesOfTeacher(person.index()));
                    case GUARDIAN, ADMINISTRATOR -> Rows.of(OneRosterType.CLASS, List.of());
                });
    }

    private Optional<Rows> ofSession(AcademicSession session, String collection) {
        return Optional.ofNullable(
                switch (collection) {
                    case "classes" -> classRows(session);
                    case "gradingPeriods" ->
                        sessionRows(AcademicSession.of(district, "gradingPeriods").stream()
                                .filter(session.childrenIn(district)::contains)
                                .toList());
                    default -> null;
                });
    }

    private Rows classRows(AcademicSession term) {
        int[] classes = IntStream.range(0, layout.classes())
                .filter(index -> AcademicSession.ofClass(district, layout.teacherOfClass(index))
                        .contains(term))
                .toArray();
        return Rows.sorted(OneRosterType.CLASS, classes.length, at -> objects.classObject(classes[at]));
    }

    private Rows people(PersonKind kind) {
        return Rows.sorted(OneRosterType.USER, layout.count(kind), rank -> objects.user(district.personAt(kind, rank)));
    }

    private Rows userRows(PersonKind kind, Span span) {
        return Rows.unsorted(OneRosterType.USER, span.size(), at -> objects.user(district.person(kind, span.at(at))));
    }

    private Rows classRows(Span span) {
        return Rows.sorted(OneRosterType.CLASS, span.size(), at -> objects.classObject(span.at(at)));
    }

    private Rows sessionRows(List<AcademicSession> sessions) {
        IntFunction<ObjectNode> at = index -> objects.session(sessions.get(index));
        return Rows.sorted(OneRosterType.ACADEMIC_SESSION, sessions.size(), at);
    }

    private Optional<AcademicSession> session(String collection, String id) {
        return AcademicSession.of(district, collection).stream()
                .filter(session -> session.name().equals(id))
                .findFirst();
    }

    private Optional<Found> user(String id, PersonKind kind) {
        return person(id, kind).map(person -> new Found(OneRosterType.USER, objects.user(person)));
    }

    private Optional<Person> person(String id, PersonKind kind) {
        return district.find(id).filter(person -> kind == null || person.kind() == kind);
    }

    private Optional<Integer> school(String id) {
        return RosterId.SCHOOL.position(id, layout.schools());
    }

    private Optional<Integer> course(String id) {
        return RosterId.COURSE.position(id, layout.count(PersonKind.TEACHER));
    }

    private Optional<Integer> classIndex(String id) {
        return RosterId.CLASS.position(id, layout.classes());
    }
}
