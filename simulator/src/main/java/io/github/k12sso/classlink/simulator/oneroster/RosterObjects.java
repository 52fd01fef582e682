package io.github.k12sso.classlink.simulator.oneroster;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.district.District;
import io.github.k12sso.classlink.simulator.district.Layout;
import io.github.k12sso.classlink.simulator.district.Person;
import io.github.k12sso.classlink.simulator.district.PersonKind;
import io.github.k12sso.classlink.simulator.http.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Creates OneRoster 1.1 objects in ClassLink's style: string booleans, empty strings for nulls, a blank password,
 * links to the district's own server (docs/internals/classlink-rosters.md#rows). Users and classes follow captured responses,
 * other types are constructed.
 */
final class RosterObjects {
    private static final List<String> SUBJECTS = List.of("Mathematics", "Reading", "Science", "Social Studies");
    private static final Instant LAST_IMPORT = Instant.parse("2026-08-15T06:30:00Z");
    private static final int YEAR = 2026;

    private final District district;
    private final Layout layout;

    RosterObjects(District district) {
        this.district = district;
        this.layout = district.layout();
    }

    ObjectNode user(Person person) {
        boolean student = person.kind() == PersonKind.STUDENT;
        ObjectNode user = base(person.sourcedId(), person.userId()).put("username", person.loginId());
        ArrayNode ids = user.putArray("userIds");
        ids.addObject().put("type", "Fed").put("identifier", person.sourcedId());
        ids.addObject().put("type", "StateID").put("identifier", "1249%07d".formatted(person.userId()));
        user.put("enabledUser", student && person.index() % 97 == 96 ? "false" : "true")
                .put("givenName", person.givenName())
                .put("familyName", person.familyName())
                .put("middleName", "")
                .put("role", person.kind().rosterRole())
                .put("identifier", Integer.toString(20_000 + person.index()))
                .put("email", person.email())
                .put("sms", "")
                .put("phone", "");
        ArrayNode agents = user.putArray("agents");
        relative(person).ifPresent(other -> agents.add(reference("user", "users", other.sourcedId())));
        ArrayNode orgs = user.putArray("orgs");
        person.schools().forEach(school -> orgs.add(reference("org", "orgs", district.schoolId(school))));
        user.set("grades", Json.strings(person.grade().isEmpty() ? List.of() : List.of(person.grade())));
        return user.put("password", "");
    }

    ObjectNode demographics(Person student) {
        int age = 6 + Math.abs(student.index() % 12);
        return base(student.sourcedId(), student.userId())
                .put(
                        "birthDate",
                        LocalDate.of(YEAR - age, 1, 1)
                                .plusDays(student.index() * 37L % 365)
                                .toString())
                .put("sex", student.index() % 2 == 0 ? "female" : "male")
                .put("americanIndianOrAlaskaNative", "false")
                .put("asian", "false")
                .put("blackOrAfricanAmerican", "false")
                .put("nativeHawaiianOrOtherPacificIslander", "false")
                .put("white", "false")
                .put("demographicRaceTwoOrMoreRaces", "false")
                .put("hispanicOrLatinoEthnicity", "false")
                .put("countryOfBirthCode", "")
                .put("stateOfBirthAbbreviation", "")
                .put("cityOfBirth", "")
                .put("publicSchoolResidenceStatus", "");
    }

    /** Org 0 is the district, the others are its schools. */
    ObjectNode org(int index) {
        if (index == 0) {
            ObjectNode org = base(district.districtOrgId(), 0)
                    .put("name", district.name())
                    .put("type", "district")
                    .put("identifier", "34%010d".formatted(district.tenantId()));
            ArrayNode children = org.putArray("children");
            for (int school = 0; school < layout.schools(); school++) {
                children.add(reference("org", "orgs", district.schoolId(school)));
            }
            return org;
        }
        return school(index - 1);
    }

    ObjectNode school(int school) {
        ObjectNode org = base(district.schoolId(school), school)
                .put("name", district.name() + " School " + (school + 1))
                .put("type", "school")
                .put("identifier", "34%06d%04d".formatted(district.tenantId(), school + 1));
        org.set("parent", reference("org", "orgs", district.districtOrgId()));
        org.putArray("children");
        return org;
    }

    ObjectNode classObject(int classIndex) {
        int teacher = layout.teacherOfClass(classIndex);
        int team = layout.teamOfTeacher(teacher);
        String subject = subjectOf(teacher);
        String grade = layout.gradeOfTeam(team);
        ObjectNode object = base(RosterId.CLASS.of(classIndex), classIndex)
                .put("title", subject + " " + grade + " Section " + (layout.sectionOfClass(classIndex) + 1))
                .put("classCode", "")
                .put("classType", "scheduled")
                .put("location", Integer.toString(100 + teacher % 300));
        object.set("grades", Json.strings(List.of(grade)));
        object.set("subjects", Json.strings(List.of(subject)));
        object.set("course", reference("course", "courses", RosterId.COURSE.of(teacher)));
        object.set("school", reference("org", "orgs", district.schoolId(layout.schoolOfTeam(team))));
        ArrayNode terms = object.putArray("terms");
        AcademicSession.ofClass(district, teacher).forEach(session -> terms.add(reference(session)));
        object.set("subjectCodes", Json.strings(List.of(subjectCode(teacher))));
        object.putArray("periods");
        object.putArray("resources");
        return object;
    }

    /** Each teacher's classes are sections of one course. */
    ObjectNode course(int teacher) {
        int team = layout.teamOfTeacher(teacher);
        String grade = layout.gradeOfTeam(team);
        ObjectNode course = base(RosterId.COURSE.of(teacher), teacher).put("title", subjectOf(teacher) + " " + grade);
        course.set("schoolYear", reference(AcademicSession.FY));
        course.put("courseCode", subjectCode(teacher) + grade);
        course.set("grades", Json.strings(List.of(grade)));
        course.set("subjects", Json.strings(List.of(subjectOf(teacher))));
        course.set("org", reference("org", "orgs", district.schoolId(layout.schoolOfTeam(team))));
        course.set("subjectCodes", Json.strings(List.of(subjectCode(teacher))));
        course.putArray("resources");
        return course;
    }

    ObjectNode studentEnrollment(int enrollment) {
        return enrollment(
                RosterId.STUDENT_ENROLLMENT.of(enrollment),
                district.person(PersonKind.STUDENT, layout.studentOfEnrollment(enrollment)),
                layout.classOfEnrollment(enrollment),
                false);
    }

    ObjectNode teacherEnrollment(int classIndex) {
        return enrollment(
                RosterId.TEACHER_ENROLLMENT.of(classIndex),
                district.person(PersonKind.TEACHER, layout.teacherOfClass(classIndex)),
                classIndex,
                true);
    }

    ObjectNode session(AcademicSession session) {
        ObjectNode object = base(session.name(), 0)
                .put("title", session.title())
                .put("startDate", session.startDate())
                .put("endDate", session.endDate())
                .put("type", session.type());
        session.parent().ifPresent(parent -> object.set("parent", reference(parent)));
        ArrayNode children = object.putArray("children");
        session.childrenIn(district).forEach(child -> children.add(reference(child)));
        return object.put("schoolYear", Integer.toString(YEAR + 1));
    }

    ObjectNode resource(int index) {
        ObjectNode resource = base(RosterId.RESOURCE.of(index), index).put("title", "Invented Reader " + (index + 1));
        resource.set("roles", Json.strings(List.of("primary")));
        return resource.put("importance", "primary")
                .put("vendorResourceId", "reader-" + (index + 1))
                .put("vendorId", "invented-press")
                .put("applicationId", "");
    }

    private ObjectNode enrollment(String id, Person person, int classIndex, boolean primary) {
        int team = layout.teamOfTeacher(layout.teacherOfClass(classIndex));
        ObjectNode enrollment = base(id, classIndex + person.index())
                .put("role", person.kind().rosterRole())
                .put("primary", Boolean.toString(primary))
                .put("beginDate", "2026-09-01")
                .put("endDate", "2027-06-18");
        enrollment.set("user", reference("user", "users", person.sourcedId()));
        enrollment.set("class", reference("class", "classes", RosterId.CLASS.of(classIndex)));
        enrollment.set("school", reference("org", "orgs", district.schoolId(layout.schoolOfTeam(team))));
        return enrollment;
    }

    private Optional<Person> relative(Person person) {
        return switch (person.kind()) {
            case STUDENT -> district.guardianOf(person.index());
            case GUARDIAN -> district.childOf(person.index());
            case TEACHER, ADMINISTRATOR -> Optional.empty();
        };
    }

    private ObjectNode reference(AcademicSession session) {
        return reference("academicSession", "academicSessions", session.name());
    }

    /** A link to a host other than the requested one (docs/internals/classlink-traps.md#trap-21). */
    private ObjectNode reference(String type, String collection, String sourcedId) {
        String segment = URLEncoder.encode(sourcedId, StandardCharsets.UTF_8).replace("+", "%20");
        return Json.object()
                .put(
                        "href",
                        "https://" + district.code() + "-nj-v2.rosterserver.example/ims/oneroster/v1p1/" + collection
                                + "/" + segment)
                .put("sourcedId", sourcedId)
                .put("type", type);
    }

    private static ObjectNode base(String sourcedId, int seed) {
        Instant modified = LAST_IMPORT.minus(seed * 7L % 180, ChronoUnit.DAYS);
        return Json.object()
                .put("sourcedId", sourcedId)
                .put("status", "active")
                .put("dateLastModified", modified.toString().replace("Z", ".000Z"));
    }

    private static String subjectOf(int teacher) {
        return SUBJECTS.get(teacher % SUBJECTS.size());
    }

    private static String subjectCode(int teacher) {
        return Integer.toString(3200 + teacher % SUBJECTS.size());
    }
}
