package io.github.k12sso.classlink.oneroster.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Allowed;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Refused;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Visible;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {

    private static final Caller SAM = TestMemberships.reader("sam", "Student");
    private static final Caller TINA = TestMemberships.reader("tina", "teacher");
    private static final Caller GIL = TestMemberships.reader("gil", "Parent");
    private static final Caller ADMINISTRATOR = Caller.ofAdministrator();

    // ---- roles -----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"Tenant Administrator", "administrator", "aide", "proctor", "", "Super Teacher"})
    void anUnknownRoleGrantsNothing(String role) throws InvalidRequest {
        assertThat(decide(TestMemberships.reader("tina", role), "students"))
                .isEqualTo(new Refused(Decision.Refusal.NO_ROLE));
    }

    @Test
    void withoutASourcedIdNoRoleApplies() throws InvalidRequest {
        Caller nobody = Caller.ofPerson(Optional.empty(), Set.of("Teacher"));

        assertThat(decide(nobody, "users")).isEqualTo(new Refused(Decision.Refusal.NO_ROSTER_IDENTITY));
        assertThat(decide(nobody, "schools")).isInstanceOf(Allowed.class);
    }

    // ---- single users ---------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "users/sam, true",
        "students/sam, true",
        "users/tina, true",
        "teachers/tom, true",
        "teachers/zoe, false",
        "users/sue, false",
        "students/sue, false",
        "students/tina, false",
        "teachers/sam, false",
        "users/gil, false",
        "demographics/sam, false"
    })
    void aStudentReadsThemselvesAndTheirTeachers(String path, boolean allowed) throws InvalidRequest {
        assertThat(isSeen(SAM, path)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "users/tina, true",
        "teachers/tina, true",
        "students/sam, true",
        "users/sue, true",
        "teachers/tom, true",
        "teachers/zoe, true",
        "students/sid, false",
        "users/gil, false",
        "demographics/sam, false",
        "students/nobody, false"
    })
    void aTeacherReadsTheUsersInTheirClasses(String path, boolean allowed) throws InvalidRequest {
        assertThat(isSeen(TINA, path)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "users/gil, true", "students/sam, true", "users/sam, true",
        "students/sue, false", "teachers/tina, false", "classes/math, false"
    })
    void aGuardianReadsThemselvesAndTheirStudents(String path, boolean allowed) throws InvalidRequest {
        assertThat(isSeen(GIL, path)).isEqualTo(allowed);
    }

    // ---- fields of a row
    // ---------------------------------------------------------------------------------------------

    @Test
    void aStudentSeesATeachersNameUsernameAndSchools() throws InvalidRequest {
        assertThat(fields(SAM, "users/tina"))
                .containsExactlyInAnyOrder(
                        "sourcedId",
                        "status",
                        "dateLastModified",
                        "enabledUser",
                        "givenName",
                        "familyName",
                        "middleName",
                        "role",
                        "username",
                        "orgs");
    }

    @Test
    void onlyAdministratorsSeePhonesGuardiansAndMetadata() throws InvalidRequest {
        for (Caller reader : Set.of(SAM, TINA, GIL)) {
            assertThat(fields(reader, "users/sam"))
                    .contains("email", "username", "grades", "orgs", "identifier")
                    .doesNotContain("sms", "phone", "agents", "metadata", "password");
        }
        for (String path : List.of("classes/math", "classes", "enrollments", "schools/north/enrollments")) {
            assertThat(((Visible) decide(TINA, path)).rows())
                    .isNotEmpty()
                    .allSatisfy(row -> assertThat(row.has("metadata")).isFalse());
        }
        assertThat(passed(SAM, "schools")).doesNotContain("metadata").contains("phone");
        assertThat(passed(ADMINISTRATOR, "schools")).contains("metadata");
        assertThat(passed(ADMINISTRATOR, "users")).contains("sms", "phone", "agents", "metadata");
    }

    @Test
    void passwordsAreAlwaysHidden() throws InvalidRequest {
        assertThat(passed(ADMINISTRATOR, "users")).doesNotContain("password");
        assertThat(passed(ADMINISTRATOR, "users?fields=sourcedId,password")).containsExactly("sourcedId");
        for (Caller reader : Set.of(ADMINISTRATOR, SAM)) {
            assertThat(decide(reader, "users?filter=password>'a'"))
                    .isEqualTo(new Refused(Decision.Refusal.HIDDEN_FIELD));
            assertThat(decide(reader, "users?sort=password")).isEqualTo(new Refused(Decision.Refusal.HIDDEN_FIELD));
        }
    }

    /** Otherwise an administrator's client, which gets the source's total, would miss rows. */
    @ParameterizedTest
    @ValueSource(
            strings = {"students", "teachers", "classes/math/students", "schools/1/classes/math/teachers", "users"})
    void anAdministratorReadsEveryRowThatTheSourceLists(String path) throws InvalidRequest {
        Allowed people = (Allowed) decide(ADMINISTRATOR, path);

        for (String role : Set.of("student", "Student", "TEACHER", "aide", "")) {
            ObjectNode row = new ObjectMapper()
                    .createObjectNode()
                    .put("sourcedId", "tom")
                    .put("role", role);
            assertThat(people.rows().pass(row)).isPresent();
        }
    }

    @Test
    void theFieldsParameterIsAppliedAfterThePolicy() throws InvalidRequest {
        assertThat(fields(TINA, "classes/math/students?fields=givenName")).containsExactly("givenName");
        assertThat(fields(TINA, "users/sam?fields=givenName,phone")).containsExactly("givenName");
    }

    /** Filters and sorting treat hidden fields as absent, so that their values cannot be guessed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "students?filter=phone='phone of sam'",
                "students?filter=phone>''",
                "users?filter=agents.sourcedId='gil'",
                "classes/math/students?filter=sms~'sam'",
                "classes?filter=metadata.x='1'",
                "enrollments?filter=metadata.x='1'"
            })
    void hiddenFieldsAreFilteredAsIfAbsent(String path) throws InvalidRequest {
        assertThat(decide(TINA, path)).isEqualTo(new Visible(List.of(), 0));
        assertThat(decide(ADMINISTRATOR, path)).isInstanceOf(Allowed.class);
    }

    @Test
    void sortingByAHiddenFieldHasNoEffect() throws InvalidRequest {
        assertThat(ids(TINA, "students?sort=phone&orderBy=desc")).isEqualTo(ids(TINA, "students"));
        assertThat(ids(SAM, "teachers?sort=email&orderBy=desc")).isEqualTo(ids(SAM, "teachers"));
    }

    @Test
    void aStudentCannotFilterByATeachersEmail() throws InvalidRequest {
        assertThat(ids(SAM, "teachers?filter=email~'@'")).isEmpty();
        assertThat(ids(SAM, "teachers?filter=email!='email of tom'")).containsExactly("tina", "tom");
        assertThat(ids(SAM, "users?filter=email='email of sam'")).containsExactly("sam");
    }

    /** Pages of the source are passed on, so the source would do the comparison. */
    @Test
    void filtersOnSchoolMetadataAreRefusedForUsers() throws InvalidRequest {
        assertThat(decide(SAM, "schools?filter=metadata.x='1'")).isEqualTo(new Refused(Decision.Refusal.HIDDEN_FIELD));
        assertThat(decide(ADMINISTRATOR, "schools?filter=metadata.x='1'")).isInstanceOf(Allowed.class);
    }

    // ---- collections -----------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sam | Student | users                       | sam tina tom",
                "sam | Student | students                    | sam",
                "sam | Student | teachers                    | tina tom",
                "sam | Student | schools/north/teachers      | tina tom",
                "sam | Student | schools/south/students      | ",
                "sam | Student | classes                     | math",
                "sam | Student | schools/south/classes       | ",
                "sam | Student | enrollments                 | sam in math",
                "sam | Student | classes/math/students       | sam",
                "sam | Student | classes/math/teachers       | tina tom",
                "sam | Student | students/sam/classes        | math",
                "sam | Student | teachers/sam/classes        | ",
                "sam | Student | schools/north/classes/math/enrollments | sam in math",
                "tina | Teacher | users                      | sam sue tina tom zoe",
                "tina | Teacher | students                   | sam sue",
                "tina | Teacher | teachers                   | tina tom zoe",
                "tina | Teacher | classes                    | math",
                "tina | Teacher | enrollments                | sam in math, sue in math, tina in math, tina in old, tom in math, zoe in math",
                "tina | Teacher | schools/south/enrollments  | ",
                "tina | Teacher | classes/math/students      | sam sue",
                "tina | Teacher | classes/math/teachers      | tina tom zoe",
                "tina | Teacher | schools/north/classes/math/students | sam sue",
                "tina | Teacher | classes/old/students       | sid",
                "tina | Teacher | students/sam/classes       | math",
                "tina | Teacher | users/tom/classes          | math",
                "tina | Teacher | courses/course of math/classes | math",
                "tina | Teacher | courses/course of art/classes | ",
                "tina | Teacher | terms/fall/classes         | math",
                "tina | Teacher | terms/spring/classes       | ",
                "tom | Teacher | students                    | sam sid sue",
                "tom | Teacher | classes                     | art math",
                "tom | Teacher | schools/south/students      | sid",
                "gil | Guardian | users                      | gil sam",
                "gil | Guardian | students                   | sam",
                "gil | Guardian | teachers                   | ",
                "gil | Guardian | classes                    | ",
                "gil | Guardian | enrollments                | ",
                "new | Teacher | students                    | ",
                "new | Teacher | classes                     | "
            })
    void collectionsContainOnlyTheUsersOwnRows(String person, String role, String path, String expected)
            throws InvalidRequest {
        Visible answer = (Visible) decide(TestMemberships.reader(person, role), path);

        assertThat(String.join(expected != null && expected.contains(",") ? ", " : " ", idsOf(answer)))
                .isEqualTo(expected == null ? "" : expected);
        assertThat(answer.total()).isEqualTo(answer.rows().size());
    }

    @Test
    void aTeacherWhoIsAGuardianSeesTheRowsOfBothRoles() throws InvalidRequest {
        Caller both = Caller.ofPerson(Optional.of("gil"), Set.of("Parent", "Teacher"));

        assertThat(ids(both, "students")).containsExactly("sam");
        assertThat(isSeen(both, "students/sam")).isTrue();
        assertThat(isSeen(both, "students/sue")).isFalse();
    }

    @Test
    void pagesAndTotalsCountOnlyVisibleRows() throws InvalidRequest {
        Visible second = (Visible) decide(TINA, "users?limit=2&offset=2");

        assertThat(idsOf(second)).containsExactly("tina", "tom");
        assertThat(second.total()).isEqualTo(5);
        assertThat(decide(TINA, "users?limit=2&offset=6")).isEqualTo(new Visible(List.of(), 5));
        assertThat(ids(TINA, "users?limit=3&sort=givenName&orderBy=desc")).containsExactly("zoe", "tom", "tina");
    }

    /** Trap 23, docs/internals/classlink-rosters.md. */
    @Test
    void anAdministratorGetsEveryRow() throws InvalidRequest {
        assertThat(passed(ADMINISTRATOR, "classes/math/students")).isNotEmpty();
    }

    // ---- classes ---------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "classes/math, true",
        "classes/art, false",
        "classes/math/students, true",
        "classes/art/teachers, false",
        "schools/north/classes/math/students, true",
        "schools/south/classes/math/students, false",
        "schools/south/classes/art/enrollments, false",
        "enrollments/sam in math, true",
        "enrollments/sid in old, true",
        "enrollments/sid in art, false",
        "enrollments/none, false",
        "classes/old, true",
        "classes/none, false",
        "teachers/tina/classes, true",
        "students/sid/classes, false",
        "teachers/sam/classes, false",
        "classes/math/resources, false"
    })
    void aTeacherReadsTheirClassesOfEveryTerm(String path, boolean allowed) throws InvalidRequest {
        assertThat(isSeen(TINA, path)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "classes/math, true",
        "classes/art, false",
        "classes/art/teachers, false",
        "enrollments/sam in math, true",
        "enrollments/sue in math, false",
        "students/sue/classes, false"
    })
    void aStudentReadsTheirClasses(String path, boolean allowed) throws InvalidRequest {
        assertThat(isSeen(SAM, path)).isEqualTo(allowed);
    }

    /** A user listed among the students of a class, such as a trainee teacher, does not teach it. */
    @Test
    void aTeacherEnrolledAsAStudentIsNotTheClassesTeacher() throws InvalidRequest {
        assertThat(isSeen(TestMemberships.reader("zoe", "Teacher"), "classes/math/students"))
                .isFalse();
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
    void everyRoleReadsAcademicSessionsAndOrgs(String path) throws InvalidRequest {
        for (Caller reader : Set.of(SAM, TINA, GIL, Caller.ofPerson(Optional.empty(), Set.of()))) {
            assertThat(decide(reader, path)).isInstanceOf(Allowed.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"orgs/a", "schools/a", "courses/a", "terms/a", "academicSessions/a", "gradingPeriods/a"})
    void onlyAdministratorsReadMetadata(String path) throws InvalidRequest {
        for (Caller reader : List.of(TINA, ADMINISTRATOR)) {
            ObjectNode row = new ObjectMapper().createObjectNode().put("sourcedId", "a");
            row.putObject("metadata").put("budget", "7");

            ObjectNode shown = ((Allowed) decide(reader, path)).rows().pass(row).orElseThrow();

            assertThat(shown.has("metadata")).isEqualTo(reader.administrator());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"schools?filter=metadata.budget>'5'", "courses?sort=metadata"})
    void onlyAdministratorsFilterByMetadata(String path) throws InvalidRequest {
        assertThat(decide(TINA, path)).isEqualTo(new Refused(Decision.Refusal.HIDDEN_FIELD));
        assertThat(decide(ADMINISTRATOR, path)).isInstanceOf(Allowed.class);
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    static Decision decide(Caller reader, String path) throws InvalidRequest {
        return Policy.decide(Requests.of(path), reader, new TestMemberships());
    }

    private static boolean isSeen(Caller reader, String path) throws InvalidRequest {
        return decide(reader, path) instanceof Visible;
    }

    private static List<String> ids(Caller reader, String path) throws InvalidRequest {
        return idsOf((Visible) decide(reader, path));
    }

    private static List<String> idsOf(Visible answer) {
        return answer.rows().stream().map(row -> row.path("sourcedId").asText()).toList();
    }

    private static Iterable<String> fields(Caller reader, String path) throws InvalidRequest {
        ObjectNode row = ((Visible) decide(reader, path)).rows().get(0);
        return () -> row.fieldNames();
    }

    /** The fields of a row that the policy passes on. */
    private static Iterable<String> passed(Caller reader, String path) throws InvalidRequest {
        ObjectNode row = new ObjectMapper().createObjectNode();
        for (String field : List.of("sourcedId", "sms", "phone", "agents", "metadata", "password")) {
            row.put(field, "x");
        }
        ObjectNode passed = ((Allowed) decide(reader, path)).rows().pass(row).orElseThrow();
        return () -> passed.fieldNames();
    }
}
