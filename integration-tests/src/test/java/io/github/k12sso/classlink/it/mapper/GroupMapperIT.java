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
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The group mapper with profile fields. */
@WithTestEnvironment
class GroupMapperIT {

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
    void theFirstLoginCreatesTheGroupsAndALaterLoginReusesThem() {
        add("m", "FORCE", "/districts/${tenant_name}/${role}");
        realm.tokensOf("student");
        assertThat(groups()).containsExactly("/districts/Maple Valley Schools/Student");
        realm.tokensOf("student");
        assertThat(groups()).containsExactly("/districts/Maple Valley Schools/Student");

        realm.tokensOf("teacher");
        assertThat(groups("orla.thistledown.2")).containsExactly("/districts/Maple Valley Schools/Teacher");
        assertThat(environment
                        .admin()
                        .get(realmPath() + "/groups/count")
                        .get("count")
                        .asInt())
                .isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({
        "FORCE,'\"Oak\"',/districts/Oak",
        "LEGACY,'\"Oak\"',/districts/Oak",
        "IMPORT,'\"Oak\"',/districts/Elm",
        "FORCE,'\"\"',",
        "LEGACY,'\"\"',",
        "IMPORT,'\"\"',/districts/Elm",
        "FORCE,,",
        "LEGACY,,",
        "IMPORT,,/districts/Elm"
    })
    void aLaterLoginFollowsTheSyncMode(String syncMode, String nowSays, String expected) {
        classLinkSays("Tenant", "\"Elm\"");
        add("m", syncMode, "/districts/${tenant_name}");
        realm.tokensOf("student");
        assertThat(groups()).containsExactly("/districts/Elm");

        classLinkSays("Tenant", nowSays);
        realm.tokensOf("student");

        assertThat(groups()).isEqualTo(expected == null ? List.of() : List.of(expected));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"null", "\"\"", "\"  \""})
    void withoutAValueThereIsNoGroup(String says) {
        classLinkSays("Building", says);
        add("m", "FORCE", "/districts/${tenant_name}/${building}");
        realm.tokensOf("student");

        assertThat(groups()).isEmpty();
        assertThat(environment
                        .admin()
                        .get(realmPath() + "/groups/count")
                        .get("count")
                        .asInt())
                .isZero();
    }

    @Test
    void aSlashInAValueDoesNotCreateASubgroup() {
        classLinkSays("Tenant", "\"Oak/Teacher\"");
        add("m", "FORCE", "/districts/${tenant_name}");
        realm.tokensOf("student");

        assertThat(groups()).containsExactly("/districts/Oak~1Teacher");
    }

    @Test
    void otherGroupsAreUnchanged() {
        add("m", "FORCE", "/districts/${tenant_name}");
        realm.tokensOf("student");
        join(newGroup("manual"));
        realm.tokensOf("student");
        classLinkSays("Tenant", "\"Oak\"");
        realm.tokensOf("student");

        assertThat(groups()).containsExactlyInAnyOrder("/districts/Oak", "/manual");
    }

    @Test
    void anEditedMapperMovesPeopleAtTheNextLogin() {
        add("m", "FORCE", "/districts/${tenant_name}");
        realm.tokensOf("student");
        mappers.edit("m", "groupTemplate", "/districts/${tenant_id}");
        realm.tokensOf("student");

        assertThat(groups()).containsExactly("/districts/2");
    }

    @Test
    void anEditedMapperLeavesGroupsOfTheOldTemplateUnchanged() {
        add("m", "FORCE", "/districts/${tenant_name}");
        realm.tokensOf("student");
        mappers.edit("m", "groupTemplate", "/roles/${role}");
        realm.tokensOf("student");

        assertThat(groups()).containsExactlyInAnyOrder("/districts/Maple Valley Schools", "/roles/Student");
    }

    @Test
    void twoMappersWithTheSameTemplateKeepEachOthersGroups() {
        add("m1", "FORCE", "/districts/${tenant_name}");
        add("m2", "FORCE", "/districts/${tenant_id}");
        realm.tokensOf("student");
        assertThat(groups()).containsExactlyInAnyOrder("/districts/Maple Valley Schools", "/districts/2");
        realm.tokensOf("student");
        assertThat(groups()).containsExactlyInAnyOrder("/districts/Maple Valley Schools", "/districts/2");

        classLinkSays("Tenant", "\"\"");
        realm.tokensOf("student");
        assertThat(groups()).containsExactly("/districts/2");
    }

    @Test
    void twoMappersOfOneGroupKeepEachOthersMemberships() {
        add("m1", "FORCE", "/roles/${role}");
        add("m2", "FORCE", "/roles/${role}");
        realm.tokensOf("student");
        realm.tokensOf("student");
        assertThat(groups()).containsExactly("/roles/Student");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/${role}", "/a/${nonsense}"})
    void anInvalidTemplateIsLoggedAndCreatesNoGroup(String template) {
        add("m with " + template, "FORCE", template);
        realm.tokensOf("student");

        assertThat(groups()).isEmpty();
        assertThat(environment.log()).contains("Mapper 'm with " + template + "': Group template");
    }

    @Test
    void concurrentFirstLoginsOfADistrictShareItsGroup() {
        add("m", "FORCE", "/districts/${tenant_name}");
        Stream.of("student", "teacher", "tenant-administrator", "parent")
                .map(persona -> CompletableFuture.runAsync(() -> realm.tokensOf(persona)))
                .toList()
                .forEach(CompletableFuture::join);

        for (JsonNode user : realm.state().users()) {
            String name = user.get("username").textValue();
            if (!name.equals("local")) {
                assertThat(groups(name)).as(name).containsExactly("/districts/Maple Valley Schools");
            }
        }
        assertThat(environment
                        .admin()
                        .get(realmPath() + "/groups/count")
                        .get("count")
                        .asInt())
                .isEqualTo(2);
    }

    private void add(String name, String syncMode, String template) {
        mappers.add(name, "classlink-group-mapper", syncMode, Map.of("groupTemplate", template));
    }

    /** Null removes the field. */
    private void classLinkSays(String member, String json) {
        environment.classLink().overrideProfile("student", profile -> Profiles.with(profile, member, json));
    }

    private String newGroup(String name) {
        AdminApi.require(
                environment.admin().post(realmPath() + "/groups", Http.json("{\"name\": \"" + name + "\"}")),
                "new group");
        return StreamSupport.stream(
                        environment.admin().get(realmPath() + "/groups").spliterator(), false)
                .filter(group -> group.get("name").textValue().equals(name))
                .findFirst()
                .orElseThrow()
                .get("id")
                .textValue();
    }

    private void join(String groupId) {
        AdminApi.require(
                environment.admin().put(user(USER) + "/groups/" + groupId, Http.json("{}")), "manual membership");
    }

    private List<String> groups() {
        return groups(USER);
    }

    private List<String> groups(String username) {
        return StreamSupport.stream(
                        environment.admin().get(user(username) + "/groups").spliterator(), false)
                .map(group -> group.get("path").textValue())
                .toList();
    }

    private String user(String username) {
        return realmPath() + "/users/" + realm.state().user(username).get("id").textValue();
    }

    private String realmPath() {
        return "/realms/" + realm.name();
    }
}
