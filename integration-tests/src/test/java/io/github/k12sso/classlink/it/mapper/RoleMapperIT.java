package io.github.k12sso.classlink.it.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Profiles;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The role mapper. */
@WithTestEnvironment
class RoleMapperIT {

    private static final String USER = "mira.fernwick.2";

    private TestEnvironment environment;
    private TestRealm realm;
    private ProviderMappers mappers;

    @BeforeEach
    void aRealmWithRoles(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        mappers = new ProviderMappers(realm);
        newRole("/roles", "staff");
        newRole("/roles", "other");
        newRole("/clients/" + clientId() + "/roles", "teacher");
    }

    @ParameterizedTest
    @CsvSource({
        "Teacher,'\"Teacher\"',true",
        "TEACHER,'\"teacher\"',true",
        "Aide##Teacher,'\"Teacher\"',true",
        "Aide,'[\"Teacher\", \"aide\"]',true",
        "Administrator,'\"Tenant Administrator\"',false",
        "Teacher,'\"Unheard of\"',false",
        "Teacher,'\"\"',false",
        "Teacher,,false",
        "'','\"Teacher\"',false",
        "'','\"\"',false"
    })
    void theFirstLoginAssignsTheRoleToMatchingUsers(String setting, String says, boolean given) {
        classLinkSays(says);
        add("m", "FORCE", setting, "staff");
        realm.tokensOf("student");

        assertThat(realmRoles().contains("staff")).isEqualTo(given);
    }

    @ParameterizedTest
    @CsvSource({
        "FORCE,'\"Student\"',false",
        "LEGACY,'\"Student\"',false",
        "IMPORT,'\"Student\"',true",
        "FORCE,'\"\"',false",
        "LEGACY,'\"\"',false",
        "IMPORT,'\"\"',true",
        "FORCE,,false",
        "LEGACY,,false",
        "IMPORT,,true"
    })
    void aLaterLoginRemovesTheRoleBySyncMode(String syncMode, String nowSays, boolean kept) {
        classLinkSays("\"Teacher\"");
        add("m", syncMode, "Teacher", "staff");
        realm.tokensOf("student");
        assertThat(realmRoles()).contains("staff");

        classLinkSays(nowSays);
        realm.tokensOf("student");

        assertThat(realmRoles().contains("staff")).isEqualTo(kept);
    }

    @ParameterizedTest
    @CsvSource({"FORCE,true", "LEGACY,true", "IMPORT,false"})
    void aLaterLoginAssignsTheRoleBySyncMode(String syncMode, boolean given) {
        add("m", syncMode, "Teacher", "staff");
        realm.tokensOf("student");
        assertThat(realmRoles()).doesNotContain("staff");

        classLinkSays("\"Teacher\"");
        realm.tokensOf("student");

        assertThat(realmRoles().contains("staff")).isEqualTo(given);
    }

    @Test
    void aClientRoleIsAssignedAndRemoved() {
        classLinkSays("\"Teacher\"");
        add("m", "FORCE", "Teacher", "app.teacher");
        realm.tokensOf("student");
        assertThat(names(roleMappings("/clients/" + clientId()))).containsExactly("teacher");

        classLinkSays("\"Student\"");
        realm.tokensOf("student");
        assertThat(names(roleMappings("/clients/" + clientId()))).isEmpty();
    }

    @Test
    void rolesWithoutAMapperAreUnchanged() {
        add("m", "FORCE", "Teacher", "staff");
        realm.tokensOf("student");
        JsonNode other = Http.json("[" + environment.admin().get(realmPath() + "/roles/other") + "]");
        AdminApi.require(environment.admin().post(user() + "/role-mappings/realm", other), "manual role assignment");
        realm.tokensOf("student");

        assertThat(realmRoles()).contains("other");
    }

    @Test
    void anEditedMapperAppliesAtTheNextLogin() {
        classLinkSays("\"Teacher\"");
        add("m", "FORCE", "Teacher", "staff");
        realm.tokensOf("student");
        mappers.edit("m", "classlinkRoles", "Administrator");
        realm.tokensOf("student");

        assertThat(realmRoles()).doesNotContain("staff");
    }

    @Test
    void anEditedTargetLeavesTheFormerRoleUnchanged() {
        classLinkSays("\"Teacher\"");
        add("m", "FORCE", "Teacher", "staff");
        realm.tokensOf("student");
        mappers.edit("m", "role", "other");
        realm.tokensOf("student");

        assertThat(realmRoles()).contains("staff", "other");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Teacher", "Student"})
    void twoMappersOfOneRoleKeepEachOthersAssignments(String says) {
        classLinkSays("\"" + says + "\"");
        add("m1", "FORCE", "Teacher", "staff");
        add("m2", "FORCE", "Student", "staff");
        realm.tokensOf("student");
        assertThat(realmRoles()).contains("staff");
        realm.tokensOf("student");
        assertThat(realmRoles()).contains("staff");

        classLinkSays("\"Parent\"");
        realm.tokensOf("student");
        assertThat(realmRoles()).doesNotContain("staff");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Teacher", "Student"})
    void keycloaksRoleMapperKeepsTheAssignment(String says) {
        classLinkSays("\"" + says + "\"");
        add("m", "FORCE", "Teacher", "staff");
        mappers.add(
                "keycloak's",
                "oidc-role-idp-mapper",
                "FORCE",
                Map.of("claim", "Role", "claim.value", "Student", "role", "staff"));
        realm.tokensOf("student");
        realm.tokensOf("student");

        assertThat(realmRoles()).contains("staff");
    }

    @Test
    void aDeletedRoleDoesNotPreventTheLogin() {
        classLinkSays("\"Teacher\"");
        add("m", "FORCE", "Teacher", "gone");
        realm.tokensOf("student");
        realm.tokensOf("student");

        assertThat(realmRoles()).doesNotContain("gone", "staff");
    }

    private void add(String name, String syncMode, String classLinkRoles, String role) {
        mappers.add(name, "classlink-role-mapper", syncMode, Map.of("classlinkRoles", classLinkRoles, "role", role));
    }

    private void classLinkSays(String json) {
        environment.classLink().overrideProfile("student", profile -> Profiles.with(profile, "Role", json));
    }

    private void newRole(String path, String name) {
        AdminApi.require(
                environment.admin().post(realmPath() + path, Http.json("{\"name\": \"" + name + "\"}")), "new role");
    }

    private List<String> realmRoles() {
        return names(roleMappings("/realm"));
    }

    private JsonNode roleMappings(String where) {
        return environment.admin().get(user() + "/role-mappings" + where);
    }

    private static List<String> names(JsonNode roles) {
        return StreamSupport.stream(roles.spliterator(), false)
                .map(role -> role.get("name").textValue())
                .toList();
    }

    private String clientId() {
        return environment
                .admin()
                .get(realmPath() + "/clients?clientId=" + TestRealm.APP)
                .at("/0/id")
                .textValue();
    }

    private String user() {
        return realmPath() + "/users/" + realm.state().user(USER).get("id").textValue();
    }

    private String realmPath() {
        return "/realms/" + realm.name();
    }
}
