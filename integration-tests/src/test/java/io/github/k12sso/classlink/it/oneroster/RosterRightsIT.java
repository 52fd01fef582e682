package io.github.k12sso.classlink.it.oneroster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import io.github.k12sso.classlink.simulator.SimulatorSettings;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** When access to a roster starts and ends, and that cached rows do not outlive it. */
@WithTestEnvironment
@ResourceLock(value = TestEnvironment.PASSING_TIME, mode = ResourceAccessMode.READ)
class RosterRightsIT {

    private static final String ADMINISTRATOR = "roster-administrator";
    private static final String DISTRICT = "maplevalley";

    private TestEnvironment environment;
    private TestRealm realm;
    private Roster roster;

    @BeforeEach
    void aRealmWithAPartnerKey(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        roster = Roster.withPartnerKey(environment, realm);
        environment.classLink().clearRequests();
    }

    // ---- the stored token
    // ------------------------------------------------------------------------------------------------

    @Test
    void switchingOffStoreTokensEndsTheUsersAccess() {
        String ofStudent = roster.tokenOf("student");
        String ofService = roster.administratorsToken(ADMINISTRATOR);
        assertThat(roster.get(ofStudent, "students").statusCode()).isEqualTo(200);

        realm.configure(provider -> provider.put("storeToken", false));

        assertRefused(roster.get(ofStudent, "students"), 403, "Store tokens is off");
        assertRefused(roster.get(ofStudent, Roster.MAPLE_VALLEY, "schools"), 403, "Store tokens is off");
        assertThat(roster.get(ofService, Roster.MAPLE_VALLEY, "students").statusCode())
                .as("an administrator needs no stored token")
                .isEqualTo(200);
    }

    @Test
    void removingADistrictFromAllowedDistrictsEndsAccess() {
        String ofStudent = roster.tokenOf("student");
        String ofService = roster.administratorsToken(ADMINISTRATOR);
        assertThat(roster.get(ofStudent, "courses").statusCode()).isEqualTo(200);

        realm.configure("allowedTenants", "2222");

        assertRefused(roster.get(ofStudent, "courses"), 403, "Another district");
        assertRefused(roster.get(ofService, Roster.MAPLE_VALLEY, "courses"), 403, "Another district");
    }

    // ---- the role --------------------------------------------------------------------------------------------------

    @Nested
    class TheRoleOfAnAdministrator {

        private String before;

        @BeforeEach
        void isGivenToATeacher() {
            before = roster.tokenOf("teacher");
            roster.makeAdministrator("teacher", ADMINISTRATOR);
        }

        @Test
        void mustBeInTheToken() {
            assertRefused(
                    roster.get(before, Roster.MAPLE_VALLEY, "demographics"),
                    403,
                    "require the Keycloak role roster-administrator");
            assertThat(reads(roster.tokenOf("teacher"))).isTrue();
        }

        @Test
        void doesNotApplyIfTheClientsScopeOmitsIt() {
            String token = roster.tokenOf("teacher");
            realm.configureClient(TestRealm.APP, app -> app.put("fullScopeAllowed", false));

            assertThat(reads(token)).as("a token issued before").isFalse();
            assertThat(reads(roster.tokenOf("teacher"))).isFalse();
            assertRefused(roster.get(roster.tokenOf("teacher"), "2222", "schools"), 403, "Another district");
            assertThat(roster.get(roster.tokenOf("teacher"), "classes").statusCode())
                    .as("a regular teacher")
                    .isEqualTo(200);
        }

        @Test
        void appliesIfTheClientsScopeIncludesIt() {
            realm.configureClient(TestRealm.APP, app -> app.put("fullScopeAllowed", false));
            String clients = "/realms/" + realm.name() + "/clients";
            String app = realm.admin()
                    .get(clients + "?clientId=" + TestRealm.APP)
                    .get(0)
                    .get("id")
                    .textValue();
            AdminApi.require(
                    realm.admin()
                            .post(
                                    clients + "/" + app + "/scope-mappings/realm",
                                    Http.json("["
                                            + realm.admin().get("/realms/" + realm.name() + "/roles/" + ADMINISTRATOR)
                                            + "]")),
                    "scope");

            assertThat(reads(roster.tokenOf("teacher"))).isTrue();
        }

        @Test
        void endsWhenItIsRemoved() {
            String token = roster.tokenOf("teacher");
            AdminApi.require(
                    realm.admin().delete("/realms/" + realm.name() + "/roles/" + ADMINISTRATOR), "role is gone");

            assertThat(reads(token)).isFalse();
        }

        /** The token contains no roles; Keycloak's introspection adds them. */
        @Test
        void appliesToLightweightTokensWithinTheClientsScope() {
            realm.configureClient(
                    TestRealm.APP,
                    app -> ((ObjectNode) app.get("attributes"))
                            .put("client.use.lightweight.access.token.enabled", "true"));
            String token = roster.tokenOf("teacher");
            assertThat(reads(token)).isTrue();

            realm.configureClient(TestRealm.APP, app -> app.put("fullScopeAllowed", false));
            assertThat(reads(token)).isFalse();
        }

        @Test
        void isLimitedToOneDistrictIfItNamesIt() {
            roster.tokenOf("teacher-of-two-schools");
            roster.makeAdministrator("teacher-of-two-schools", ADMINISTRATOR + "-2222");
            String token = roster.tokenOf("teacher-of-two-schools");

            assertThat(roster.get(token, "2222", "demographics").statusCode()).isEqualTo(200);
            assertThat(reads(token)).isFalse();
        }

        private boolean reads(String token) {
            int status = roster.get(token, Roster.MAPLE_VALLEY, "demographics").statusCode();
            assertThat(status).isIn(200, 403);
            return status == 200;
        }
    }

    // ---- realm, client, user ---------------------------------------------------------------------------------------

    @Test
    void aDisabledRealmRefusesEveryRequest() {
        String token = roster.tokenOf("student");
        realm.configureRealm(settings -> settings.put("enabled", false));

        assertRefused(roster.get(token, "schools"), 403, "Realm not enabled");
    }

    @Test
    void aRealmThatRequiresHttpsRefusesHttp() {
        String token = roster.tokenOf("student");
        realm.configureRealm(settings -> settings.put("sslRequired", "all"));

        assertRefused(roster.get(token, "schools"), 403, "HTTPS required");
    }

    @Test
    void aDisabledClientOrUserReadsNothing() {
        String token = roster.tokenOf("student");
        String user = "/realms/" + realm.name() + "/users/" + roster.userId("student");
        ObjectNode disabled = (ObjectNode) realm.admin().get(user);
        AdminApi.require(realm.admin().put(user, disabled.put("enabled", false)), "user off");
        assertThat(roster.get(token, "schools").statusCode()).isEqualTo(401);
        AdminApi.require(realm.admin().put(user, disabled.put("enabled", true)), "user on");
        assertThat(roster.get(token, "schools").statusCode()).isEqualTo(200);

        realm.configureClient(TestRealm.APP, app -> app.put("enabled", false));
        assertThat(roster.get(token, "schools").statusCode()).isEqualTo(401);
    }

    @Test
    void revokingConsentEndsAccess() {
        realm.configureClient(TestRealm.APP, app -> app.put("consentRequired", true));
        String token = tokenAfterConsent();
        assertThat(roster.get(token, "schools").statusCode()).isEqualTo(200);

        AdminApi.require(
                realm.admin()
                        .delete("/realms/" + realm.name() + "/users/" + roster.userId("student") + "/consents/"
                                + TestRealm.APP),
                "consent");

        assertThat(roster.get(token, "schools").statusCode()).isEqualTo(401);
    }

    private String tokenAfterConsent() {
        var browser = realm.newBrowser();
        var asked = realm.login(browser, "student", realm.loginRequest("openid " + Roster.SCOPE));
        var callback = browser.press(asked, "[name=accept]");
        return realm.redeem(callback, TestRealm.APP, TestRealm.APP_SECRET)
                .get("access_token")
                .textValue();
    }

    // ---- limits ----------------------------------------------------------------------------------------------------

    @Test
    void oneStudentCannotExhaustTheAppsLimit() {
        realm.configure("rosterRequestsPerMinute", "1");
        String ofStudent = roster.tokenOf("student");
        String ofTeacher = roster.tokenOf("teacher");
        int refused = 0;
        for (int i = 0; i < 3; i++) {
            refused += roster.get(ofStudent, "schools").statusCode() == 429 ? 1 : 0;
        }

        assertThat(refused).isPositive();
        assertThat(roster.get(ofTeacher, "schools").statusCode()).isEqualTo(200);
    }

    @Test
    void aTokenWithoutTheScopeIsNotCounted() {
        realm.configure("rosterRequestsPerMinute", "1");
        String without = realm.tokensOf("student").get("access_token").textValue();
        for (int i = 0; i < 3; i++) {
            assertRefused(roster.get(without, "schools"), 403, "scope");
        }

        assertThat(roster.get(roster.tokenOf("student"), "schools").statusCode())
                .isEqualTo(200);
    }

    // ---- cached rows ----------------------------------------------------------------------------------------------

    /** Another partner on another host with another roster of the same district. */
    @Test
    void aChangedPartnerGetsNoCachedRowsOfTheOldOne() {
        String ofStudent = roster.tokenOf("student");
        List<String> oldClasses = classes(ofStudent);
        String oldCourses = roster.get(ofStudent, "courses").body();
        String oldBearer = environment.classLink().districtBearer(DISTRICT);
        try (ClassLinkSimulator other = ClassLinkSimulator.start(SimulatorSettings.builder()
                .partnerKey("key-of-another-partner")
                .district(DISTRICT, 2, 60)
                .build())) {
            other.applications().rotateBearer(DISTRICT);

            environment.keepInVault(realm, "partner-key", "key-of-another-partner");
            realm.configure("rosterUrl", other.baseUrl().toString());

            assertThat(roster.get(ofStudent, "courses").body()).isNotEqualTo(oldCourses);
            assertThat(classes(ofStudent)).isNotEqualTo(oldClasses);
            assertThat(other.requests())
                    .extracting(RosterRightsIT::authorization)
                    .containsOnly("Bearer key-of-another-partner", "Bearer " + other.districtBearer(DISTRICT))
                    .doesNotContain("Bearer " + oldBearer);
        }
    }

    @Test
    void aChangedKeyOrUrlSeparatesTheCache() {
        String ofStudent = roster.tokenOf("student");
        roster.get(ofStudent, "courses");
        environment.keepInVault(realm, "partner-key", "a key that ClassLink does not know");
        assertRefused(roster.get(ofStudent, "courses"), 500, "");

        environment.keepInVault(realm, "partner-key", Roster.partnerKey());
        environment.classLink().clearRequests();
        assertThat(roster.get(ofStudent, "courses").statusCode()).isEqualTo(200);
        assertThat(environment.classLink().requests())
                .as("the page of the first key")
                .isEmpty();

        realm.configure("rosterUrl", environment.classLink().baseUrl() + "/proxy/v1p0");
        assertThat(roster.get(ofStudent, "courses").statusCode())
                .as("no district list exists")
                .isNotEqualTo(200);
    }

    @Nested
    class WithTheUsersOwnToken {

        @BeforeEach
        void insteadOfThePartnerKey() {
            roster = Roster.withUserToken(environment, realm);
        }

        @AfterEach
        void asItWas() {
            environment.classLink().tokenMode(TokenMode.CLASSLINK);
            environment.classLink().switches().refreshTokens(true);
            environment.classLink().switches().guideTokenLifetime(Duration.ofHours(1));
        }

        @Test
        void cachedPagesAreNotSharedBetweenTokens() {
            String ofTeacher = roster.tokenOf("teacher");
            String ofStudent = roster.tokenOf("student");
            roster.get(ofTeacher, "courses?limit=5");
            roster.get(ofStudent, "courses?limit=5");
            roster.get(ofStudent, "courses?limit=5");

            assertThat(asked())
                    .hasSize(2)
                    .extracting(RosterRightsIT::authorization)
                    .doesNotHaveDuplicates();
        }

        @Test
        void aRevokedGrantReadsNoCachedPage() {
            roster.get(roster.tokenOf("teacher"), "courses?limit=5");
            environment.classLink().tokenMode(TokenMode.GUIDE);
            environment.classLink().switches().refreshTokens(false);
            environment.classLink().switches().guideTokenLifetime(Duration.ofSeconds(2));

            assertRefused(
                    roster.get(roster.tokenOf("student"), "courses?limit=5"),
                    403,
                    "ask the user to sign in with ClassLink again");
        }
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    private List<String> classes(String token) {
        HttpResponse<String> answer = roster.get(token, "classes");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Roster.ids(Http.json(answer.body()).get("classes"));
    }

    private List<RecordedRequest> asked() {
        return environment.classLink().requests().stream()
                .filter(request -> request.endpoint() == Endpoint.ROSTER)
                .toList();
    }

    private static String authorization(RecordedRequest request) {
        return request.headers().get("Authorization");
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String description) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(Http.json(answer.body())
                        .at("/statusInfoSet/0/imsx_description")
                        .textValue())
                .contains(description);
    }
}
