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

/**
 * Keycloak's own mappers with ClassLink's profile document, alone and with this provider's mappers; and users who existed
 * before.
 */
@WithTestEnvironment
class KeycloaksMappersIT {

    private static final String USER = "mira.fernwick.2";

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
    void theRoleMapperReadsTheProfile() {
        require("/roles", "{\"name\": \"pupil\"}");
        mappers.add(
                "k",
                "oidc-role-idp-mapper",
                "FORCE",
                Map.of("claim", "Role", "claim.value", "Student", "role", "pupil"));
        realm.tokensOf("student");
        assertThat(roles(USER)).contains("pupil");

        classLinkSays("Role", "\"Parent\"");
        realm.tokensOf("student");
        assertThat(roles(USER)).doesNotContain("pupil");
    }

    @Test
    void theUsernameMapperReadsTheProfile() {
        mappers.add(
                "k",
                "oidc-username-idp-mapper",
                "IMPORT",
                Map.of("template", "${CLAIM.LoginId}-of-${CLAIM.TenantId}", "target", "LOCAL"));
        realm.tokensOf("student");

        assertThat(realm.state().links(realm.state().user("mira.fernwick-of-2")))
                .hasSize(1);
    }

    @Test
    void keycloaksGroupMapperReadsTheProfileAndKeepsItsGroup() {
        String districts = require("/groups", "{\"name\": \"districts\"}");
        require("/groups/" + districts + "/children", "{\"name\": \"pupils\"}");
        mappers.add("ours", "classlink-group-mapper", "FORCE", Map.of("groupTemplate", "/districts/${tenant_id}"));
        mappers.add(
                "k",
                "oidc-advanced-group-idp-mapper",
                "FORCE",
                Map.of("claims", "[{\"key\":\"Role\",\"value\":\"Student\"}]", "group", "/districts/pupils"));
        realm.tokensOf("student");
        realm.tokensOf("student");
        assertThat(groups(USER)).containsExactlyInAnyOrder("/districts/2", "/districts/pupils");

        classLinkSays("Role", "\"Parent\"");
        realm.tokensOf("student");
        assertThat(groups(USER)).containsExactly("/districts/2");
    }

    @Test
    void aManualMembershipInAMappersGroupIsRemovedAtTheNextLogin() {
        mappers.add("ours", "classlink-group-mapper", "FORCE", Map.of("groupTemplate", "/districts/${tenant_id}"));
        realm.tokensOf("student");
        String districts = environment
                .admin()
                .get(realmPath() + "/groups")
                .get(0)
                .get("id")
                .textValue();
        String manual = require("/groups/" + districts + "/children", "{\"name\": \"manual\"}");
        String user = realm.state().user(USER).get("id").textValue();
        AdminApi.require(
                environment.admin().put(realmPath() + "/users/" + user + "/groups/" + manual, Http.json("{}")),
                "manual membership");
        assertThat(groups(USER)).hasSize(2);

        realm.tokensOf("student");
        assertThat(groups(USER)).containsExactly("/districts/2");
    }

    @ParameterizedTest
    @CsvSource({"FORCE,true", "LEGACY,true", "IMPORT,false"})
    void aPreLinkedUserIsMappedByTheSyncMode(String syncMode, boolean mapped) {
        require("/roles", "{\"name\": \"pupil\"}");
        String local = realm.state().user("local").get("id").textValue();
        require(
                "/users/" + local + "/federated-identity/classlink",
                "{\"userId\": \"870001\", \"userName\": \"mira.fernwick.2\"}");
        mappers.add("role", "classlink-role-mapper", syncMode, Map.of("classlinkRoles", "Student", "role", "pupil"));
        mappers.add("group", "classlink-group-mapper", syncMode, Map.of("groupTemplate", "/districts/${tenant_id}"));
        mappers.add(
                "attribute",
                "classlink-user-attribute-mapper",
                syncMode,
                Map.of("jsonField", "Role", "userAttribute", "classlink_role"));
        realm.tokensOf("student");

        assertThat(realm.state().users()).as("no new user").hasSize(1);
        assertThat(roles("local").contains("pupil")).isEqualTo(mapped);
        assertThat(groups("local")).isEqualTo(mapped ? List.of("/districts/2") : List.of());
        assertThat(realm.state()
                        .user("local")
                        .at("/attributes/classlink_role/0")
                        .asText())
                .isEqualTo(mapped ? "Student" : "");
    }

    private void classLinkSays(String member, String json) {
        environment.classLink().overrideProfile("student", profile -> Profiles.with(profile, member, json));
    }

    /** The id of the created resource, if it has one. */
    private String require(String path, String body) {
        String location = AdminApi.require(environment.admin().post(realmPath() + path, Http.json(body)), path)
                .headers()
                .firstValue("Location")
                .orElse("");
        return location.substring(location.lastIndexOf('/') + 1);
    }

    private List<String> groups(String username) {
        return read(username, "/groups", "path");
    }

    private List<String> roles(String username) {
        return read(username, "/role-mappings/realm", "name");
    }

    private List<String> read(String username, String path, String member) {
        JsonNode list = environment
                .admin()
                .get(realmPath() + "/users/"
                        + realm.state().user(username).get("id").textValue() + path);
        return StreamSupport.stream(list.spliterator(), false)
                .map(entry -> entry.get(member).textValue())
                .toList();
    }

    private String realmPath() {
        return "/realms/" + realm.name();
    }
}
