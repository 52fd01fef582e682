package io.github.k12sso.classlink.it.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.OnTestBed;
import io.github.k12sso.classlink.it.support.Page;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.School;
import io.github.k12sso.classlink.it.support.TestBed;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The examples of docs/mapper-examples.md and the designs of docs/districts.md. */
@OnTestBed
class WorkedExamplesIT {

    private static final String TEACHER = "orla.thistledown.2";
    private static final String STUDENT = "mira.fernwick.2";

    private TestBed bed;
    private School school;
    private ProviderMappers mappers;

    @BeforeEach
    void aSchool(TestBed testBed) {
        bed = testBed;
        school = bed.newSchool();
        mappers = new ProviderMappers(school);
    }

    @Test
    void oneDistrict() {
        newRole("staff");
        school.configure("allowedTenants", "2");
        school.configure("usernameTemplate", "${login_id}");
        mappers.add(
                "staff",
                "classlink-role-mapper",
                "FORCE",
                Map.of("classlinkRoles", "Teacher##Administrator##Tenant Administrator##Aide", "role", "staff"));
        mappers.add("people", "classlink-group-mapper", "FORCE", Map.of("groupTemplate", "/people/${role}"));
        school.tokensOf("teacher");
        school.tokensOf("student");

        assertThat(roles("orla.thistledown")).contains("staff");
        assertThat(groups("orla.thistledown")).containsExactly("/people/Teacher");
        assertThat(roles("mira.fernwick")).doesNotContain("staff");
        assertThat(groups("mira.fernwick")).containsExactly("/people/Student");
        assertThat(school.login(school.newBrowser(), "harbor-teacher").error())
                .contains("Your district may not sign in here");
    }

    @Test
    void manyDistricts() {
        AdminApi.require(bed.admin().put(realm(), Http.json("{\"organizationsEnabled\": true}")), "organizations");
        mappers.add("organization", "classlink-organization-mapper", "FORCE", Map.of("createOrganization", "true"));
        mappers.add(
                "district and role",
                "classlink-group-mapper",
                "FORCE",
                Map.of("groupTemplate", "/districts/${tenant_id}/${role}"));
        mappers.add(
                "tenant",
                "classlink-user-attribute-mapper",
                "FORCE",
                Map.of("jsonField", "TenantId", "userAttribute", "classlink_tenant_id"));
        school.tokensOf("twin-maple");
        school.tokensOf("twin-harbor");

        String maple = tenantOf("twin-maple");
        String harbor = tenantOf("twin-harbor");
        assertThat(harbor).isNotEqualTo(maple);
        for (String tenant : List.of(maple, harbor)) {
            String twin = "jordan.samewise." + tenant;
            assertThat(groups(twin)).containsExactly("/districts/" + tenant + "/Student");
            assertThat(organizations(twin)).containsExactly(tenant);
            assertThat(school.user(twin).at("/attributes/classlink_tenant_id/0").textValue())
                    .isEqualTo(tenant);
        }
    }

    @Test
    void onlyStaffLogIn() {
        school.configure(provider -> ((ObjectNode) provider.get("config"))
                .put("filteredByClaim", "true")
                .put("claimFilterName", "Role")
                .put("claimFilterValue", "Teacher|Administrator|Tenant Administrator"));

        assertThat(school.login(school.newBrowser(), "teacher").handedToApp()).containsKey("code");
        assertThat(school.login(school.newBrowser(), "tenant-administrator").handedToApp())
                .containsKey("code");
        for (String persona : List.of("student", "parent")) {
            Page refused = school.login(school.newBrowser(), persona);
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.error()).contains("not open to your ClassLink account");
        }
        assertThat(school.users())
                .extracting(user -> user.get("username").textValue())
                .doesNotContain(STUDENT);
    }

    @Test
    void everybodyLogsInAndOnlyStaffGetTheRole() {
        newRole("staff");
        mappers.add(
                "staff", "classlink-role-mapper", "FORCE", Map.of("classlinkRoles", "teacher##aide", "role", "staff"));
        school.tokensOf("teacher");
        school.tokensOf("student");
        school.tokensOf("tenant-administrator");

        assertThat(roles(TEACHER)).contains("staff");
        assertThat(roles(STUDENT)).doesNotContain("staff");
        assertThat(roles("alder.keeperly.2")).doesNotContain("staff");
    }

    /** One realm for each district: the same names, and nobody from elsewhere. */
    @Test
    void oneRealmEach() {
        School harborSchool = bed.newSchool();
        String harbor = tenantOf("twin-harbor");
        school.configure("allowedTenants", tenantOf("twin-maple"));
        harborSchool.configure("allowedTenants", harbor);
        for (School each : List.of(school, harborSchool)) {
            each.configure("usernameTemplate", "${login_id}");
        }
        school.tokensOf("twin-maple");
        harborSchool.tokensOf("twin-harbor");

        assertThat(school.user("jordan.samewise").get("id"))
                .isNotEqualTo(harborSchool.user("jordan.samewise").get("id"));
        assertThat(school.login(school.newBrowser(), "twin-harbor").error())
                .contains("Your district may not sign in here");
        assertThat(harborSchool.login(harborSchool.newBrowser(), "twin-maple").error())
                .contains("Your district may not sign in here");
    }

    /** One realm of two districts with user names that do not say which: the second person is not let into the first's. */
    @Test
    void userNamesWithoutTheDistrictCollideInOneRealm() {
        school.configure("usernameTemplate", "${login_id}");
        school.tokensOf("twin-maple");
        JsonNode maple = school.user("jordan.samewise");

        Page second = school.login(school.newBrowser(), "twin-harbor");

        assertThat(second.parameters()).doesNotContainKey("code");
        assertThat(school.links(maple)).hasSize(1);
        assertThat(school.users()).hasSize(2); // the twin of Maple Valley and the realm's local user
    }

    /** SourcedIds repeat from district to district; joined with the TenantId they do not. */
    @Test
    void twinsWithOneSourcedIdAreTwoUsersWithEitherIdentityKey() {
        school.configure("identityKey", "tenant-and-sourced-id");
        school.tokensOf("twin-maple");
        school.tokensOf("twin-harbor");

        for (String persona : List.of("twin-maple", "twin-harbor")) {
            String tenant = tenantOf(persona);
            assertThat(school.links(school.user("jordan.samewise." + tenant))
                            .path(0)
                            .path("userId")
                            .textValue())
                    .isEqualTo(tenant + "|10042");
        }
    }

    private void newRole(String name) {
        AdminApi.require(bed.admin().post(realm() + "/roles", Http.json("{\"name\": \"" + name + "\"}")), "new role");
    }

    private String tenantOf(String persona) {
        return String.valueOf(bed.classLink().persona(persona).tenantId());
    }

    private List<String> roles(String username) {
        return texts(ofUser(username) + "/role-mappings/realm", "name");
    }

    private List<String> groups(String username) {
        return texts(ofUser(username) + "/groups", "path");
    }

    private List<String> organizations(String username) {
        String id = school.user(username).get("id").textValue();
        return texts(realm() + "/organizations/members/" + id + "/organizations", "alias");
    }

    private List<String> texts(String path, String member) {
        return StreamSupport.stream(bed.admin().get(path).spliterator(), false)
                .map(element -> element.get(member).textValue())
                .toList();
    }

    private String ofUser(String username) {
        return realm() + "/users/" + school.user(username).get("id").textValue();
    }

    private String realm() {
        return "/realms/" + school.realm();
    }
}
