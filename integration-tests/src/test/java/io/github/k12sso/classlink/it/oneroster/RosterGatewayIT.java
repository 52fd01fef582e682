package io.github.k12sso.classlink.it.oneroster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import io.github.k12sso.classlink.simulator.runtime.HostileRoster;
import io.github.k12sso.classlink.simulator.runtime.RosterService;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The roster gateway on a real server, with the partner key and with the user's own token. */
@WithTestEnvironment
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ResourceLock(TestEnvironment.PASSING_TIME)
class RosterGatewayIT {

    private static final String DISTRICT = "maplevalley";

    private TestEnvironment environment;
    private TestRealm realm;
    private Roster roster;
    private Persona student;
    private Persona teacher;
    private String ofStudent;
    private String ofTeacher;
    private String ofService;
    private int questions;

    @BeforeAll
    void aRealmWithAPartnerKey(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        realm.configureRealm(settings -> settings.putArray("enabledEventTypes").add("PERMISSION_TOKEN_ERROR"));
        roster = Roster.withPartnerKey(environment, realm);
        student = environment.classLink().persona("student");
        teacher = environment.classLink().persona("teacher");
        ofStudent = roster.tokenOf("student");
        ofTeacher = roster.tokenOf("teacher");
        ofService = roster.administratorsToken("roster-administrator");
    }

    @BeforeEach
    void noCallsYet() {
        environment.classLink().clearRequests();
    }

    @AfterEach
    void asItWas() {
        environment.classLink().faults().clear();
        environment.classLink().applications().enabled(DISTRICT, true);
        environment.classLink().switches().set(Switch.ROSTER_SERVICE, RosterService.HONEST);
        environment.classLink().switches().hostileRoster(HostileRoster.NONE);
    }

    // ---- access -----------------------------------------------------------------------------------------

    @Test
    void aTeacherReadsTheirClassesAndTheUsersInThem() {
        JsonNode classes = rows(roster.get(ofTeacher, "teachers/" + teacher.sourcedId() + "/classes"), "classes");
        assertThat(Roster.ids(classes))
                .isNotEmpty()
                .isEqualTo(Roster.ids(roster.atTheSource(DISTRICT, "teachers/" + teacher.sourcedId() + "/classes")
                        .get("classes")));

        String classId = Roster.ids(classes).get(0);
        JsonNode students = rows(roster.get(ofTeacher, "classes/" + classId + "/students?limit=1000"), "users");
        assertThat(students).isNotEmpty().allSatisfy(row -> {
            assertThat(row.get("role").textValue()).isEqualTo("student");
            assertThat(row.has("email")).isTrue();
            assertThat(row.has("phone")).isFalse();
            assertThat(row.has("agents")).isFalse();
            assertThat(row.has("password")).isFalse();
        });
        assertThat(roster.get(ofTeacher, "students/" + Roster.ids(students).get(0))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void theApplicationIdIsSentUnchanged() {
        String id = environment.classLink().applicationId(DISTRICT);

        rows(roster.get(ofService, Roster.MAPLE_VALLEY, "orgs"), "orgs");

        assertThat(id).contains("%43");
        assertThat(asked())
                .isNotEmpty()
                .allMatch(request -> request.path().startsWith("/" + id + "/ims/oneroster/v1p1/"));
    }

    @Test
    void aTeacherReadsOnlyTheStudentsOfTheirClasses() {
        Set<String> expected = new HashSet<>();
        for (String classId : Roster.ids(roster.atTheSource(DISTRICT, "teachers/" + teacher.sourcedId() + "/classes")
                .get("classes"))) {
            roster.atTheSource(DISTRICT, "classes/" + classId + "/students?limit=1000")
                    .get("users")
                    .forEach(row -> {
                        if (row.get("role").textValue().equals("student")) {
                            expected.add(row.get("sourcedId").textValue());
                        }
                    });
        }

        HttpResponse<String> answer = roster.get(ofTeacher, "students?limit=10000");

        assertThat(Roster.ids(rows(answer, "users"))).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(answer.headers().firstValue("X-Total-Count")).contains(Integer.toString(expected.size()));
    }

    @Test
    void aStudentReadsThemselvesTheirClassesAndTheNamesOfTheirTeachers() {
        JsonNode self = Http.json(
                        roster.get(ofStudent, "users/" + student.sourcedId()).body())
                .get("user");
        assertThat(self.get("givenName").textValue()).isEqualTo(student.firstName());

        JsonNode classes = rows(roster.get(ofStudent, "students/" + student.sourcedId() + "/classes"), "classes");
        JsonNode teachers =
                rows(roster.get(ofStudent, "classes/" + Roster.ids(classes).get(0) + "/teachers"), "users");
        assertThat(teachers).isNotEmpty().allSatisfy(row -> {
            assertThat(row.get("familyName").textValue()).isNotBlank();
            assertThat(row.has("email")).isFalse();
            assertThat(row.has("username")).isTrue();
            assertThat(row.has("orgs")).isTrue();
        });
        HttpResponse<String> everybody = roster.get(ofStudent, "students");
        assertThat(Roster.ids(rows(everybody, "users"))).containsExactly(student.sourcedId());
        assertThat(everybody.headers().firstValue("X-Total-Count")).contains("1");
    }

    @Test
    void aGuardianReadsTheirStudents() {
        String ofParent = roster.tokenOf("parent");

        assertThat(Roster.ids(rows(roster.get(ofParent, "students"), "users"))).containsExactly(student.sourcedId());
        assertThat(roster.get(ofParent, "students/" + student.sourcedId()).statusCode())
                .isEqualTo(200);
        assertRefused(roster.get(ofParent, "teachers/" + teacher.sourcedId()), 403, "forbidden");
    }

    @Test
    void aClassLinkAdministratorIsNotARosterAdministrator() {
        String ofTenantAdministrator = roster.tokenOf("tenant-administrator");

        assertRefused(roster.get(ofTenantAdministrator, "students"), 403, "forbidden");
        assertThat(roster.get(ofTenantAdministrator, "schools").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demographics",
                "resources",
                "students/%s",
                "users/%s",
                "classes/none/students",
                "teachers?filter=password='1'"
            })
    void otherUsersDataIsRefusedWithAnEvent(String target) {
        HttpResponse<String> answer = roster.get(ofStudent, target.formatted("S999999"));

        assertRefused(answer, 403, "forbidden");
        JsonNode event = realm.state().events("PERMISSION_TOKEN_ERROR").get(0);
        assertThat(event.at("/details/reason").textValue()).isEqualTo("refused");
        assertThat(event.at("/details/classlink_roster").textValue()).doesNotContain("S999999");
    }

    @ParameterizedTest
    @ValueSource(strings = {"orgs", "schools", "courses", "terms", "academicSessions", "gradingPeriods"})
    void everyUserWithTheScopeReadsAcademicSessionsAndOrgs(String collection) {
        assertThat(roster.get(ofStudent, collection).statusCode()).isEqualTo(200);
        assertThat(roster.get(roster.tokenOf("user-without-sourcedid"), collection)
                        .statusCode())
                .isEqualTo(200);
    }

    // ---- districts -------------------------------------------------------------------------------------------------

    @Test
    void anAdministratorReadsADistrictUnchanged() {
        HttpResponse<String> answer = roster.get(ofService, Roster.MAPLE_VALLEY, "users?limit=50&offset=10");
        JsonNode source = roster.atTheSource(DISTRICT, "users?limit=50&offset=10&sort=sourcedId");

        assertThat(Roster.ids(rows(answer, "users"))).isEqualTo(Roster.ids(source.get("users")));
        assertThat(rows(answer, "users")).allSatisfy(row -> {
            assertThat(row.has("phone")).isTrue();
            assertThat(row.has("password")).isFalse();
        });
        assertThat(Integer.parseInt(answer.headers().firstValue("X-Total-Count").orElseThrow()))
                .isGreaterThan(60);
        assertThat(answer.headers().firstValue("Link").orElseThrow())
                .contains("offset=60")
                .contains("/tenants/2/");
        assertThat(roster.get(ofService, Roster.MAPLE_VALLEY, "demographics").statusCode())
                .isEqualTo(200);
    }

    /** A service that sends fewer rows than requested without saying so. */
    @ParameterizedTest
    @ValueSource(strings = {"students", "classes", "enrollments", "schools", "courses", "schools/%s/students"})
    void aPageWithFewerRowsIsCompleted(String pattern) {
        String school = Roster.ids(
                        roster.atTheSource(DISTRICT, "schools?limit=1").get("orgs"))
                .get(0);
        String collection = pattern.formatted(school);
        JsonNode source = roster.atTheSource(DISTRICT, collection + "?limit=60&sort=sourcedId");
        environment.classLink().switches().set(Switch.ROSTER_SERVICE, RosterService.CLAMPS_PAGES);

        HttpResponse<String> answer =
                roster.get(ofService, Roster.MAPLE_VALLEY, collection + "?limit=60&fields=sourcedId,clamped");

        JsonNode rows = Http.json(answer.body()).elements().next();
        assertThat(Roster.ids(rows))
                .isNotEmpty()
                .isEqualTo(Roster.ids(source.elements().next()));
        assertThat(answer.headers().firstValue("X-Total-Count")).isEmpty();
        assertThat(answer.headers().firstValue("Link").isPresent()).isEqualTo(rows.size() == 60);
    }

    @Test
    void theSourcesHeadersArePassedOnToAdministrators() {
        HttpResponse<String> answer = roster.get(ofService, Roster.MAPLE_VALLEY, "students?limit=7");

        assertThat(answer.headers().firstValue("X-Count")).contains("7");
        assertThat(answer.headers().firstValue("X-Perm-Rev")).isPresent();
        HttpResponse<String> past = roster.get(ofService, Roster.MAPLE_VALLEY, "students?limit=7&offset=900000000");
        assertThat(rows(past, "users")).isEmpty();
        assertThat(past.headers().firstValue("Link")).isEmpty();
    }

    @Test
    void anAdministratorOfOneDistrictReadsThatDistrict() {
        TestRealm other = environment.newRealm();
        Roster own = Roster.withPartnerKey(environment, other);
        String token = own.administratorsToken("roster-administrator-2222");

        assertThat(own.get(token, "2222", "students").statusCode()).isEqualTo(200);
        assertRefused(own.get(token, Roster.MAPLE_VALLEY, "students"), 403, "forbidden");
    }

    @Test
    void otherUsersCannotReadAnotherDistrict() {
        assertRefused(roster.get(ofTeacher, "2222", "schools"), 403, "forbidden");
        assertThat(roster.get(ofTeacher, Roster.MAPLE_VALLEY, "schools").statusCode())
                .as("their own district")
                .isEqualTo(200);
        assertRefused(roster.get(ofService, "students"), 403, "forbidden");
    }

    @Test
    void anUnlistedDistrictIsRefused() {
        HttpResponse<String> answer = roster.get(ofService, "77777", "schools");

        assertRefused(answer, 403, "forbidden");
        assertThat(answer.body()).contains("ClassLink does not list this district");
    }

    @Test
    void aDistrictThatDisabledTheAppIsRefused() {
        environment.classLink().applications().enabled("harborpoint", false);
        TestRealm other = environment.newRealm();
        Roster own = Roster.withPartnerKey(environment, other);

        HttpResponse<String> answer = own.get(own.administratorsToken("roster-administrator"), "2222", "schools");

        environment.classLink().applications().enabled("harborpoint", true);
        assertRefused(answer, 403, "forbidden");
        assertThat(answer.body()).contains("does not share its roster");
    }

    @Test
    void anIdMayContainAnyCharacter() {
        Persona odd = environment.classLink().persona("odd-sourcedid");
        String token = roster.tokenOf("odd-sourcedid");

        HttpResponse<String> answer = roster.get(token, "users/7%7Cnorth%2F2%20b");

        assertThat(Http.json(answer.body()).at("/user/sourcedId").textValue()).isEqualTo(odd.sourcedId());
    }

    @Test
    void linksPointToTheGateway() {
        JsonNode classes = rows(roster.get(ofTeacher, "classes"), "classes");

        assertThat(classes)
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.at("/school/href").textValue())
                        .startsWith(roster.address("orgs/").toString()));
    }

    @Test
    void fieldsAndPaginationWork() {
        HttpResponse<String> first =
                roster.get(ofService, Roster.MAPLE_VALLEY, "students?limit=2&fields=sourcedId,grades");

        assertThat(rows(first, "users"))
                .hasSize(2)
                .allSatisfy(row -> assertThat(row.properties())
                        .extracting(Map.Entry::getKey)
                        .containsExactlyInAnyOrder("sourcedId", "grades"));
        String next = first.headers().firstValue("Link").orElseThrow().replaceAll("^<(.*)>.*", "$1");
        HttpResponse<String> second = new Http().send(Roster.request(ofService, URI.create(next)));
        assertThat(Roster.ids(rows(second, "users")))
                .hasSize(2)
                .doesNotContainAnyElementsOf(Roster.ids(rows(first, "users")));
    }

    // ---- tokens and requests ---------------------------------------------------------------------------------------

    @Nested
    class TheBearer {

        @Test
        void isRequired() {
            HttpResponse<String> answer = new Http().send(HttpRequest.newBuilder(roster.address("schools")));

            assertRefused(answer, 401, "unauthorisedrequest");
            assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer error=\"invalid_token\"");
        }

        @Test
        void isRefusedAfterItsSessionEnds() {
            String token = roster.tokenOf("teacher-of-two-schools");
            AdminApi.require(
                    realm.admin()
                            .post(
                                    "/realms/" + realm.name() + "/users/"
                                            + realm.state()
                                                    .user(environment
                                                                    .classLink()
                                                                    .persona("teacher-of-two-schools")
                                                                    .loginId()
                                                            + ".2")
                                                    .get("id")
                                                    .textValue()
                                            + "/logout",
                                    Http.json("{}")),
                    "logout");

            assertRefused(roster.get(token, "schools"), 401, "unauthorisedrequest");
        }

        @Test
        void isRefusedIfItIsInvalid() {
            assertRefused(roster.get(ofTeacher + "x", "schools"), 401, "unauthorisedrequest");
            assertRefused(roster.get("e30.e30.AAAA", "schools"), 401, "unauthorisedrequest"); // JOSE header {}
        }

        @Test
        void isRefusedWithoutTheScope() {
            String token = realm.tokensOf("student").get("access_token").textValue();

            assertRefused(roster.get(token, "schools"), 403, "forbidden");
        }

        /** RFC 9449: the token is not accepted without its proof. */
        @Test
        void boundToAKeyIsRefusedWithoutAProof() {
            realm.configureClient(
                    TestRealm.APP, app -> ((ObjectNode) app.get("attributes")).put("dpop.bound.access.tokens", "true"));
            HttpResponse<String> answer = roster.get(ofTeacher, "schools");
            realm.configureClient(
                    TestRealm.APP,
                    app -> ((ObjectNode) app.get("attributes")).put("dpop.bound.access.tokens", "false"));

            assertRefused(answer, 401, "unauthorisedrequest");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "users?limit=0, 400, invaliddata",
        "users?orderBy=dsc, 400, invaliddata",
        "users?filter=x, 400, invalid_filter_field",
        "users?fields=%3B, 400, invalid_selection_field",
        "lineItems, 404, unknownobject",
        "users/..%2F..%2Fapplications, 404, unknownobject",
        "users/%252e%252e%252fapplications, 404, unknownobject",
        "applications, 404, unknownobject"
    })
    void anUnsupportedRequestIsNotForwarded(String target, int status, String codeMinor) {
        assertRefused(roster.get(ofStudent, target), status, codeMinor);
        assertThat(asked()).isEmpty();
    }

    /** Keycloak up to 26.8.0 treats it as a parameter separator and would truncate the filter. */
    @ParameterizedTest
    @ValueSource(strings = {";", "%3B"})
    void aSemicolonIsKeptInAValue(String semicolon) {
        HttpResponse<String> answer =
                roster.get(ofStudent, "schools?filter=name%3D%27Maple" + semicolon + "limit=0%27&limit=5");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Total-Count")).contains("0");
    }

    @Test
    void anInvalidPercentEncodingIsRefused() throws IOException {
        URI gateway = roster.address("schools");
        try (Socket socket = new Socket(gateway.getHost(), gateway.getPort())) {
            socket.getOutputStream()
                    .write(("GET " + gateway.getPath()
                                    + "?filter=%zz HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + ofStudent
                                    + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    /** Real clients send these; the last two send a collection's query for a single object. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "schools/?limit=",
                "schools?filter=&fields=&sort=&orderBy=&offset=",
                "schools?orderBy=ASC&access_token=x&page=1",
                "schools?limit=50000",
                "terms/?limit=1&foo",
                "orgs/%s?limit=10&offset=x&sort=sourcedId",
                "orgs/%s/?filter=x"
            })
    void parametersWithoutEffectAreIgnored(String target) {
        String district = Roster.ids(
                        roster.atTheSource(DISTRICT, "orgs?limit=1").get("orgs"))
                .get(0);

        HttpResponse<String> answer = roster.get(ofStudent, target.formatted(district));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/ims/oneroster/v1p2/schools",
                "/ims/oneroster/rostering/v1p2/users",
                "/ims/oneroster/v1p1",
                "/ims",
                "/tenants/2",
                "/tenants/2/ims/oneroster/v1p2/users",
                "/oneroster/v1p1/schools",
                "/ims/x/ims/oneroster/v1p1/schools"
            })
    void otherApiRootsReturnOneRosterErrors(String path) {
        HttpResponse<String> answer =
                new Http().send(Roster.request(ofService, realm.url("/classlink/" + TestRealm.ALIAS + path)));

        assertRefused(answer, 404, "unknownobject");
        assertThat(asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH"})
    void writesAreRefused(String method) {
        HttpResponse<String> answer = new Http()
                .send(Roster.request(ofService, roster.address("schools"))
                        .method(method, HttpRequest.BodyPublishers.ofString("{}")));

        assertThat(answer.statusCode()).isEqualTo(405);
    }

    @Test
    void headReturnsHeadersWithoutABody() {
        HttpResponse<String> answer = new Http()
                .send(Roster.request(ofStudent, roster.address("schools"))
                        .method("HEAD", HttpRequest.BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Total-Count")).isPresent();
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void corsAllowsTheAppsOriginsOnly() {
        realm.configureClient(TestRealm.APP, app -> app.putArray("webOrigins").add("https://app.example"));

        HttpResponse<String> preflight = new Http()
                .send(HttpRequest.newBuilder(roster.address("schools"))
                        .header("Origin", "https://app.example")
                        .header("Access-Control-Request-Method", "GET")
                        .header("Access-Control-Request-Headers", "authorization")
                        .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
        HttpResponse<String> own = new Http()
                .send(Roster.request(ofStudent, roster.address("schools")).header("Origin", "https://app.example"));
        HttpResponse<String> foreign = new Http()
                .send(Roster.request(ofStudent, roster.address("schools")).header("Origin", "https://evil.example"));

        assertThat(preflight
                        .headers()
                        .firstValue("Access-Control-Allow-Headers")
                        .orElseThrow())
                .containsIgnoringCase("authorization");
        assertThat(String.join(",", preflight.headers().allValues("Access-Control-Allow-Headers")))
                .containsIgnoringCase("if-none-match");
        assertThat(own.headers().firstValue("Access-Control-Allow-Origin")).contains("https://app.example");
        assertThat(own.headers().firstValue("Access-Control-Expose-Headers").orElseThrow())
                .contains("X-Total-Count");
        assertThat(foreign.statusCode()).isEqualTo(403);
    }

    // ---- caching and limits ----------------------------------------------------------------------------------------

    @Test
    void sharedCollectionsAreCachedForAMinuteWithAnETag() {
        HttpResponse<String> first = roster.get(ofStudent, "courses?limit=7");
        environment.classLink().clearRequests();
        HttpResponse<String> second = roster.get(ofTeacher, "courses?limit=7");
        String tag = second.headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> third = new Http()
                .send(Roster.request(ofStudent, roster.address("courses?limit=7"))
                        .header("If-None-Match", tag));

        assertThat(second.body()).isEqualTo(first.body());
        assertThat(asked()).isEmpty();
        assertThat(third.statusCode()).isEqualTo(304);
        assertThat(first.headers().firstValue("Cache-Control")).contains("private, max-age=60");
        assertThat(roster.get(ofStudent, "students").headers().firstValue("Cache-Control"))
                .contains("no-store");
    }

    @Test
    void aChangeOfSharingClearsTheCache() {
        roster.get(ofStudent, "courses?limit=8");
        environment.classLink().applications().changePermissions(DISTRICT);
        roster.get(ofStudent, "courses?limit=9"); // detects the change
        environment.classLink().clearRequests();

        roster.get(ofStudent, "courses?limit=8");

        assertThat(asked()).hasSize(1);
    }

    @Test
    void aClientOverItsRateLimitIsRejected() {
        TestRealm busy = environment.newRealm();
        Roster own = Roster.withPartnerKey(environment, busy);
        busy.configure("rosterRequestsPerMinute", "1");
        String token = own.tokenOf("student");
        own.get(token, "schools");

        // Two consecutive requests, because a minute may end between any other two.
        HttpResponse<String> second = own.get(token, "schools");
        HttpResponse<String> third = own.get(token, "schools");

        assertThat(List.of(second.statusCode(), third.statusCode())).contains(429);
        HttpResponse<String> refused = second.statusCode() == 429 ? second : third;
        assertRefused(refused, 429, "server_busy");
        assertThat(Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(1, 60);
    }

    // ---- faults -------------------------------------------------------------------------------------------------

    @Nested
    class GivenAFaultyRosterService {

        @Test
        void thatIsBusyTwice_thenTheThirdAttemptSucceeds() {
            environment
                    .classLink()
                    .faults()
                    .inject(Endpoint.ROSTER, Fault.status(503))
                    .times(2);

            assertThat(fresh("schools").statusCode()).isEqualTo(200);
            assertThat(asked()).hasSize(3);
        }

        @ParameterizedTest
        @CsvSource({"429, 429", "503, 503", "500, 503", "502, 502", "504, 504"})
        void thatStaysBusy_thenItsStatusAndRetryAfterAreReturned(int fault, int status) {
            environment.classLink().faults().inject(Endpoint.ROSTER, Fault.status(fault));

            HttpResponse<String> answer = fresh("users/" + student.sourcedId());

            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            assertThat(Http.json(answer.body())
                            .at("/statusInfoSet/0/imsx_codeMajor")
                            .textValue())
                    .isEqualTo("failure");
            assertThat(asked()).hasSize(4);
        }

        @Test
        void withARetryAfterBeyondTheDeadline_thenTheCallIsNotRepeated() {
            environment
                    .classLink()
                    .faults()
                    .inject(Endpoint.ROSTER, Fault.status(503).retryAfter(120));

            HttpResponse<String> answer = fresh("schools");

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).contains("120");
            assertThat(asked()).hasSize(1);
        }

        @Test
        void thatRejectsALargePage_thenItIsReadInHalves() {
            environment
                    .classLink()
                    .faults()
                    .inject(Endpoint.ROSTER, Fault.status(504))
                    .times(2);

            HttpResponse<String> answer = roster.get(ofService, Roster.MAPLE_VALLEY, "students?limit=200");

            assertThat(rows(answer, "users")).hasSize(200);
            assertThat(asked().stream().map(request -> request.parameters().get("limit")))
                    .containsExactly("200", "200", "100", "100");
        }

        @Test
        void thatResetsTheConnection_thenTheCallIsRepeated() {
            environment
                    .classLink()
                    .faults()
                    .inject(Endpoint.ROSTER, Fault.reset())
                    .times(1);

            assertThat(fresh("schools").statusCode()).isEqualTo(200);
        }

        @Test
        void thatDoesNotSupportARead_thenItIsTriedOnce() {
            environment.classLink().faults().inject(Endpoint.ROSTER, Fault.status(501));

            assertThat(fresh("schools").statusCode()).isEqualTo(502);
            assertThat(asked()).hasSize(1);
        }

        @ParameterizedTest
        @EnumSource(names = {"DEEP_ROW", "WIDE_ROW", "SAME_ROWS"})
        void thatIsHostile_then502(HostileRoster kind) {
            environment.classLink().switches().hostileRoster(kind);

            assertRefused(roster.get(ofService, Roster.MAPLE_VALLEY, "users?limit=100"), 502, "internal_server_error");
        }

        /** Never returns 200 with fewer rows. */
        @ParameterizedTest
        @ValueSource(strings = {"truncated", "malformed", "wrong shape", "wrong type", "empty", "redirect", "oversize"})
        void thatSendsInvalidData_then502(String kind) {
            Fault fault =
                    switch (kind) {
                        case "truncated" -> Fault.truncated();
                        case "malformed" -> Fault.malformedJson();
                        case "wrong shape" -> Fault.wrongShape();
                        case "wrong type" -> Fault.wrongType();
                        case "empty" -> Fault.empty();
                        case "redirect" -> Fault.redirect("http://localhost:1/");
                        default -> Fault.oversize(40_000_000);
                    };
            environment.classLink().faults().inject(Endpoint.ROSTER, fault);

            assertRefused(fresh("schools"), 502, "internal_server_error");
        }

        @Test
        void whoseBearerChanged_thenTheNewOneIsFetchedOnce() {
            fresh("terms");
            environment.classLink().applications().rotateBearer(DISTRICT);
            environment.classLink().clearRequests();

            assertThat(fresh("terms?limit=3").statusCode()).isEqualTo(200);
            assertThat(asked()).hasSize(2);
        }

        @Test
        void thatRejectsTheCurrentBearer_thenTheDistrictWithdrewAccess() {
            fresh("terms");
            environment.classLink().faults().inject(Endpoint.ROSTER, Fault.status(401));
            environment.classLink().clearRequests();

            HttpResponse<String> answer = fresh("terms?limit=4");

            assertRefused(answer, 403, "forbidden");
            assertThat(answer.body()).contains("withdrawn");
            assertThat(asked()).hasSize(1);
        }

        @Test
        void thenTheLogNamesTheFailedSideButNoUser() {
            environment.classLink().faults().inject(Endpoint.ROSTER, Fault.status(500));
            fresh("users/" + student.sourcedId());

            assertThat(environment.logOf(realm))
                    .anyMatch(line -> line.contains("A roster request failed. reason=source_unavailable: roster service"
                                    + " returned status 500")
                            && line.contains("path=users/{}"))
                    .noneMatch(line -> line.contains(student.sourcedId()));
        }
    }

    // ---- the user's own token ------------------------------------------------------------------------------------

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class WithTheUsersOwnToken {

        private TestRealm own;
        private Roster rosters;

        @BeforeAll
        void aRealmWithoutAPartnerKey() {
            own = environment.newRealm();
            rosters = Roster.withUserToken(environment, own);
        }

        @Test
        void theRosterIsReadWithTheUsersToken() {
            String token = rosters.tokenOf("teacher");

            assertThat(rows(rosters.get(token, "classes"), "classes")).isNotEmpty();
            assertThat(asked()).allMatch(request -> request.path().startsWith("/ims/oneroster/v1p1/"));
        }

        @Test
        void administratorsCannotReadAnotherDistrict() {
            assertRefused(
                    rosters.get(rosters.administratorsToken("roster-administrator"), "2222", "schools"),
                    403,
                    "forbidden");
        }

        @Test
        void aTokenExpiredByClassLinkIsRefreshedOnce() {
            environment.classLink().tokenMode(TokenMode.GUIDE);
            String token = rosters.tokenOf("student");
            environment.classLink().expireTokens();
            environment.classLink().clearRequests();

            assertThat(rosters.get(token, "terms").statusCode()).isEqualTo(200);
            assertThat(environment.classLink().requests().stream()
                            .filter(request ->
                                    "refresh_token".equals(request.parameters().get("grant_type"))))
                    .hasSize(1);
        }

        @Test
        void aRevokedGrantRequiresANewLogin() {
            environment.classLink().tokenMode(TokenMode.CLASSLINK);
            String token = rosters.tokenOf("parent");
            environment.classLink().expireTokens();

            HttpResponse<String> answer = rosters.get(token, "gradingPeriods");

            assertRefused(answer, 403, "forbidden");
            assertThat(answer.body()).contains("ask the user to sign in with ClassLink again");
        }
    }

    @Test
    void isNotFoundIfSwitchedOff() {
        TestRealm off = environment.newRealm();
        Roster own = Roster.withPartnerKey(environment, off);
        String token = own.tokenOf("student");
        off.configure("rosterMode", "off");
        assertRefused(own.get(token, "schools"), 404, "unknownobject");

        off.configure("rosterMode", "partner-key");
        off.configure(provider -> provider.put("enabled", false));
        assertRefused(own.get(token, "schools"), 404, "unknownobject");
    }

    @Test
    void aPartnerKeyMissingFromTheVaultIsAConfigurationError() {
        TestRealm forgetful = environment.newRealm();
        Roster own = Roster.withPartnerKey(environment, forgetful);
        forgetful.configure("partnerKey", "${vault.another-key}");

        HttpResponse<String> answer = own.get(own.tokenOf("student"), "schools");

        assertRefused(answer, 500, "internal_server_error");
        assertThat(answer.body()).contains("vault has no partner key");
    }

    @Test
    void keysAndBearersNeverLeaveTheServer() {
        String log = environment.log();
        String metrics = environment.metrics();
        for (String secret :
                List.of(Roster.partnerKey(), environment.classLink().districtBearer(DISTRICT), ofTeacher)) {
            assertThat(log).doesNotContain(secret);
            assertThat(metrics).doesNotContain(secret);
        }
        assertThat(metrics).contains("classlink_roster_requests_seconds_count");
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    /** A request that was not sent before, so that the response does not come from the cache. */
    private HttpResponse<String> fresh(String target) {
        questions++;
        return roster.get(
                ofService,
                Roster.MAPLE_VALLEY,
                target + (target.contains("?") ? "&" : "?") + "fields=sourcedId,question" + questions);
    }

    private List<RecordedRequest> asked() {
        return environment.classLink().requests().stream()
                .filter(request -> request.endpoint() == Endpoint.ROSTER)
                .toList();
    }

    private static JsonNode rows(HttpResponse<String> answer, String key) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Http.json(answer.body()).get(key);
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String codeMinor) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode info = Http.json(answer.body()).at("/statusInfoSet/0");
        assertThat(info.get("imsx_codeMajor").textValue()).isEqualTo("failure");
        assertThat(info.get("imsx_codeMinor").textValue()).isEqualTo(codeMinor);
        assertThat(info.get("imsx_description").textValue()).isNotBlank();
    }
}
