package io.github.k12sso.classlink.it.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The examples in docs/administer/mapper-examples.md and the designs in docs/administer/districts.md. */
@WithTestEnvironment
class WorkedExamplesIT {

    private static final String TEACHER = "orla.thistledown.2";
    private static final String STUDENT = "mira.fernwick.2";

    private TestEnvironment environment;
    private TestRealm realm;
    private ProviderMappers mappers;

    @BeforeEach
    void aRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        mappers = new ProviderMappers(realm);
    }

    @Test
    void oneDistrict() {
        newRole("staff");
        realm.configure("allowedTenants", "2");
        realm.configure("usernameTemplate", "${login_id}");
        mappers.add(
                "staff",
                "classlink-role-mapper",
                "FORCE",
                Map.of("classlinkRoles", "Teacher##Administrator##Tenant Administrator##Aide", "role", "staff"));
        mappers.add("people", "classlink-group-mapper", "FORCE", Map.of("groupTemplate", "/people/${role}"));
        realm.tokensOf("teacher");
        realm.tokensOf("student");

        assertThat(roles("orla.thistledown")).contains("staff");
        assertThat(groups("orla.thistledown")).containsExactly("/people/Teacher");
        assertThat(roles("mira.fernwick")).doesNotContain("staff");
        assertThat(groups("mira.fernwick")).containsExactly("/people/Student");
        assertThat(realm.login(realm.newBrowser(), "harbor-teacher").error()).contains("can’t sign in here");
    }

    @Test
    void manyDistricts() {
        AdminApi.require(
                environment.admin().put(realmPath(), Http.json("{\"organizationsEnabled\": true}")), "organizations");
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
        realm.tokensOf("twin-maple");
        realm.tokensOf("twin-harbor");

        String maple = tenantOf("twin-maple");
        String harbor = tenantOf("twin-harbor");
        assertThat(harbor).isNotEqualTo(maple);
        for (String tenant : List.of(maple, harbor)) {
            String twin = "jordan.samewise." + tenant;
            assertThat(groups(twin)).containsExactly("/districts/" + tenant + "/Student");
            assertThat(organizations(twin)).containsExactly(tenant);
            assertThat(realm.state()
                            .user(twin)
                            .at("/attributes/classlink_tenant_id/0")
                            .textValue())
                    .isEqualTo(tenant);
        }
    }

    @Test
    void onlyStaffSignIn() {
        realm.configure(provider -> ((ObjectNode) provider.get("config"))
                .put("filteredByClaim", "true")
                .put("claimFilterName", "Role")
                .put("claimFilterValue", "Teacher|Administrator|Tenant Administrator"));

        assertThat(realm.login(realm.newBrowser(), "teacher").handedToApp()).containsKey("code");
        assertThat(realm.login(realm.newBrowser(), "tenant-administrator").handedToApp())
                .containsKey("code");
        for (String persona : List.of("student", "parent")) {
            WebPage refused = realm.login(realm.newBrowser(), persona);
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.error()).contains("doesn’t have access to this app");
        }
        assertThat(realm.state().users())
                .extracting(user -> user.get("username").textValue())
                .doesNotContain(STUDENT);
    }

    @Test
    void everyUserSignsInAndOnlyStaffGetTheRole() {
        newRole("staff");
        mappers.add(
                "staff", "classlink-role-mapper", "FORCE", Map.of("classlinkRoles", "teacher##aide", "role", "staff"));
        realm.tokensOf("teacher");
        realm.tokensOf("student");
        realm.tokensOf("tenant-administrator");

        assertThat(roles(TEACHER)).contains("staff");
        assertThat(roles(STUDENT)).doesNotContain("staff");
        assertThat(roles("alder.keeperly.2")).doesNotContain("staff");
    }

    /** One realm per district: usernames can repeat, and users of other districts are refused. */
    @Test
    void oneRealmPerDistrict() {
        TestRealm harborRealm = environment.newRealm();
        String harbor = tenantOf("twin-harbor");
        realm.configure("allowedTenants", tenantOf("twin-maple"));
        harborRealm.configure("allowedTenants", harbor);
        for (TestRealm each : List.of(realm, harborRealm)) {
            each.configure("usernameTemplate", "${login_id}");
        }
        realm.tokensOf("twin-maple");
        harborRealm.tokensOf("twin-harbor");

        assertThat(realm.state().user("jordan.samewise").get("id"))
                .isNotEqualTo(harborRealm.state().user("jordan.samewise").get("id"));
        assertThat(realm.login(realm.newBrowser(), "twin-harbor").error()).contains("can’t sign in here");
        assertThat(harborRealm.login(harborRealm.newBrowser(), "twin-maple").error())
                .contains("can’t sign in here");
    }

    /**
     * One realm for two districts with usernames that do not include the district: the second user does not get the first
     * user's account.
     */
    @Test
    void usernamesWithoutTheDistrictCollideInOneRealm() {
        realm.configure("usernameTemplate", "${login_id}");
        realm.tokensOf("twin-maple");
        JsonNode maple = realm.state().user("jordan.samewise");

        WebPage second = realm.login(realm.newBrowser(), "twin-harbor");

        assertThat(second.parameters()).doesNotContainKey("code");
        assertThat(realm.state().links(maple)).hasSize(1);
        assertThat(realm.state().users()).hasSize(2); // the twin of Maple Valley and the local user
    }

    /** SourcedIds are unique only in combination with the TenantId. */
    @Test
    void usersWithTheSameSourcedIdAreTwoUsersWithEitherIdentityKey() {
        realm.configure("identityKey", "tenant-and-sourced-id");
        realm.tokensOf("twin-maple");
        realm.tokensOf("twin-harbor");

        for (String persona : List.of("twin-maple", "twin-harbor")) {
            String tenant = tenantOf(persona);
            assertThat(realm.state()
                            .links(realm.state().user("jordan.samewise." + tenant))
                            .path(0)
                            .path("userId")
                            .textValue())
                    .isEqualTo(tenant + "|10042");
        }
    }

    private void newRole(String name) {
        AdminApi.require(
                environment.admin().post(realmPath() + "/roles", Http.json("{\"name\": \"" + name + "\"}")),
                "new role");
    }

    private String tenantOf(String persona) {
        return String.valueOf(environment.classLink().persona(persona).tenantId());
    }

    private List<String> roles(String username) {
        return texts(ofUser(username) + "/role-mappings/realm", "name");
    }

    private List<String> groups(String username) {
        return texts(ofUser(username) + "/groups", "path");
    }

    private List<String> organizations(String username) {
        String id = realm.state().user(username).get("id").textValue();
        return texts(realmPath() + "/organizations/members/" + id + "/organizations", "alias");
    }

    private List<String> texts(String path, String member) {
        return StreamSupport.stream(environment.admin().get(path).spliterator(), false)
                .map(element -> element.get(member).textValue())
                .toList();
    }

    private String ofUser(String username) {
        return realmPath() + "/users/" + realm.state().user(username).get("id").textValue();
    }

    private String realmPath() {
        return "/realms/" + realm.name();
    }
}
