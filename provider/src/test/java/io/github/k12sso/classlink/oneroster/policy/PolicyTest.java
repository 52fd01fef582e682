package io.github.k12sso.classlink.oneroster.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Allowed;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Nothing;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Refused;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Caller SAM = TestMemberships.reader("sam", "Student");
    private static final Caller TINA = TestMemberships.reader("tina", "teacher");
    private static final Caller TOM = TestMemberships.reader("tom", "Teacher");
    private static final Caller GIL = TestMemberships.reader("gil", "Parent");
    private static final Caller ADMINISTRATOR = Caller.ofAdministrator();

    // ---- roles -----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"Tenant Administrator", "administrator", "aide", "proctor", "", "Super Teacher"})
    void aRoleThatIsNotKnownOpensNothing(String role) throws InvalidRequest {
        assertThat(decide(TestMemberships.reader("tina", role), "students"))
                .isEqualTo(new Refused(Decision.Refusal.NO_ROLE));
    }

    @Test
    void withoutASourcedIdNobodyIsAnybody() throws InvalidRequest {
        Caller nobody = Caller.ofPerson(Optional.empty(), Set.of("Teacher"));

        assertThat(decide(nobody, "users")).isEqualTo(new Refused(Decision.Refusal.NO_ROSTER_IDENTITY));
        assertThat(decide(nobody, "schools")).isInstanceOf(Allowed.class);
    }

    // ---- single people ---------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "users/sam, true", "students/sam, true", "users/tina, true", "teachers/tom, true",
        "users/sue, false", "students/sue, false", "users/gil, false", "demographics/sam, false"
    })
    void aStudentReadsThemselvesAndTheirTeachers(String path, boolean allowed) throws InvalidRequest {
        assertThat(decide(SAM, path) instanceof Allowed).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "users/tina, true",
        "teachers/tina, true",
        "students/sam, true",
        "users/sue, true",
        "teachers/tom, true",
        "students/sid, false",
        "users/gil, false",
        "demographics/sam, false",
        "students/nobody, false"
    })
    void aTeacherReadsThePeopleOfTheirClasses(String path, boolean allowed) throws InvalidRequest {
        assertThat(decide(TINA, path) instanceof Allowed).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "users/gil, true", "students/sam, true", "users/sam, true",
        "students/sue, false", "teachers/tina, false", "classes/math, false"
    })
    void aGuardianReadsThemselvesAndTheirStudents(String path, boolean allowed) throws InvalidRequest {
        assertThat(decide(GIL, path) instanceof Allowed).isEqualTo(allowed);
    }

    // ---- what of a row ---------------------------------------------------------------------------------------------

    @Test
    void aStudentSeesOfATeacherTheNameOnly() throws InvalidRequest {
        assertThat(fields(SAM, "users/tina", user("tina", "teacher")))
                .containsExactlyInAnyOrder(
                        "sourcedId",
                        "status",
                        "dateLastModified",
                        "enabledUser",
                        "givenName",
                        "familyName",
                        "middleName",
                        "role");
    }

    @Test
    void nobodyButAnAdministratorSeesPhonesGuardiansAndMetadata() throws InvalidRequest {
        for (Caller reader : Set.of(SAM, TINA, GIL)) {
            assertThat(fields(reader, "users/sam", user("sam", "student")))
                    .contains("email", "username", "grades", "orgs", "identifier")
                    .doesNotContain("sms", "phone", "agents", "metadata", "password");
        }
        assertThat(fields(ADMINISTRATOR, "users/sam", user("sam", "student")))
                .contains("sms", "phone", "agents", "metadata");
    }

    @Test
    void nobodySeesAPassword() throws InvalidRequest {
        assertThat(fields(ADMINISTRATOR, "users/sam", user("sam", "student"))).doesNotContain("password");
        assertThat(fields(ADMINISTRATOR, "users?fields=sourcedId,password", user("sam", "student")))
                .containsExactly("sourcedId");
        assertThat(decide(ADMINISTRATOR, "users?filter=password>'a'"))
                .isEqualTo(new Refused(Decision.Refusal.HIDDEN_FIELD));
        assertThat(decide(ADMINISTRATOR, "users?sort=password")).isEqualTo(new Refused(Decision.Refusal.HIDDEN_FIELD));
    }

    @Test
    void fieldsAreChosenAfterThePolicyHasLooked() throws InvalidRequest {
        assertThat(fields(TINA, "classes/math/students?fields=givenName", user("sam", "student")))
                .containsExactly("givenName");
        assertThat(fields(TINA, "classes/math/students?fields=givenName,phone", user("sam", "student")))
                .containsExactly("givenName");
    }

    /** What may not be seen may not be guessed by a filter, or by an order. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "students?filter=phone='555'",
                "students?sort=phone",
                "users?filter=agents.sourcedId='gil'",
                "classes/math/students?filter=sms~'5'",
                "students?filter=sourcedId='sam' OR metadata.x='1'"
            })
    void hiddenFieldsCannotBeCompared(String path) throws InvalidRequest {
        assertThat(decide(TOM, path)).isEqualTo(new Refused(Decision.Refusal.HIDDEN_FIELD));
        assertThat(decide(ADMINISTRATOR, path)).isInstanceOf(Allowed.class);
    }

    @Test
    void aStudentCannotGuessATeachersAddress() throws InvalidRequest {
        assertThat(decide(SAM, "teachers?filter=email='t@x'")).isEqualTo(new Refused(Decision.Refusal.HIDDEN_FIELD));
        assertThat(decide(SAM, "classes/math/teachers?filter=email='t@x'"))
                .isEqualTo(new Refused(Decision.Refusal.HIDDEN_FIELD));
    }

    // ---- collections -----------------------------------------------------------------------------------------------

    @Test
    void whatOneFilterCanSayIsFilteredAtTheSourceAndCounted() throws InvalidRequest {
        Allowed students = (Allowed) decide(SAM, "students");

        assertThat(students.request().target()).contains("filter=sourcedId%3D%27sam%27");
        assertThat(students.countable()).isTrue();
        Allowed ofTina = (Allowed) decide(TINA, "students?filter=status='active'");
        assertThat(ofTina.request().target()).doesNotContain("sue");
        assertThat(ofTina.countable())
                .as("two students and a filter are more than one AND")
                .isFalse();
    }

    @Test
    void theRestIsFilteredRowByRowAndNotCounted() throws InvalidRequest {
        Allowed users = (Allowed) decide(TOM, "users");

        assertThat(users.request().target()).doesNotContain("filter");
        assertThat(users.countable()).isFalse();
        assertThat(users.rows().pass(user("sid", "student"))).isPresent();
        assertThat(users.rows().pass(user("gil", "guardian"))).isEmpty();
    }

    /** Defence in depth: a service that ignores the filter sends everybody. */
    @Test
    void rowsAreCheckedThoughTheSourceWasAskedForLess() throws InvalidRequest {
        Allowed students = (Allowed) decide(SAM, "students");

        assertThat(students.rows().pass(user("sam", "student"))).isPresent();
        assertThat(students.rows().pass(user("sue", "student"))).isEmpty();
    }

    /** Trap 23, docs/internals/classlink-rosters.md. */
    @Test
    void aTeacherAmongTheStudentsOfAClassIsNoStudent() throws InvalidRequest {
        Allowed students = (Allowed) decide(TINA, "classes/math/students");
        assertThat(students.rows().pass(user("tom", "teacher"))).isEmpty();
        assertThat(students.rows().pass(user("sam", "student"))).isPresent();
        assertThat(students.countable()).isFalse();
    }

    /** Else an administrator's client, which counts what the source counts, would miss rows. */
    @ParameterizedTest
    @ValueSource(
            strings = {"students", "teachers", "classes/math/students", "schools/1/classes/math/teachers", "users"})
    void anAdministratorReadsWhateverTheSourceListsThere(String path) throws InvalidRequest {
        Allowed people = (Allowed) decide(ADMINISTRATOR, path);

        for (String role : Set.of("student", "Student", "TEACHER", "aide", "")) {
            assertThat(people.rows().pass(user("tom", role))).isPresent();
        }
        assertThat(people.countable()).isTrue();
    }

    @Test
    void aClassmateIsNotSeen() throws InvalidRequest {
        Allowed students = (Allowed) decide(SAM, "classes/math/students");

        assertThat(students.rows().pass(user("sue", "student"))).isEmpty();
        assertThat(students.rows().pass(user("sam", "student"))).isPresent();
    }

    @Test
    void whoeverHasNoneGetsNone() throws InvalidRequest {
        assertThat(decide(TestMemberships.reader("new", "Teacher"), "students")).isInstanceOf(Nothing.class);
        assertThat(decide(TestMemberships.reader("new", "Teacher"), "classes")).isInstanceOf(Nothing.class);
        assertThat(decide(GIL, "classes")).isInstanceOf(Nothing.class);
        assertThat(decide(GIL, "enrollments")).isInstanceOf(Nothing.class);
        assertThat(decide(GIL, "enrollments/e1")).isEqualTo(new Refused(Decision.Refusal.NOT_THEIRS));
        assertThat(decide(TestMemberships.reader("new", "Guardian"), "teachers/tina"))
                .isEqualTo(new Refused(Decision.Refusal.NOT_THEIRS));
    }

    // ---- classes and enrollments -----------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "classes/math, true",
        "classes/art, false",
        "classes/math/students, true",
        "classes/art/teachers, false",
        "schools/1/classes/math/students, true",
        "schools/1/classes/art/enrollments, false",
        "classes/old, true",
        "classes/old/students, true",
        "teachers/tina/classes, true",
        "students/sam/classes, true",
        "students/sid/classes, false",
        "classes/math/resources, false"
    })
    void aTeacherReadsTheirClassesOfThisTermAndOfOthers(String path, boolean allowed) throws InvalidRequest {
        assertThat(decide(TINA, path) instanceof Allowed).isEqualTo(allowed);
    }

    @Test
    void ofAStudentsClassesATeacherSeesTheirOwn() throws InvalidRequest {
        Allowed classes = (Allowed) decide(TINA, "students/sam/classes");

        assertThat(classes.rows().pass(row("math"))).isPresent();
        assertThat(classes.rows().pass(row("art"))).isEmpty();
    }

    @Test
    void enrollmentsAreOnesOwnOrThoseOfTaughtClasses() throws InvalidRequest {
        Allowed own = (Allowed) decide(SAM, "enrollments");
        assertThat(own.request().target()).contains("user.sourcedId%3D%27sam%27");
        assertThat(own.rows().pass(enrollment("sam", "math"))).isPresent();
        assertThat(own.rows().pass(enrollment("sue", "math"))).isEmpty();

        Allowed taught = (Allowed) decide(TINA, "enrollments");
        assertThat(taught.request().target()).contains("class.sourcedId%3D%27math%27");
        assertThat(taught.rows().pass(enrollment("sue", "math"))).isPresent();
        assertThat(taught.rows().pass(enrollment("sid", "art"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orgs",
                "orgs/1",
                "schools",
                "schools/1",
                "schools/1/courses",
                "schools/1/terms",
                "courses",
                "courses/1",
                "terms",
                "terms/1/gradingPeriods",
                "academicSessions",
                "gradingPeriods/1"
            })
    void everybodyReadsTimetableAndBuildings(String path) throws InvalidRequest {
        for (Caller reader : Set.of(SAM, TINA, GIL, Caller.ofPerson(Optional.empty(), Set.of()))) {
            assertThat(decide(reader, path)).isInstanceOf(Allowed.class);
        }
    }

    @Test
    void roleAndIdMakeNothingOfASecondRole() throws InvalidRequest {
        Caller both = Caller.ofPerson(Optional.of("gil"), Set.of("Parent", "Teacher"));

        assertThat(decide(both, "students/sam")).isInstanceOf(Allowed.class);
        assertThat(decide(both, "students/sue")).isEqualTo(new Refused(Decision.Refusal.NOT_THEIRS));
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    static Decision decide(Caller reader, String path) throws InvalidRequest {
        return Policy.decide(Requests.of(path), reader, new TestMemberships());
    }

    private static Iterable<String> fields(Caller reader, String path, ObjectNode row) throws InvalidRequest {
        Allowed allowed = (Allowed) decide(reader, path);
        ObjectNode passed = allowed.rows().pass(row).orElseThrow();
        return () -> passed.fieldNames();
    }

    private static ObjectNode user(String id, String role) {
        ObjectNode row = row(id).put("role", role);
        for (String text : Set.of(
                "givenName",
                "familyName",
                "middleName",
                "enabledUser",
                "username",
                "identifier",
                "email",
                "sms",
                "phone",
                "password")) {
            row.put(text, "x");
        }
        for (String list : Set.of("userIds", "agents", "orgs", "grades")) {
            row.putArray(list);
        }
        row.putObject("metadata");
        return row;
    }

    private static ObjectNode row(String id) {
        return JSON.createObjectNode()
                .put("sourcedId", id)
                .put("status", "active")
                .put("dateLastModified", "2026-01-01T00:00:00.000Z");
    }

    private static ObjectNode enrollment(String user, String classId) {
        ObjectNode row = row("e1");
        row.putObject("user").put("sourcedId", user);
        row.putObject("class").put("sourcedId", classId);
        return row;
    }
}
