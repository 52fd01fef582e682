package io.github.k12sso.classlink.oneroster.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import io.github.k12sso.classlink.oneroster.client.RosterWays;
import io.github.k12sso.classlink.oneroster.client.SourceLists;
import io.github.k12sso.classlink.oneroster.client.SourceMemberships;
import io.github.k12sso.classlink.oneroster.policy.CurrentClasses;
import io.github.k12sso.classlink.oneroster.policy.Memberships.Row;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which of a user's classes are current, and the user's role in each. */
class CurrentClassesTest {

    private static final LocalDate TODAY = LocalDate.of(2026, 11, 27);

    private final TestDistrict district = new TestDistrict()
            .user("tina", "teacher")
            .user("tom", "teacher")
            .user("sam", "student")
            .user("sid", "student")
            .course("math", "north", List.of("sam", "tom"), List.of("tina", "tom"))
            .course("art", "south", List.of("sid"), List.of("tom"));
    private final List<Row> sessions = new ArrayList<>();

    @Test
    void everyTeacherOfAClassIsItsTeacher() throws RosterFailure {
        assertThat(classesOf("tina", "Teacher")).containsExactly("math teacher");
        assertThat(classesOf("tom", "teacher")).containsExactly("art teacher", "math teacher");
    }

    @Test
    void studentsAreStudentsOfTheirClasses() throws RosterFailure {
        assertThat(classesOf("sam", "Student")).containsExactly("math student");
    }

    @Test
    void aUserWithBothRolesIsATeacherWhereTheyTeach() throws RosterFailure {
        assertThat(classesOf("tom", "student", "teacher")).containsExactly("art teacher", "math teacher");
    }

    @Test
    void guardiansAndAdministratorsHaveNoClasses() throws RosterFailure {
        assertThat(classesOf("tina", "parent")).isEmpty();
        assertThat(classesOf("tina", "administrator")).isEmpty();
        assertThat(district.calls()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = TestDistrict.Kind.class,
            names = {"NO_LISTS_OF_USERS", "NO_LISTS_OF_STUDENTS_AND_TEACHERS", "IGNORES_FILTERS", "CLAMPS"})
    void everyKindOfServiceGivesTheSameClasses(TestDistrict.Kind kind) throws RosterFailure {
        district.kinds(List.of(kind));

        assertThat(classesOf("tom", "teacher")).containsExactly("art teacher", "math teacher");
        assertThat(classesOf("sam", "student")).containsExactly("math student");
    }

    @Test
    void anEndedEnrollmentDoesNotCount() throws RosterFailure {
        district.kinds(
                Set.of(TestDistrict.Kind.NO_LISTS_OF_USERS, TestDistrict.Kind.NO_LISTS_OF_STUDENTS_AND_TEACHERS));
        assertThat(classesOf("sam", "student")).containsExactly("math student");

        district.leave("sam", "math");

        assertThat(classesOf("sam", "student")).isEmpty();
    }

    @Test
    void aClassToBeDeletedIsNotCurrent() throws RosterFailure {
        district.delete("math");

        assertThat(classesOf("tom", "teacher")).containsExactly("art teacher");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-09-01,2027-01-22,true",
        "2026-11-27,2026-11-27,true",
        "2026-09-01,2026-11-26,true", // the district's time zone may be a day behind
        "2026-11-28,2027-01-22,true",
        "2026-09-01,2026-11-25,false",
        "2026-11-29,2027-01-22,false",
        "2026-09-01T00:00:00.000Z,2026-11-06T00:00:00.000Z,false",
        "'',2026-11-06,false",
        "'','',true",
        "yesterday,someday,true"
    })
    void aClassIsCurrentWhileOneOfItsTermsIs(String start, String end, boolean current) throws RosterFailure {
        session("fall", "Fall", start, end);

        assertThat(classesOf("sam", "student")).hasSize(current ? 1 : 0);
    }

    @Test
    void aMissingTermDoesNotMakeAClassCurrent() throws RosterFailure {
        assertThat(own("sam", "student").get(0).term()).isEmpty();
    }

    @Test
    void theReportedTermIsTheCurrentOne() throws RosterFailure {
        session("fall", "Fall", "2026-09-01", "2027-01-22");

        assertThat(own("sam", "student").get(0).term()).contains("Fall");
    }

    @Test
    void anUnansweredCallIsAFailure() {
        district.kinds(Set.of(
                TestDistrict.Kind.NO_LISTS_OF_USERS,
                TestDistrict.Kind.NO_LISTS_OF_STUDENTS_AND_TEACHERS,
                TestDistrict.Kind.REFUSES_FILTERS));

        assertThatThrownBy(() -> classesOf("sam", "student")).isInstanceOf(RosterFailure.class);
    }

    private void session(String id, String title, String start, String end) {
        ObjectNode row = new ObjectMapper()
                .createObjectNode()
                .put("sourcedId", id)
                .put("title", title)
                .put("startDate", start)
                .put("endDate", end);
        sessions.add(Row.of(row).orElseThrow());
    }

    private List<String> classesOf(String person, String... roles) throws RosterFailure {
        return own(person, roles).stream()
                .map(each -> each.id() + (each.teaches() ? " teacher" : " student"))
                .toList();
    }

    private List<CurrentClasses.Own> own(String person, String... roles) throws RosterFailure {
        RosterWays ways = new RosterWays(
                new SourceLists(district, SourceLists.Known.nothing(), ""),
                new RosterWays.Support(Ticker.disabledTicker()),
                "district");
        return new CurrentClasses<>(new SourceMemberships(ways), (collection, ids) -> sessions, TODAY)
                .of(Caller.ofPerson(Optional.of(person), Arrays.asList(roles)));
    }
}
