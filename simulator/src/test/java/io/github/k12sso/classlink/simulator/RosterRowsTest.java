package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows of each collection. */
class RosterRowsTest extends RosterTests {
    private static final List<String> COLLECTIONS = List.of(
            "users", "orgs", "classes", "courses", "enrollments", "academicSessions", "demographics", "resources");

    @Nested
    class Rows {
        @Test
        void followClassLinksConventions() {
            JsonNode user = read("users/4801508017").get("user");
            assertThat(user.get("enabledUser").asText()).isEqualTo("true");
            assertThat(user.get("enabledUser").isTextual()).isTrue();
            assertThat(user.get("password").asText()).isEmpty();
            assertThat(user.get("role").asText()).isEqualTo("student");
            String href = user.get("orgs").get(0).get("href").asText();
            assertThat(href).startsWith("https://maplevalley-nj-v2.rosterserver.example/ims/oneroster/v1p1/orgs/");
            assertThat(read("enrollments")
                            .get("enrollments")
                            .get(0)
                            .get("primary")
                            .isTextual())
                    .isTrue();
            assertThat(user.get("agents").get(0).get("sourcedId").asText()).isEqualTo("G333333");
        }

        @Test
        void containEveryPersonaThatHasASourcedId() {
            for (Persona persona : simulator.personas()) {
                if (!persona.sourcedId().isEmpty()) {
                    JsonNode user = read(persona.districtCode(), "users/" + encoded(persona.sourcedId()))
                            .get("user");
                    assertThat(user.get("givenName").asText()).isEqualTo(persona.firstName());
                    assertThat(user.get("username").asText()).isEqualTo(persona.loginId());
                    assertThat(user.get("email").asText()).isEqualTo(persona.email());
                }
            }
        }

        @Test
        void showTheClassesAndStudentsOfATeacher() {
            JsonNode classes = read("teachers/5678_T5678-0005/classes").get("classes");
            assertThat(classes).hasSize(3);
            for (JsonNode one : classes) {
                String id = one.get("sourcedId").asText();
                JsonNode students = read("classes/" + id + "/students").get("users");
                assertThat(students).hasSizeBetween(15, 30);
                for (String student : ids(students)) {
                    if (student.startsWith("S")) {
                        assertThat(ids(read("students/" + encoded(student) + "/classes")
                                        .get("classes")))
                                .contains(id);
                    }
                }
                assertThat(ids(read("classes/" + id + "/teachers").get("users")))
                        .containsExactly("5678_T5678-0005");
            }
            assertThat(ids(read("students/4801508017/classes").get("classes")))
                    .hasSize(4)
                    .contains(ids(classes).get(0));
        }

        @Test
        void listATeacherAmongTheStudentsOfOneClassOnly() {
            int guests = 0;
            for (String id : ids(read("classes?limit=10000").get("classes"))) {
                for (JsonNode row : read("classes/" + id + "/students").get("users")) {
                    guests += row.get("role").asText().equals("teacher") ? 1 : 0;
                }
            }
            assertThat(guests).isEqualTo(1);
        }

        @Test
        void agreeWithEnrollments() {
            for (String district : List.of("maplevalley", "hamlet")) {
                Set<String> fromEnrollments = new TreeSet<>();
                read(district, "enrollments?limit=10000")
                        .get("enrollments")
                        .forEach(row -> fromEnrollments.add(
                                row.get("class").get("sourcedId").asText() + " "
                                        + row.get("user").get("sourcedId").asText()));
                Set<String> fromClasses = new TreeSet<>();
                for (String id : ids(read(district, "classes?limit=10000").get("classes"))) {
                    read(district, "classes/" + id + "/students").get("users").forEach(row -> {
                        if (row.get("role").asText().equals("student")) {
                            fromClasses.add(id + " " + row.get("sourcedId").asText());
                        }
                    });
                    read(district, "classes/" + id + "/teachers")
                            .get("users")
                            .forEach(row -> fromClasses.add(
                                    id + " " + row.get("sourcedId").asText()));
                }
                assertThat(fromEnrollments).isEqualTo(fromClasses);
            }
        }

        @Test
        void areDividedAmongSchoolsWithoutOverlap() {
            for (String collection : List.of("students", "teachers", "classes", "enrollments")) {
                List<String> bySchool = new ArrayList<>();
                for (String school : ids(read("schools").get("orgs"))) {
                    bySchool.addAll(ids(read("schools/" + school + "/" + collection + "?limit=10000")
                            .elements()
                            .next()));
                }
                assertThat(bySchool)
                        .containsExactlyInAnyOrderElementsOf(
                                ids(read(collection + "?limit=10000").elements().next()));
            }
        }

        @Test
        void omitEmptyStringsIfSwitchedOn() {
            JsonNode before = read("users/4801508017").get("user");
            assertThat(before.fieldNames()).toIterable().contains("middleName", "sms", "phone", "password");
            simulator.switches().set(Switch.EMPTY_STRINGS, false);
            try {
                JsonNode user = read("users/4801508017").get("user");
                assertThat(user.fieldNames())
                        .toIterable()
                        .doesNotContain("middleName", "sms", "phone", "password")
                        .contains(
                                "sourcedId",
                                "status",
                                "username",
                                "enabledUser",
                                "givenName",
                                "familyName",
                                "role",
                                "orgs");
                assertThat(user.get("email")).isEqualTo(before.get("email"));
                for (String collection : COLLECTIONS) {
                    read(collection + "?limit=10000")
                            .elements()
                            .next()
                            .forEach(row -> assertThat(row).noneMatch(RosterRowsTest::isEmpty));
                }
                assertThat(read("users?limit=1&fields=sourcedId,sms")
                                .get("users")
                                .get(0))
                        .hasSize(1);
                assertThat(read("users?limit=1&filter=" + encoded("sms=''")).get("users"))
                        .isEmpty();
            } finally {
                simulator.switches().set(Switch.EMPTY_STRINGS, true);
            }
            assertThat(read("users/4801508017").get("user")).isEqualTo(before);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "users/nobody",
                    "users/S0000001",
                    "students/5678_T5678-0005",
                    "classes/C9999999",
                    "classes/C0000000/students",
                    "nonsense",
                    "users/4801508017/nonsense",
                    "schools/SCH0002/classes/C0000001/students",
                    "a/b/c/d"
                })
        void thatDoNotExistGive404(String path) {
            assertFailure(call("maplevalley", path), 404, "unknownobject");
        }
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isTextual() && value.textValue().isEmpty();
    }
}
