package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OneRoster 1.1 through the proxy and with the user's own token. */
class RosterTest {
    private static ClassLinkSimulator simulator;
    private static RelyingParty app;

    @BeforeAll
    static void start() {
        simulator = ClassLinkSimulator.start(SimulatorSettings.builder()
                .district("metropolis", 77, 1_000_000)
                .district("hamlet", 78, 10)
                .build());
        app = new RelyingParty(simulator);
    }

    @AfterAll
    static void stop() {
        simulator.close();
    }

    private static HttpResponse<String> call(String district, String path) {
        return app.getAs(
                simulator.districtBearer(district),
                "/" + simulator.applicationId(district) + "/ims/oneroster/v1p1/" + path);
    }

    private static JsonNode read(String path) {
        return read("maplevalley", path);
    }

    private static JsonNode read(String district, String path) {
        HttpResponse<String> response = call(district, path);
        assertThat(response.statusCode()).as(path + " " + response.body()).isEqualTo(200);
        return RelyingParty.json(response);
    }

    private static List<String> ids(JsonNode array) {
        List<String> ids = new ArrayList<>();
        array.forEach(row -> ids.add(row.get("sourcedId").asText()));
        return ids;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static void assertFailure(HttpResponse<String> response, int status, String codeMinor) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(RelyingParty.json(response)
                        .get("statusInfoSet")
                        .get(0)
                        .get("imsx_codeMinor")
                        .asText())
                .isEqualTo(codeMinor);
    }

    @Nested
    class Envelopes {
        @ParameterizedTest
        @CsvSource({
            "users, users",
            "students, users",
            "teachers, users",
            "orgs, orgs",
            "schools, orgs",
            "classes, classes",
            "courses, courses",
            "enrollments, enrollments",
            "academicSessions, academicSessions",
            "terms, academicSessions",
            "gradingPeriods, academicSessions",
            "demographics, demographics",
            "resources, resources",
            "schools/SCH0001/classes, classes",
            "schools/SCH0001/students, users",
            "schools/SCH0001/teachers, users",
            "schools/SCH0001/courses, courses",
            "schools/SCH0001/enrollments, enrollments",
            "schools/SCH0001/terms, academicSessions",
            "classes/C0000001/students, users",
            "classes/C0000001/teachers, users",
            "courses/CRS0000001/classes, classes",
            "terms/FY/classes, classes",
            "terms/T1/gradingPeriods, academicSessions",
            "schools/SCH0001/classes/C0000001/students, users",
            "schools/SCH0001/classes/C0000001/teachers, users",
            "schools/SCH0001/classes/C0000001/enrollments, enrollments",
        })
        void areNamedAfterTheType(String path, String key) {
            JsonNode body = read(path);
            assertThat(body.fieldNames()).toIterable().containsExactly(key);
            assertThat(body.get(key)).isNotEmpty();
        }

        @ParameterizedTest
        @CsvSource({
            "users, user",
            "students, user",
            "teachers, user",
            "orgs, org",
            "schools, org",
            "classes, class",
            "courses, course",
            "enrollments, enrollment",
            "academicSessions, academicSession",
            "terms, academicSession",
            "gradingPeriods, academicSession",
            "demographics, demographics",
            "resources, resource",
        })
        void ofSingleObjectsToo(String collection, String key) {
            for (JsonNode listed : read(collection).elements().next()) {
                JsonNode single =
                        read(collection + "/" + encoded(listed.get("sourcedId").asText()));
                assertThat(single.fieldNames()).toIterable().containsExactly(key);
                assertThat(single.get(key)).isEqualTo(listed);
            }
        }

        @Test
        void resultsAreEmpty() {
            assertThat(read("classes/C0000001/results").get("results")).isEmpty();
        }
    }

    @Nested
    class Paging {
        @Test
        void givesAHundredUnlessAskedAndCounts() {
            HttpResponse<String> response = call("maplevalley", "users");
            assertThat(RelyingParty.json(response).get("users")).hasSize(100);
            assertThat(response.headers().firstValue("X-Total-Count")).hasValue("400");
            assertThat(response.headers().firstValue("x-count")).hasValue("100");
            assertThat(response.headers().firstValue("x-perm-rev")).isPresent();
        }

        @Test
        void reachesEverybodyOnceInOrder() {
            List<String> all = new ArrayList<>();
            for (int offset = 0; offset < 400; offset += 150) {
                all.addAll(ids(read("users?sort=sourcedId&orderBy=asc&limit=150&offset=" + offset)
                        .get("users")));
            }
            assertThat(all).hasSize(400).doesNotHaveDuplicates().isSorted();
            assertThat(ids(read("users?limit=10000").get("users"))).isEqualTo(all);
            List<String> reversed = new ArrayList<>(all);
            Collections.reverse(reversed);
            assertThat(ids(read("users?sort=sourcedId&orderBy=desc&limit=10000").get("users")))
                    .isEqualTo(reversed);
        }

        @Test
        void ignoresAnUnknownOrder() {
            assertThat(read("users?sort=sourcedId&orderBy=dsc")).isEqualTo(read("users?sort=sourcedId&orderBy=asc"));
        }

        @Test
        void endsWithAnEmptyPage() {
            assertThat(read("users?offset=400").get("users")).isEmpty();
            assertThat(read("users?offset=2147483647&limit=10000").get("users")).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"limit=0", "limit=-1", "limit=x", "offset=-1", "offset=99999999999"})
        void refusesNonsense(String query) {
            assertFailure(call("maplevalley", "users?" + query), 400, "invaliddata");
        }
    }

    @Nested
    class Selection {
        @Test
        void sortsByAnyField() {
            List<String> names = new ArrayList<>();
            read("students?sort=familyName&limit=10000")
                    .get("users")
                    .forEach(row -> names.add(row.get("familyName").asText()));
            assertThat(names).hasSizeGreaterThan(300).isSorted();
        }

        @Test
        void warnsOfAnUnknownSortField() {
            JsonNode body = read("users?sort=shoeSize");
            assertThat(body.get("users")).hasSize(100);
            assertThat(body.get("statusInfoSet").get(0).get("imsx_codeMinor").asText())
                    .isEqualTo("invalid_sort_field");
        }

        @Test
        void givesOnlyTheFieldsAskedFor() {
            assertThat(read("users?fields=sourcedId,role").get("users").get(0).fieldNames())
                    .toIterable()
                    .containsExactly("sourcedId", "role");
            assertFailure(call("maplevalley", "users?fields=sourcedId,shoeSize"), 400, "invalid_selection_field");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "role='teacher' | 20",
                    "role!='teacher' | 380",
                    "role='teacher' OR role='administrator' | 21",
                    "role='student' AND sourcedId='4801508017' | 1",
                    "role='teacher' AND sourcedId='4801508017' | 0",
                    "sourcedId>='T0000003' AND sourcedId<='T0000004' | 2",
                    "sourcedId>'T0000003' AND sourcedId<'T0000004' | 0",
                    "username~'fernwick' AND role='student' | 20",
                    "status='active' | 400",
                    "familyName='Samewise' | 1",
                    "orgs.sourcedId='SCH0001' AND role='teacher' | 12",
                    "dateLastModified>'2027-01-01T00:00:00.000Z' | 0",
                })
        void filters(String filter, int expected) {
            HttpResponse<String> response = call("maplevalley", "users?limit=1&filter=" + encoded(filter));
            assertThat(response.headers().firstValue("X-Total-Count")).hasValue(Integer.toString(expected));
            assertThat(RelyingParty.json(response).get("users")).hasSize(Math.min(1, expected));
        }

        @Test
        void filtersPageByPage() {
            List<String> paged = new ArrayList<>();
            for (int offset = 0; offset < 20; offset += 7) {
                paged.addAll(ids(read("users?limit=7&offset=" + offset + "&filter=" + encoded("role='teacher'"))
                        .get("users")));
            }
            assertThat(paged).isEqualTo(ids(read("teachers").get("users")));
        }

        @Test
        void filtersByReferenceAndList() {
            JsonNode enrollments = read("enrollments?filter="
                            + encoded("user.sourcedId='4801508017' AND role='student'"))
                    .get("enrollments");
            assertThat(enrollments)
                    .hasSize(4)
                    .allSatisfy(
                            row -> assertThat(row.get("user").get("sourcedId").asText())
                                    .isEqualTo("4801508017"));
            assertThat(read("classes?filter=" + encoded("grades~'KG,99'")).get("classes"))
                    .isNotEmpty()
                    .allSatisfy(
                            row -> assertThat(row.get("grades").get(0).asText()).isEqualTo("KG"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "shoeSize='9'",
                    "role",
                    "role='a' AND role='b' AND role='c'",
                    "role=student",
                    "role='a' XOR role='b'",
                    "role='a"
                })
        void refusesFiltersItCannotRead(String filter) {
            assertFailure(call("maplevalley", "users?filter=" + encoded(filter)), 400, "invalid_filter_field");
        }
    }

    @Nested
    class Rows {
        @Test
        void followClassLinksStyle() {
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
        void showATeacherTheirClassesAndStudents() {
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
        void mixATeacherIntoOneClassOnly() {
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
        void splitExactlyIntoSchools() {
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
        void thatDoNotExistAreUnknown(String path) {
            assertFailure(call("maplevalley", path), 404, "unknownobject");
        }
    }

    @Nested
    class Doors {
        @Test
        void compareTheApplicationIdUndecoded() {
            String id = simulator.applicationId("maplevalley");
            assertThat(id).contains("%2F").contains("%43");
            String bearer = simulator.districtBearer("maplevalley");
            assertThat(app.getAs(bearer, "/proxy/v1p0/" + id + "/ims/oneroster/v1p1/orgs")
                            .statusCode())
                    .isEqualTo(200);
            for (String altered : List.of(id.replace("%43", "C"), id.replace("%2F", "%2f"), id.replace("%", "%25"))) {
                assertFailure(app.getAs(bearer, "/" + altered + "/ims/oneroster/v1p1/orgs"), 404, "unknownobject");
            }
        }

        @Test
        void refuseOtherBearers() {
            String path = "/" + simulator.applicationId("maplevalley") + "/ims/oneroster/v1p1/orgs";
            assertFailure(app.get(path), 401, "unauthorisedrequest");
            assertFailure(app.getAs("junk", path), 401, "unauthorisedrequest");
            assertFailure(app.getAs(simulator.districtBearer("harborpoint"), path), 401, "unauthorisedrequest");
            assertFailure(app.getAs("partner-key-of-the-simulator", path), 401, "unauthorisedrequest");
        }

        @Test
        void openTheUsersOwnDistrictToTheUsersToken() {
            HttpResponse<String> response =
                    app.getAs(app.accessTokenFor("twin-harbor"), "/ims/oneroster/v1p1/users?limit=50");
            assertThat(response.headers().firstValue("X-Total-Count")).hasValue("240");
            assertThat(response.headers().firstValue("Link"))
                    .hasValue(
                            "<" + simulator.baseUrl() + "/ims/oneroster/v1p1/users?limit=50&offset=50>; rel=\"next\"");
            assertFailure(app.getAs("junk", "/ims/oneroster/v1p1/users"), 401, "unauthorisedrequest");
        }

        @Test
        void mayAskForTheScopeOneroster() {
            simulator.switches().set(Switch.ROSTER_SCOPE_REQUIRED, true);
            try {
                assertFailure(app.getAs(app.accessTokenFor("student"), "/ims/oneroster/v1p1/users"), 403, "forbidden");
                assertThat(app.getAs(
                                        app.accessTokenFor("student", "scope", "openid oneroster"),
                                        "/ims/oneroster/v1p1/users")
                                .statusCode())
                        .isEqualTo(200);
            } finally {
                simulator.switches().set(Switch.ROSTER_SCOPE_REQUIRED, false);
            }
        }

        @Test
        void closeWhenTheDistrictChangesItsMind() {
            String old = simulator.districtBearer("willowcreek");
            String path = "/" + simulator.applicationId("willowcreek") + "/ims/oneroster/v1p1/orgs";
            String revision =
                    app.getAs(old, path).headers().firstValue("x-perm-rev").orElseThrow();
            simulator.applications().changePermissions("willowcreek");
            assertThat(app.getAs(old, path).headers().firstValue("x-perm-rev").orElseThrow())
                    .isNotEqualTo(revision);
            simulator.applications().rotateBearer("willowcreek");
            assertFailure(app.getAs(old, path), 401, "unauthorisedrequest");
            String current = simulator.districtBearer("willowcreek");
            assertThat(app.getAs(current, path).statusCode()).isEqualTo(200);
            simulator.applications().enabled("willowcreek", false);
            assertFailure(app.getAs(current, path), 403, "forbidden");
            simulator.applications().enabled("willowcreek", true);
            assertThat(app.getAs(current, path).statusCode()).isEqualTo(200);
        }
    }

    @Nested
    class PartnerApplications {
        @Test
        void areListedForThePartnerKeyOnly() {
            assertThat(app.getAs("wrong", "/applications").statusCode()).isEqualTo(401);
            HttpResponse<String> response = app.getAs("partner-key-of-the-simulator", "/applications");
            JsonNode row = RelyingParty.json(response).get("applications").get(0);
            assertThat(row.get("tenant_id").asInt()).isEqualTo(2);
            assertThat(row.get("enabled").isTextual()).isTrue();
            assertThat(row.get("enabled").asText()).isEqualTo("true");
            assertThat(row.get("bearer").asText()).isEqualTo(simulator.districtBearer("maplevalley"));
            assertThat(row.get("oneroster_application_id").asText()).isEqualTo(simulator.applicationId("maplevalley"));
            assertThat(response.headers().firstValue("X-Total-Count")).isEmpty();
            assertThat(response.headers().firstValue("x-count")).isEmpty();
        }

        @Test
        void stopAtAHundredWithoutSayingSo() {
            SimulatorSettings settings =
                    SimulatorSettings.builder().fillerApplications(120).build();
            try (ClassLinkSimulator crowded = ClassLinkSimulator.start(settings)) {
                RelyingParty partner = new RelyingParty(crowded);
                JsonNode first = RelyingParty.json(partner.getAs(settings.partnerKey(), "/applications"));
                JsonNode second = RelyingParty.json(partner.getAs(settings.partnerKey(), "/applications?offset=100"));
                JsonNode all = RelyingParty.json(partner.getAs(settings.partnerKey(), "/applications?limit=10000"));
                assertThat(first.get("applications"))
                        .hasSize(100)
                        .allSatisfy(
                                row -> assertThat(row.get("enabled").asText()).isEqualTo("false"));
                assertThat(second.get("applications")).hasSize(23);
                assertThat(all.get("applications")).hasSize(123);
            }
        }
    }

    @Nested
    class AMillionPeople {
        @Test
        void arePagedWithoutBeingStored() {
            HttpResponse<String> last = call("metropolis", "users?sort=sourcedId&limit=10000&offset=990000");
            JsonNode users = RelyingParty.json(last).get("users");
            assertThat(users).hasSize(10_000);
            assertThat(last.headers().firstValue("X-Total-Count")).hasValue("1000000");
            assertThat(ids(users)).isSorted().doesNotHaveDuplicates();
            assertThat(ids(users).get(9999)).isEqualTo("T0050000");
            assertThat(call("metropolis", "enrollments?limit=1")
                            .headers()
                            .firstValue("X-Total-Count")
                            .map(Integer::valueOf))
                    .get()
                    .satisfies(total -> assertThat(total).isGreaterThan(3_000_000));
        }

        @Test
        void takeNoMemoryToSpeakOf() {
            Runtime runtime = Runtime.getRuntime();
            SimulatorSettings settings = SimulatorSettings.builder()
                    .district("first", 101, 1_000_000)
                    .district("second", 102, 1_000_000)
                    .district("third", 103, 1_000_000)
                    .build();
            System.gc();
            long before = runtime.totalMemory() - runtime.freeMemory();
            try (ClassLinkSimulator huge = ClassLinkSimulator.start(settings)) {
                RelyingParty partner = new RelyingParty(huge);
                for (String district : List.of("first", "second", "third")) {
                    String path = "/" + huge.applicationId(district) + "/ims/oneroster/v1p1/users?limit=10000&offset=";
                    for (int offset = 0; offset < 50_000; offset += 10_000) {
                        assertThat(partner.getAs(huge.districtBearer(district), path + offset)
                                        .statusCode())
                                .isEqualTo(200);
                    }
                }
                System.gc();
                long grown = runtime.totalMemory() - runtime.freeMemory() - before;
                assertThat(grown).isLessThan(40L * 1024 * 1024);
            }
        }

        @Test
        void includePersonasWhoCanSignIn() {
            Persona teacher = simulator.persona("metropolis-teacher");
            JsonNode classes = read("metropolis", "teachers/" + teacher.sourcedId() + "/classes")
                    .get("classes");
            assertThat(classes).hasSize(3);
            assertThat(ids(read("metropolis", "classes/" + ids(classes).get(1) + "/students")
                            .get("users")))
                    .hasSizeBetween(18, 26);
        }

        @Test
        void areNotSortedByJustAnyField() {
            JsonNode body = read("metropolis", "users?sort=familyName&limit=2");
            assertThat(body.get("users")).hasSize(2);
            assertThat(body.get("statusInfoSet").get(0).get("imsx_severity").asText())
                    .isEqualTo("warning");
        }
    }
}
