package io.github.k12sso.classlink.it.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jsoup.Jsoup;
import org.jsoup.parser.Parser;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A user's current classes as groups, in tokens and in SAML assertions. */
@WithTestEnvironment
class ClassesIT {

    private static final String SCOPE = Roster.CLASSES_SCOPE;
    private static final String MAPLE = "maplevalley";
    private static final String TEMPLATE = "/classes/${tenant_id}/${class_title}/${class_role}";
    private static final String ORLA = "5678_T5678-0005";
    private static final String TWYLA = "5678_T5678-0006";
    private static final String MIRA = "4801508017";

    private TestEnvironment environment;
    private TestRealm realm;
    private Roster roster;

    @BeforeEach
    void aRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        roster = Roster.withPartnerKey(environment, realm);
        Stream.of(MAPLE, "harborpoint").forEach(district -> term(district, -100, 100));
    }

    // ---- groups ----------------------------------------------------------------------------------------------------

    @Test
    void teachersAndStudentsAreInSeparateGroupsOfTheirClasses() {
        group(TEMPLATE);
        realm.tokensOf("teacher");
        realm.tokensOf("student");

        assertThat(groupsOf("teacher"))
                .hasSize(3)
                .containsExactlyInAnyOrderElementsOf(titles("teachers/" + ORLA + "/classes").stream()
                        .map(title -> "/classes/2/" + title + "/teacher")
                        .toList());
        assertThat(groupsOf("student"))
                .hasSize(4)
                .containsExactlyInAnyOrderElementsOf(titles("users/" + MIRA + "/classes").stream()
                        .map(title -> "/classes/2/" + title + "/student")
                        .toList());
    }

    @Test
    void everyPlaceholderHasAValue() {
        edit("teachers/" + ORLA + "/classes", rows -> List.of(rows.get(0).put("classCode", "M/7")));
        group("/c/${class_id}/${class_code}/${course_title}/${school_name} ${school_id}/${term} ${class_title}");
        realm.tokensOf("teacher");

        JsonNode of = roster.atTheSource(MAPLE, "teachers/" + ORLA + "/classes")
                .get("classes")
                .get(0);
        String school = of.at("/school/sourcedId").textValue();
        assertThat(groupsOf("teacher"))
                .containsExactly("/c/" + of.get("sourcedId").textValue() + "/M~17/"
                        + title("courses/" + of.at("/course/sourcedId").textValue(), "title") + "/"
                        + title("orgs/" + school, "name") + " " + school + "/Full Year "
                        + of.get("title").textValue());
    }

    @Test
    void aStudentWhoLeavesAClassIsRemovedFromItsGroup() {
        group(TEMPLATE);
        realm.tokensOf("student");
        realm.tokensOf("teacher");
        List<String> before = groupsOf("student");
        List<String> ofTeacher = groupsOf("teacher");

        edit("users/" + MIRA + "/classes", rows -> rows.subList(1, rows.size()));
        realm.tokensOf("student");

        assertThat(groupsOf("student")).hasSize(before.size() - 1).isSubsetOf(before);
        assertThat(groupsOf("teacher")).isEqualTo(ofTeacher);
    }

    @Test
    void aCoTeacherIsATeacherOfTheClass() {
        edit("teachers/" + TWYLA + "/classes", rows -> classes("teachers/" + ORLA + "/classes"));
        group(TEMPLATE);
        realm.tokensOf("teacher");
        realm.tokensOf("teacher-of-two-schools");

        assertThat(groupsOf("teacher-of-two-schools")).hasSize(3).isEqualTo(groupsOf("teacher"));
    }

    @Test
    void longTitlesAndTitlesWithSlashesAreGroupNames() {
        String longTitle = "x".repeat(300);
        edit(
                "users/" + MIRA + "/classes",
                rows -> List.of(rows.get(0).put("title", "Math/7"), rows.get(1).put("title", longTitle)));
        group("/classes/${tenant_id}/${class_title}");
        JsonNode tokens = tokens("student");

        assertThat(groupsOf("student"))
                .hasSize(2)
                .contains("/classes/2/Math~17")
                .anyMatch(path -> path.matches("/classes/2/x+~x[0-9a-f]{12}"));
        assertThat(payload(tokens, "id_token").at("/classes/1/title").textValue())
                .isEqualTo("x".repeat(255));

        edit("users/" + MIRA + "/classes", rows -> List.of());
        realm.tokensOf("student");
        assertThat(groupsOf("student")).isEmpty();
    }

    @Test
    void membershipsEndWithTheTerm() {
        group(TEMPLATE);
        realm.tokensOf("student");
        assertThat(groupsOf("student")).hasSize(4);

        // Another school year; the node caches academic sessions for a minute.
        edit("users/" + MIRA + "/classes", rows -> {
            rows.forEach(row -> ((ObjectNode) row.get("terms").get(0)).put("sourcedId", "GP1"));
            return rows;
        });
        edit("academicSessions/GP1", rows -> dated(rows, -100, -10));
        realm.tokensOf("student");

        assertThat(groupsOf("student")).isEmpty();
    }

    @Test
    void gradingPeriodsCountAsTerms() {
        // One class has all quarters, another the trimesters, a third the first two quarters.
        Map.of("GP1", -100, "GP2", -50, "GP3", -10, "GP4", 50, "TR1", -60, "TR2", -10, "TR3", 50)
                .forEach((id, fromDays) -> environment
                        .classLink()
                        .applications()
                        .rosters()
                        .set("willowcreek", "academicSessions/" + id, rows -> dated(rows, fromDays, fromDays + 30)));
        group("/classes/${term}/${class_title}");

        realm.tokensOf("outsider");

        assertThat(groupsOf("outsider"))
                .hasSize(2)
                .anyMatch(path -> path.startsWith("/classes/Quarter 3/"))
                .anyMatch(path -> path.startsWith("/classes/Trimester 2/"));
    }

    @Test
    void missingFieldsAreTreatedAsEmpty() {
        group(TEMPLATE);
        List<String> personas = List.of("student", "student-without-email");
        personas.forEach(realm::tokensOf);
        List<List<String>> before = personas.stream().map(this::groupsOf).toList();
        environment.classLink().switches().set(Switch.EMPTY_STRINGS, false);
        try {
            personas.forEach(realm::tokensOf);
        } finally {
            environment.classLink().switches().set(Switch.EMPTY_STRINGS, true);
        }

        assertThat(personas.stream().map(this::groupsOf).toList()).isEqualTo(before);
        assertThat(before.get(0)).hasSize(4);
    }

    @Test
    void districtsHaveSeparateGroups() {
        group(TEMPLATE);
        realm.tokensOf("twin-maple");
        realm.tokensOf("twin-harbor");

        assertThat(groupsOf("twin-maple")).isNotEmpty().allMatch(path -> path.startsWith("/classes/2/"));
        assertThat(groupsOf("twin-harbor")).isNotEmpty().allMatch(path -> path.startsWith("/classes/2222/"));
    }

    @Test
    void everyKindOfRosterAccessGivesTheSameClasses() {
        group(TEMPLATE);
        realm.tokensOf("student");
        List<String> expected = groupsOf("student");
        TestRealm ofTokens = environment.newRealm();
        Roster.withUserToken(environment, ofTokens);
        TestRealm ofKeys = environment.newRealm();
        Roster.withDistrictKeys(environment, ofKeys, Roster.MAPLE_VALLEY);

        for (TestRealm other : List.of(ofTokens, ofKeys)) {
            realm = other;
            group(TEMPLATE);
            realm.tokensOf("student");
            assertThat(groupsOf("student")).isEqualTo(expected);
        }
    }

    static Stream<Fault> faults() {
        return Stream.of(
                Fault.status(503).retryAfter(60), Fault.status(403), Fault.malformedJson(), Fault.wrongShape());
    }

    @ParameterizedTest
    @MethodSource("faults")
    void ifTheRosterIsUnavailableTheLoginWorksAndMembershipsAreKept(Fault fault) {
        roster.putClassesIntoTokens();
        group(TEMPLATE);
        realm.tokensOf("student");
        List<String> before = groupsOf("student");

        environment.classLink().faults().inject(Endpoint.ROSTER, fault);
        JsonNode claims = payload(tokensWithScope("student"), "id_token");

        assertThat(groupsOf("student")).hasSize(4).isEqualTo(before);
        assertThat(claims.has("classes")).isFalse();
        assertThat(claims.at("/district/id").textValue()).isEqualTo("2");
        assertThat(environment.logOf(realm))
                .filteredOn(line -> line.contains("classes_unavailable"))
                .hasSize(1);
    }

    @Test
    void withoutRosterAccessNothingChanges() {
        group(TEMPLATE);
        realm.tokensOf("student");
        List<String> before = groupsOf("student");

        environment.removeFromVault(realm, "partner-key");
        realm.tokensOf("student");
        realm.configure("rosterMode", "off");
        realm.tokensOf("student");

        assertThat(groupsOf("student")).hasSize(4).isEqualTo(before);
    }

    @Test
    @Full // waits for the roster
    void anUnresponsiveRosterDelaysALoginBrieflyAndIsThenSkipped() {
        group(TEMPLATE);
        realm.tokensOf("student");
        environment.classLink().faults().inject(Endpoint.ROSTER, Fault.stall(Duration.ofSeconds(30)));

        for (int login = 0; login < 3; login++) {
            assertThat(took(() -> realm.tokensOf("student"))).isLessThan(Duration.ofSeconds(12));
        }
        assertThat(took(() -> realm.tokensOf("student"))).isLessThan(Duration.ofSeconds(3));
        assertThat(groupsOf("student")).hasSize(4);
    }

    @Test
    void theRosterIsReadOnlyIfAMapperUsesIt() {
        realm.tokensOf("student");

        assertThat(environment.classLink().requests())
                .noneMatch(request ->
                        request.endpoint() == Endpoint.ROSTER || request.endpoint() == Endpoint.APPLICATIONS);
    }

    // ---- tokens ----------------------------------------------------------------------------------------------------

    @Test
    void tokensAndUserinfoHaveTheClasses() {
        JsonNode tokens = tokens("teacher");

        JsonNode idToken = payload(tokens, "id_token");
        assertThat(idToken.get("classes")).hasSize(3).allSatisfy(each -> {
            assertThat(each.get("role").textValue()).isEqualTo("teacher");
            assertThat(each.get("id").textValue()).isNotBlank();
            assertThat(each.get("title").textValue()).contains("Section");
            assertThat(each.get("school").textValue())
                    .isEqualTo(idToken.at("/school/0/id").textValue());
            assertThat(each.has("schoolName")).isFalse();
        });
        assertThat(idToken.at("/school/0/name").textValue()).contains("School");
        assertThat(idToken.at("/district/id").textValue()).isEqualTo("2");
        assertThat(payload(tokens, "access_token").get("classes")).isEqualTo(idToken.get("classes"));
        assertThat(userinfo(tokens).get("classes")).isEqualTo(idToken.get("classes"));
    }

    @Test
    void refreshedAndOfflineTokensKeepTheClasses() {
        roster.putClassesIntoTokens();
        WebPage callback =
                realm.login(realm.newBrowser(), "student", realm.loginRequest("openid offline_access " + SCOPE));
        JsonNode tokens = realm.redeem(callback, TestRealm.APP, TestRealm.APP_SECRET);
        environment.classLink().clearRequests();

        JsonNode refreshed = Http.json(AdminApi.require(
                        realm.tokenEndpoint(Map.of(
                                "grant_type",
                                "refresh_token",
                                "client_id",
                                TestRealm.APP,
                                "client_secret",
                                TestRealm.APP_SECRET,
                                "refresh_token",
                                tokens.get("refresh_token").textValue())),
                        "refresh")
                .body());

        assertThat(payload(refreshed, "id_token").get("classes"))
                .hasSize(4)
                .isEqualTo(payload(tokens, "id_token").get("classes"));
        assertThat(environment.classLink().requests()).isEmpty();
    }

    @Test
    void withoutTheScopeATokenHasNoClasses() {
        roster.putClassesIntoTokens();

        assertThat(payload(realm.tokensOf("student"), "access_token").has("classes"))
                .isFalse();
    }

    @Test
    void aTeacherOfManyClassesHasAllGroupsAndAnOverflowClaim() {
        edit("teachers/" + ORLA + "/classes", rows -> many(rows.get(0), 60));
        group("/classes/${tenant_id}/${class_id}");
        JsonNode claims = payload(tokens("teacher"), "id_token");

        assertThat(groupsOf("teacher")).hasSize(60);
        assertThat(claims.has("classes")).isFalse();
        assertThat(claims.get("classes_omitted").booleanValue()).isTrue();
    }

    @Test
    void moreClassesThanTheLimitChangeNothing() {
        group("/classes/${tenant_id}/${class_id}");
        realm.tokensOf("teacher");
        edit("teachers/" + ORLA + "/classes", rows -> many(rows.get(0), 201));
        realm.tokensOf("teacher");

        assertThat(groupsOf("teacher")).hasSize(3);
    }

    // ---- SAML ------------------------------------------------------------------------------------------------------

    /** docs/develop/classes.md has this client. */
    @Test
    void aSamlAppGetsAnAttribute() {
        AdminApi.require(
                realm.admin()
                        .post(
                                "/realms/" + realm.name() + "/clients",
                                document("docs/develop/examples/saml-classes.json")),
                "SAML app");
        roster.putClassesIntoTokens();
        Browser browser = realm.newBrowser();
        realm.login(browser, "teacher", realm.loginRequest("openid"));
        WebPage page = browser.open(realm.url("/protocol/saml/clients/library"));

        String response =
                page.document().selectFirst("input[name=SAMLResponse]").val();
        String assertion = new String(Base64.getDecoder().decode(response), StandardCharsets.UTF_8);
        assertThat(Jsoup.parse(assertion, Parser.xmlParser())
                        .select("saml|Attribute[Name=classes] saml|AttributeValue")
                        .eachText())
                .hasSize(3)
                .allMatch(value -> value.startsWith("teacher:"));
    }

    // ---- helpers of these tests ------------------------------------------------------------------------------------

    private void group(String template) {
        new ProviderMappers(realm)
                .add(
                        "classes",
                        "classlink-group-mapper",
                        "FORCE",
                        Map.of("groupTemplate", template, "groupSource", "roster-classes"));
    }

    private static JsonNode document(String file) {
        try {
            return Http.json(Files.readString(Path.of("..").resolve(file)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private JsonNode tokens(String persona) {
        roster.putClassesIntoTokens();
        return tokensWithScope(persona);
    }

    private JsonNode tokensWithScope(String persona) {
        WebPage callback = realm.login(realm.newBrowser(), persona, realm.loginRequest("openid " + SCOPE));
        return realm.redeem(callback, TestRealm.APP, TestRealm.APP_SECRET);
    }

    private static JsonNode payload(JsonNode tokens, String name) {
        String payload = tokens.get(name).textValue().split("\\.", -1)[1];
        return Http.json(new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8));
    }

    private JsonNode userinfo(JsonNode tokens) {
        HttpRequest.Builder request =
                Roster.request(tokens.get("access_token").textValue(), realm.url("/protocol/openid-connect/userinfo"));
        return Http.json(AdminApi.require(new Http().send(request), "userinfo").body());
    }

    private List<String> groupsOf(String persona) {
        String tenant = environment.classLink().persona(persona).tenantId() + "";
        String user = realm.state()
                .user(environment.classLink().persona(persona).loginId() + "." + tenant)
                .get("id")
                .textValue();
        JsonNode groups = realm.admin().get("/realms/" + realm.name() + "/users/" + user + "/groups?max=300");
        return StreamSupport.stream(groups.spliterator(), false)
                .map(group -> group.get("path").textValue())
                .sorted()
                .toList();
    }

    private void edit(String path, UnaryOperator<List<ObjectNode>> change) {
        environment.classLink().applications().rosters().set(MAPLE, path, change);
    }

    private void term(String district, int fromDays, int toDays) {
        environment
                .classLink()
                .applications()
                .rosters()
                .set(district, "academicSessions/FY", rows -> dated(rows, fromDays, toDays));
    }

    private static List<ObjectNode> dated(List<ObjectNode> rows, int fromDays, int toDays) {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        rows.forEach(row -> row.put("startDate", today.plusDays(fromDays).toString())
                .put("endDate", today.plusDays(toDays).toString()));
        return rows;
    }

    private List<ObjectNode> classes(String path) {
        List<ObjectNode> rows = new ArrayList<>();
        roster.atTheSource(MAPLE, path).get("classes").forEach(row -> rows.add((ObjectNode) row));
        return rows;
    }

    private List<String> titles(String path) {
        return classes(path).stream().map(row -> row.get("title").textValue()).toList();
    }

    private String title(String path, String member) {
        return roster.atTheSource(MAPLE, path).elements().next().get(member).textValue();
    }

    private static List<ObjectNode> many(ObjectNode row, int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> row.deepCopy().put("sourcedId", "CLSX" + number))
                .toList();
    }

    private static Duration took(Runnable action) {
        long start = System.nanoTime();
        action.run();
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
