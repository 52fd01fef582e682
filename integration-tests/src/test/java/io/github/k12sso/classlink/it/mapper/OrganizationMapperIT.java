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

/** The organization mapper. */
@WithTestEnvironment
class OrganizationMapperIT {

    private static final String USER = "mira.fernwick.2";

    private TestEnvironment environment;
    private TestRealm realm;
    private ProviderMappers mappers;

    @BeforeEach
    void aRealmWithOrganizations(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        mappers = new ProviderMappers(realm);
        switchOrganizations(true);
        // The same user in all districts.
        realm.configure("usernameTemplate", "${login_id}.2");
    }

    @Test
    void theFirstLoginJoinsTheDistrictsOrganizationAndLaterLoginsKeepIt() {
        newOrganization("maple", "2");
        newOrganization("oak", "77");
        newOrganization("unrelated", null);
        add("m", "FORCE", false);
        realm.tokensOf("student");
        assertThat(organizations()).containsExactly("maple");
        realm.tokensOf("student");
        assertThat(organizations()).containsExactly("maple");
    }

    @ParameterizedTest
    @CsvSource({
        "FORCE,77,oak",
        "LEGACY,77,oak",
        "IMPORT,77,maple",
        "FORCE,'\"\"',",
        "LEGACY,'\"\"',",
        "IMPORT,'\"\"',maple",
        "FORCE,,",
        "LEGACY,,",
        "IMPORT,,maple",
        "FORCE,404,"
    })
    void aLaterLoginFollowsTheSyncMode(String syncMode, String nowSays, String expected) {
        newOrganization("maple", "2");
        newOrganization("oak", "77");
        add("m", syncMode, false);
        realm.tokensOf("student");
        assertThat(organizations()).containsExactly("maple");

        classLinkSays(nowSays);
        realm.tokensOf("student");

        assertThat(organizations()).isEqualTo(expected == null ? List.of() : List.of(expected));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"\"\"", "null", "\"2 or 77\""})
    void withoutATenantIdNoOrganizationIsJoinedOrCreated(String says) {
        newOrganization("maple", "2");
        classLinkSays(says);
        add("m", "FORCE", true);
        realm.tokensOf("student");

        assertThat(organizations()).isEmpty();
        assertThat(aliases()).containsExactly("maple");
    }

    @Test
    void otherMembershipsAreUnchanged() {
        newOrganization("maple", "2");
        newOrganization("unrelated", null);
        add("m", "FORCE", false);
        realm.tokensOf("student");
        AdminApi.require(
                environment
                        .admin()
                        .post(
                                realmPath() + "/organizations/" + organizationId("unrelated") + "/members",
                                realm.state().user(USER).get("id")),
                "manual membership");
        classLinkSays(null);
        realm.tokensOf("student");

        assertThat(organizations()).containsExactly("unrelated");
    }

    @Test
    void organizationsAreCreatedOnlyIfConfigured() {
        add("m", "FORCE", false);
        realm.tokensOf("student");
        assertThat(aliases()).isEmpty();

        mappers.edit("m", "createOrganization", "true");
        realm.tokensOf("student");

        assertThat(organizations()).containsExactly("2");
        JsonNode made = environment.admin().get(realmPath() + "/organizations/" + organizationId("2"));
        assertThat(made.get("name").textValue()).isEqualTo("Maple Valley Schools");
        assertThat(made.at("/attributes/classlink.tenant_id/0").textValue()).isEqualTo("2");
    }

    @Test
    void districtsWithTheSameNameAreTwoOrganizations() {
        newOrganization("Maple Valley Schools", "77");
        add("m", "FORCE", true);
        realm.tokensOf("student");

        assertThat(organizations()).containsExactly("2");
        assertThat(environment
                        .admin()
                        .get(realmPath() + "/organizations/" + organizationId("2"))
                        .get("name")
                        .textValue())
                .isEqualTo("Maple Valley Schools (2)");
    }

    @Test
    void anOrganizationWithTheAliasOnlyIsNotUsedForTheDistrict() {
        newOrganization("2", null);
        add("m", "FORCE", true);
        realm.tokensOf("student");

        assertThat(organizations()).isEmpty();
        assertThat(environment.logOf(realm))
                .filteredOn(line -> line.contains("alias=2"))
                .hasSize(1);
    }

    @Test
    void twoMappersOfOneDistrictUseTheSameOrganization() {
        add("m1", "FORCE", true);
        add("m2", "FORCE", false);
        realm.tokensOf("student");
        realm.tokensOf("student");
        assertThat(organizations()).containsExactly("2");
    }

    @Test
    void concurrentFirstLoginsOfADistrictShareItsOrganization() {
        add("m", "FORCE", true);
        Stream.of("student", "teacher", "tenant-administrator", "parent")
                .map(persona -> CompletableFuture.runAsync(() -> realm.tokensOf(persona)))
                .toList()
                .forEach(CompletableFuture::join);

        assertThat(aliases()).containsExactly("2");
        assertThat(environment.admin().get(realmPath() + "/organizations/" + organizationId("2") + "/members"))
                .hasSize(4);
    }

    @Test
    void withOrganizationsSwitchedOffOneLogLineExplainsIt() {
        switchOrganizations(false);
        add("m of " + realm.name(), "FORCE", true);
        realm.tokensOf("student");

        assertThat(environment.log().lines())
                .filteredOn(line -> line.contains("Mapper 'm of " + realm.name() + "' does nothing"))
                .singleElement()
                .asString()
                .contains("WARN")
                .contains("Organizations is off");
        switchOrganizations(true);
        assertThat(aliases()).isEmpty();
    }

    private void add(String name, String syncMode, boolean create) {
        mappers.add(
                name, "classlink-organization-mapper", syncMode, Map.of("createOrganization", String.valueOf(create)));
    }

    /** Null removes the TenantId. */
    private void classLinkSays(String json) {
        environment.classLink().overrideProfile("student", profile -> Profiles.with(profile, "TenantId", json));
    }

    private void switchOrganizations(boolean on) {
        AdminApi.require(
                environment.admin().put(realmPath(), Http.json("{\"organizationsEnabled\": " + on + "}")),
                "realm's settings");
    }

    private void newOrganization(String name, String tenantId) {
        String alias = name.replace(' ', '-');
        String attributes = tenantId == null ? "" : "\"classlink.tenant_id\": [\"" + tenantId + "\"]";
        AdminApi.require(
                environment
                        .admin()
                        .post(
                                realmPath() + "/organizations",
                                Http.json("{\"name\": \"" + name + "\", \"alias\": \"" + alias + "\", \"attributes\": {"
                                        + attributes + "}, \"domains\": [{\"name\": \"" + alias
                                        + ".example\"}]}")),
                "new organization");
    }

    private String organizationId(String alias) {
        return StreamSupport.stream(
                        environment.admin().get(realmPath() + "/organizations").spliterator(), false)
                .filter(organization -> organization.get("alias").textValue().equals(alias))
                .findFirst()
                .orElseThrow()
                .get("id")
                .textValue();
    }

    private List<String> aliases() {
        return aliases(environment.admin().get(realmPath() + "/organizations"));
    }

    private List<String> organizations() {
        String userId = realm.state().user(USER).get("id").textValue();
        return aliases(environment.admin().get(realmPath() + "/organizations/members/" + userId + "/organizations"));
    }

    private static List<String> aliases(JsonNode organizations) {
        return StreamSupport.stream(organizations.spliterator(), false)
                .map(organization -> organization.get("alias").textValue())
                .toList();
    }

    private String realmPath() {
        return "/realms/" + realm.name();
    }
}
