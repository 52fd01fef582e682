package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** nodeapi responses for each persona. */
class MyTest {
    private static ClassLinkSimulator simulator;
    private static RelyingParty app;

    @BeforeAll
    static void start() {
        simulator = ClassLinkSimulator.start(SimulatorSettings.defaults());
        app = new RelyingParty(simulator);
    }

    @AfterAll
    static void stop() {
        simulator.close();
    }

    private static JsonNode read(String personaId, String path) {
        HttpResponse<String> response = app.getAs(app.accessTokenFor(personaId), path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return RelyingParty.json(response);
    }

    @Test
    void absentValuesAreEmptyStringsByDefault() {
        assertThat(read("student", "/v2/my/info").fieldNames()).toIterable().contains("ImagePath", "OrgId");
        simulator.switches().set(Switch.EMPTY_STRINGS, false);
        try {
            assertThat(read("student", "/v2/my/info").fieldNames())
                    .toIterable()
                    .doesNotContain("ImagePath", "OrgId")
                    .contains("Email", "SourcedId", "Role");
            assertThat(read("student-without-email", "/v2/my/info").has("Email"))
                    .isFalse();
            assertThat(read("user-without-sourcedid", "/v2/my/info").has("SourcedId"))
                    .isFalse();
            assertThat(read("harbor-teacher", "/v2/my/info").get("OrgId").isArray())
                    .isTrue();
            assertThat(read("student-without-email", "/v2/my/profileinfo").fieldNames())
                    .toIterable()
                    .doesNotContain("email", "picture")
                    .contains("sub", "email_verified");
        } finally {
            simulator.switches().set(Switch.EMPTY_STRINGS, true);
        }
    }

    @Test
    void infoHasExactlyTheDocumentedFields() {
        JsonNode info = read("student", "/v2/my/info");

        assertThat(info.fieldNames())
                .toIterable()
                .containsExactly(
                        "UserId",
                        "TenantId",
                        "StateId",
                        "StateName",
                        "BuildingId",
                        "AuthenticationType",
                        "DisplayName",
                        "FirstName",
                        "LastName",
                        "Email",
                        "LoginId",
                        "ImagePath",
                        "LanguageId",
                        "Language",
                        "DefaultTimeFormat",
                        "Profile",
                        "ProfileId",
                        "Tenant",
                        "Building",
                        "Role",
                        "Role_Level",
                        "LastAccessTime",
                        "OrgId",
                        "SourcedId");
        assertThat(info.get("TenantId").isInt()).isTrue();
        assertThat(info.get("TenantId").asInt()).isEqualTo(2);
        assertThat(info.get("OrgId").isTextual()).isTrue();
        assertThat(info.get("OrgId").asText()).isEmpty();
        assertThat(info.get("SourcedId").asText()).isEqualTo("4801508017");
        assertThat(info.get("LastAccessTime").asText()).matches("\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}\\.\\d{3}Z");
    }

    @ParameterizedTest
    @CsvSource({
        "student, Student, 4",
        "teacher, Teacher, 3",
        "tenant-administrator, Tenant Administrator, 1",
        "parent, Parent, 5"
    })
    void rolesAreCapitalized(String persona, String role, int level) {
        JsonNode info = read(persona, "/v2/my/info");
        assertThat(info.get("Role").asText()).isEqualTo(role);
        assertThat(info.get("Role_Level").asInt()).isEqualTo(level);
    }

    @Test
    void someDocumentsHaveMissingAndUnusualValues() {
        assertThat(read("student-without-email", "/v2/my/info").get("Email").asText())
                .isEmpty();
        assertThat(read("user-without-sourcedid", "/v2/my/info")
                        .get("SourcedId")
                        .asText())
                .isEmpty();
        assertThat(read("odd-sourcedid", "/v2/my/info").get("SourcedId").asText())
                .isEqualTo("7|north/2 b");
        JsonNode commuter = read("teacher-of-two-schools", "/v2/my/info");
        assertThat(commuter.get("OrgId")).extracting(JsonNode::asText).containsExactly("SCH0001", "SCH0002");
        assertThat(commuter.get("or_email")).isEqualTo(commuter.get("Email"));
    }

    @Test
    void twinsDifferOnlyInTenantAndUserId() {
        JsonNode maple = read("twin-maple", "/v2/my/info");
        JsonNode harbor = read("twin-harbor", "/v2/my/info");

        assertThat(maple.get("SourcedId")).isEqualTo(harbor.get("SourcedId"));
        assertThat(maple.get("LoginId")).isEqualTo(harbor.get("LoginId"));
        assertThat(maple.get("TenantId")).isNotEqualTo(harbor.get("TenantId"));
        assertThat(maple.get("UserId")).isNotEqualTo(harbor.get("UserId"));
    }

    @Test
    void userIdsAreUniqueAcrossDistricts() {
        assertThat(simulator.personas()).extracting(Persona::userId).doesNotHaveDuplicates();
        assertThat(simulator.personas()).extracting(Persona::id).doesNotHaveDuplicates();
    }

    @Test
    void profileinfoReturnsOpenIdConnectClaims() {
        JsonNode claims = read("teacher", "/v2/my/profileinfo");

        assertThat(claims.get("sub").isTextual()).isTrue();
        assertThat(claims.get("sub").asText())
                .isEqualTo(read("teacher", "/v2/my/info").get("UserId").asText());
        assertThat(claims.get("classLink_tenant_id").asInt()).isEqualTo(2);
        assertThat(claims.get("classLink_sourcedId").asText()).isEqualTo("5678_T5678-0005");
        assertThat(claims.get("classLink_org_sourcedids"))
                .extracting(JsonNode::asText)
                .containsExactly("SCH0001");
    }

    @Test
    void theGuidesProfileIsOffByDefault() {
        assertThat(app.getAs(app.accessTokenFor("student"), "/v2/my/profile").statusCode())
                .isEqualTo(404);
        simulator.guideProfile(true);
        try {
            JsonNode profile = read("student", "/v2/my/profile");
            assertThat(profile.fieldNames())
                    .toIterable()
                    .containsExactly("id", "email", "firstName", "lastName", "roles");
            assertThat(profile.get("roles")).extracting(JsonNode::asText).containsExactly("student");
            assertThat(read("tenant-administrator", "/v2/my/profile").get("roles"))
                    .extracting(JsonNode::asText)
                    .containsExactly("administrator");
        } finally {
            simulator.guideProfile(false);
        }
    }

    @Test
    void groupsDistrictProfilesAndStudentsRespond() {
        assertThat(read("student", "/my/groups").get(0).fieldNames())
                .toIterable()
                .containsExactly("name", "groupId", "buildingId");
        assertThat(read("student", "/v2/my/district").asText()).isEqualTo("Maple Valley Schools");
        assertThat(read("student", "/v2/my/profiles").get(0).get("ProfileId").asInt())
                .isEqualTo(3280);
        assertThat(read("parent", "/v2/my/students")
                        .get("response")
                        .get(0)
                        .get("SourcedId")
                        .asText())
                .isEqualTo("4801508017");
        assertThat(read("teacher", "/v2/my/students").get("response")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v2/my/info", "/v2/my/profileinfo", "/my/groups", "/v2/my/district", "/v2/my/students"})
    void invalidTokensGetAnErrorMessage(String path) {
        for (HttpResponse<String> response : java.util.List.of(app.getAs("junk", path), app.get(path))) {
            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(RelyingParty.json(response).get("message").asText()).isNotEmpty();
        }
    }

    @Test
    void theBearerSchemeIsNotCaseSensitive() {
        assertThat(app.get("/v2/my/info", "Authorization", "bearer " + app.accessTokenFor("student"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aTokenWithoutTheScopeIsRefused() {
        HttpResponse<String> response = app.getAs(app.accessTokenFor("student", "scope", "oneroster"), "/v2/my/info");
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(RelyingParty.json(response).get("message").asText()).isEqualTo("Access Denied!");
    }

    @Test
    void testsCanChangeAProfile() {
        simulator.overrideProfile("outsider", info -> info.put("Role", "Aide").putNull("Email"));
        assertThat(read("outsider", "/v2/my/info").get("Role").asText()).isEqualTo("Aide");
        simulator.clearProfileOverrides();
        assertThat(read("outsider", "/v2/my/info").get("Role").asText()).isEqualTo("Student");
    }

    @Test
    void launchPadsUserinfoIsAnHtmlPage() {
        assertThat(app.get("/oauth2/v2/userinfo").headers().firstValue("Content-Type"))
                .get()
                .asString()
                .startsWith("text/html");
    }
}
