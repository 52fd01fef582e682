package io.github.k12sso.classlink.it.oneroster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rosters read from districts' own servers with OAuth 1.0a. The servers verify signature, timestamp and nonce. */
@WithTestEnvironment
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ResourceLock(value = TestEnvironment.PASSING_TIME, mode = ResourceAccessMode.READ)
class DistrictKeyIT {

    private static final String DISTRICT = "maplevalley";
    private static final String ENTRY = "classlink-district-" + Roster.MAPLE_VALLEY;

    private TestEnvironment environment;
    private TestRealm realm;
    private Roster roster;
    private String ofStudent;
    private String ofService;

    @BeforeAll
    void aRealmWithTheKeyOfOneDistrict(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        roster = Roster.withDistrictKeys(environment, realm, Roster.MAPLE_VALLEY);
        ofStudent = roster.tokenOf("student");
        ofService = roster.administratorsToken("roster-administrator");
    }

    @BeforeEach
    void noCallsYet() {
        environment.classLink().clearRequests();
    }

    @AfterEach
    void asItWas() {
        environment.classLink().clock().reset();
        environment.classLink().faults().clear();
        environment.keepInVault(
                realm,
                ENTRY,
                Roster.districtKey(environment, Roster.MAPLE_VALLEY).toString());
    }

    @Test
    void aStudentReadsTheirOwnRows() {
        Persona student = environment.classLink().persona("student");

        JsonNode self =
                Http.json(roster.get(ofStudent, "users/" + student.sourcedId()).body());
        JsonNode classes = rows(roster.get(ofStudent, "classes"), "classes");

        assertThat(self.at("/user/givenName").textValue()).isEqualTo(student.firstName());
        assertThat(classes).isNotEmpty();
        assertThat(asked()).isNotEmpty().allSatisfy(request -> {
            assertThat(request.path()).startsWith("/servers/maplevalley/ims/oneroster/v1p1/");
            assertThat(request.headers().get("Authorization"))
                    .startsWith("OAuth ")
                    .contains("oauth_signature_method=\"HMAC-SHA256\"");
        });
    }

    @Test
    void anAdministratorReadsTheDistrictPageByPage() {
        HttpResponse<String> first = roster.get(ofService, Roster.MAPLE_VALLEY, "users?limit=50&offset=10");

        assertThat(Roster.ids(rows(first, "users")))
                .isEqualTo(Roster.ids(roster.atTheSource(DISTRICT, "users?limit=50&offset=10&sort=sourcedId")
                        .get("users")));
        assertThat(first.headers().firstValue("Link").orElseThrow()).contains("offset=60");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "familyName='O''Neil'",
                "familyName~'a b+c%d&e=f'",
                "familyName='李雷 ñ 😀' OR familyName>'\"~!*()'",
                "email='a@x' AND status='active'"
            })
    void everyQueryIsSignedAsSent(String filter) {
        HttpResponse<String> answer = roster.get(
                ofService, Roster.MAPLE_VALLEY, "users?filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(asked()).hasSize(1);
    }

    @Test
    void anIdMayContainAnyCharacter() {
        String token = roster.tokenOf("odd-sourcedid");

        assertThat(Http.json(roster.get(token, "users/7%7Cnorth%2F2%20b").body())
                        .at("/user/sourcedId")
                        .textValue())
                .isEqualTo("7|north/2 b");
    }

    @Test
    void everyAttemptHasANewSignature() {
        environment
                .classLink()
                .faults()
                .inject(Endpoint.ROSTER, Fault.status(503))
                .times(1);

        assertThat(roster.get(ofService, Roster.MAPLE_VALLEY, "orgs?limit=3").statusCode())
                .isEqualTo(200);
        assertThat(asked())
                .hasSize(2)
                .extracting(request -> request.headers().get("Authorization"))
                .doesNotHaveDuplicates();
    }

    @Test
    void aDistrictWithoutAKeyIsRefused() {
        HttpResponse<String> answer = roster.get(ofService, "2222", "schools");

        assertRefused(answer, 403, "no district key for the district 2222");
        assertThat(asked()).isEmpty();
    }

    @Test
    void aRejectedKeyGivesARemedy() {
        rows(roster.get(ofService, Roster.MAPLE_VALLEY, "terms?limit=2"), "academicSessions");
        environment.keepInVault(
                realm,
                ENTRY,
                Roster.districtKey(environment, Roster.MAPLE_VALLEY)
                        .put("client_secret", "an old one")
                        .toString());

        assertRefused(roster.get(ofService, Roster.MAPLE_VALLEY, "terms?limit=2"), 403, "rejected the district key");
        assertThat(asked()).as("a page read with the old key is not returned").hasSize(2);
    }

    @Test
    void aWrongClockGivesARemedy() {
        environment.classLink().clock().advance(Duration.ofMinutes(10));

        assertRefused(roster.get(ofService, Roster.MAPLE_VALLEY, "terms?limit=4"), 403, "this server's clock");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"client_id\":\"a\",\"client_secret\":\"b\",\"endpoint_url\":\"https://evil.example/\"}",
                "{\"client_id\":\"a\",\"client_secret\":\"b\",\"endpoint_url\":\"http://x.rosterserver.com\"}",
                "{\"client_id\":\"a\",\"client_secret\":\"b\"}",
                "secret"
            })
    void anUnusableVaultEntryIsAConfigurationError(String entry) {
        environment.keepInVault(realm, ENTRY, entry);

        assertThat(roster.get(ofService, Roster.MAPLE_VALLEY, "orgs?limit=5").statusCode())
                .isEqualTo(500);
        assertThat(environment.logOf(realm)).anyMatch(line -> line.contains("reason=configuration"));
        assertThat(asked()).isEmpty();
    }

    @Test
    void keysNeverLeaveTheServer() {
        String secret = Roster.districtKey(environment, Roster.MAPLE_VALLEY)
                .get("client_secret")
                .textValue();
        roster.get(ofStudent, "schools");

        assertThat(environment.log()).doesNotContain(secret);
        assertThat(environment.metrics()).doesNotContain(secret);
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

    private static void assertRefused(HttpResponse<String> answer, int status, String description) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(description);
    }
}
