package io.github.k12sso.classlink.it.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.DocumentedCommands;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.RealmFiles;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code GET /admin/realms/{realm}/classlink/{alias}/check}: breaks the setup in one way after another. */
@WithTestEnvironment
class SetupCheckIT {

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealmThatWorks(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
    }

    @Test
    void givenAWorkingSetup_thenNoCheckFails() {
        realm.tokensOf("student");

        List<JsonNode> findings = check();

        assertThat(findings)
                .filteredOn(finding -> finding.get("status").textValue().equals("failed"))
                .isEmpty();
        assertThat(finding("redirect-uri").get("detail").textValue())
                .contains(realm.callbackUrl().toString());
        assertThat(finding("client-credentials").get("status").textValue()).isEqualTo("ok");
        assertThat(finding("signing-keys").get("status").textValue()).isEqualTo("ok");
        assertThat(finding("discovery").get("status").textValue()).isEqualTo("ok");
        assertThat(finding("profile-url").get("status").textValue()).isEqualTo("ok");
        assertThat(finding("clock").get("status").textValue()).isEqualTo("ok");
        assertThat(finding("host").get("detail").textValue()).contains("localhost", " ms.");
        assertThat(finding("token-keys").get("detail").textValue()).contains("Of 1 stored records tried, 1 can be");
        assertThat(finding("token-exchange").get("detail").textValue()).contains(TestRealm.APP);
        assertThat(findings)
                .allSatisfy(finding -> assertThat(finding.get("fix").textValue().isEmpty())
                        .isEqualTo(finding.get("status").textValue().equals("ok")));
    }

    /** A wrong provider setting that neither Keycloak nor ClassLink reports before a login. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            clientSecret    | wrong                        | client-credentials | failed  | unauthorized_client
            clientSecret    | ${vault.absent}              | client-credentials | failed  | ${vault.absent}
            clientId        | another-client               | client-credentials | failed  | invalid_request
            jwksUrl         | @CLASSLINK@/oauth2/v2/keys   | signing-keys       | failed  | /oauth2/v2/keys
            issuer          | @CLASSLINK@/other            | discovery          | warning | can't be read
            authorizationUrl| @CLASSLINK@/oauth2/v3/auth   | discovery          | warning | authorizationUrl is
            userInfoUrl     | @CLASSLINK@/oauth2/v2/userinfo | profile-url      | failed  | a web page
            userInfoUrl     | @CLASSLINK@/v2/my/nothing    | profile-url        | failed  | status 404
            tokenUrl        | http://localhost:1/token     | host               | failed  | could not be reached
            tokenUrl        | https://classlink.invalid/token | host             | failed  | could not be resolved
            defaultScope    | openid profile roster.read   | scopes             | failed  | roster.read
            tokenScope      | no-such-scope                | token-scope        | failed  | no-such-scope
            launchpadClient | no-such-client               | tile-client        | failed  | no-such-client
            launchpadClient | app                          | tile-home-url      | failed  | no Home URL
            identityKey     | tenant-and-sourced-id        | identity-key       | warning | SourcedId
            allowedTenants  |                              | allowed-districts  | warning | every ClassLink district
            """)
    void givenAWrongSetting_thenAFindingReportsIt(String key, String value, String name, String status, String says) {
        realm.configure(
                key,
                value == null
                        ? ""
                        : value.replace(
                                "@CLASSLINK@", environment.classLink().baseUrl().toString()));

        assertFound(name, status, says);
    }

    static Stream<Broken> brokenProvidersAndRealms() {
        return Stream.of(
                new Broken(realm -> realm.configure(provider -> provider.put("enabled", false)), "enabled", "failed"),
                new Broken(realm -> realm.configure(provider -> provider.put("linkOnly", true)), "enabled", "warning"),
                new Broken(
                        realm -> realm.configure(provider -> provider.put("storeToken", false)),
                        "store-tokens",
                        "warning"),
                new Broken(
                        realm -> realm.configure(
                                provider -> provider.put("firstBrokerLoginFlowAlias", "first broker login")),
                        "review-page",
                        "warning"),
                new Broken(
                        realm -> realm.configureRealm(settings -> settings.put("duplicateEmailsAllowed", false)),
                        "duplicate-emails",
                        "warning"),
                new Broken(
                        realm -> realm.configureRealm(settings -> settings.put("bruteForceProtected", true)),
                        "brute-force",
                        "warning"),
                new Broken(
                        realm -> realm.configureRealm(settings -> settings.put("verifyEmail", true)),
                        "verify-email",
                        "warning"),
                new Broken(
                        realm -> realm.configureRealm(settings ->
                                settings.put("duplicateEmailsAllowed", false).put("registrationEmailAsUsername", true)),
                        "email-as-username",
                        "failed"),
                new Broken(
                        realm -> realm.configureClient(
                                TestRealm.APP,
                                app -> ((ObjectNode) app.get("attributes"))
                                        .put("standard.token.exchange.enabled", "false")),
                        "token-exchange",
                        "warning"),
                new Broken(
                        realm -> AdminApi.require(
                                realm.admin()
                                        .put(
                                                "/realms/" + realm.name() + "/users/profile",
                                                Http.json(PROFILE_OF_A_NEW_REALM)),
                                "user profile"),
                        "email-required",
                        "failed"));
    }

    private static final String PROFILE_OF_A_NEW_REALM = """
            {"attributes": [
              {"name": "username"},
              {"name": "email", "required": {"roles": ["user"]}},
              {"name": "firstName", "validations": {"person-name-prohibited-characters": {}},
               "required": {"roles": ["user"]}},
              {"name": "lastName", "validations": {"length": {"max": 255}}}
            ]}
            """;

    /** A way to break a realm, and the finding that reports it. */
    record Broken(Consumer<TestRealm> way, String name, String status) {
        @Override
        public String toString() {
            return name + " " + status;
        }
    }

    @ParameterizedTest
    @MethodSource("brokenProvidersAndRealms")
    void givenAWrongSwitchOfProviderOrRealm_thenAFindingReportsIt(Broken broken) {
        broken.way().accept(realm);

        assertFound(broken.name(), broken.status(), "");
    }

    @Test
    void givenTheUserProfileOfANewRealm_thenRequiredNamesAndValidatorsAreReported() {
        AdminApi.require(
                realm.admin().put("/realms/" + realm.name() + "/users/profile", Http.json(PROFILE_OF_A_NEW_REALM)),
                "user profile");

        assertFound("attribute-required", "warning", "firstName");
        assertFound("name-validators", "warning", "firstName (person-name-prohibited-characters)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            classlink-user-attribute-mapper | jsonField      | sourcedid                        | mapper-field | failed | SourcedId
            classlink-user-attribute-mapper | jsonField      | Grade                            | mapper-field | warning | Grade
            classlink-user-attribute-mapper | jsonField      | Org[Id                           | mapper-field | failed | is not a path
            oidc-user-attribute-idp-mapper  | claim          | tenantid                         | mapper-field | failed | TenantId
            classlink-role-mapper           | classlinkRoles | Teacher, Student                 | mapper-role-names | failed | one
            classlink-role-mapper           | role           | no-such-role                     | mapper-role  | failed | no-such-role
            oidc-hardcoded-role-idp-mapper  | role           | app.no-such-role                 | mapper-role  | failed | app.no-such-role
            classlink-group-mapper          | groupTemplate  | /districts/${nonsense}           | mapper-group-template | failed | unknown placeholder
            classlink-group-mapper          | groupTemplate  | /districts/${tenant_name}        | mapper-group-template | warning | ${tenant_id}
            oidc-hardcoded-group-idp-mapper | group          | /no/such/group                   | mapper-group | failed | /no/such/group
            classlink-organization-mapper   | createOrganization | false                        | mapper-organization | failed | Organizations is off
            """)
    void givenAMapperWithoutEffect_thenAFindingReportsIt(
            String type, String key, String value, String name, String status, String says) {
        new ProviderMappers(realm).add("the mapper", type, "FORCE", Map.of(key, value));

        assertThat(messages(name, status))
                .anySatisfy(message ->
                        assertThat(message).contains("Mapper \"the mapper\"").contains(says));
    }

    @Test
    void givenADistrictWithoutAnOrganization_thenAFindingNamesTheDistrict() {
        realm.configureRealm(settings -> settings.put("organizationsEnabled", true));
        realm.configure("allowedTenants", "2##2222");
        new ProviderMappers(realm).add("districts", "classlink-organization-mapper", "FORCE", Map.of());

        assertFound("mapper-organization", "failed", "TenantId 2222");
    }

    @Nested
    class GivenATile {

        @BeforeEach
        void tile() {
            realm.configure("launchpadClient", TestRealm.APP);
        }

        @ParameterizedTest
        @ValueSource(strings = {"http://app.example", "http://app.example/", "http://app.example/index.html"})
        void thatOpensTheStartPage_thenAFindingReportsIt(String home) {
            realm.configureClient(TestRealm.APP, app -> app.put("baseUrl", home));

            assertFound("tile-home-url", "warning", "start page");
            assertFound("tile-logout", "warning", "backchannel logout URL");
        }

        @Test
        void thatOpensALoginAndAnAppWithBackchannelLogout_thenBothChecksPass() {
            realm.configureClient(TestRealm.APP, app -> {
                app.put("baseUrl", "http://app.example/login");
                ((ObjectNode) app.get("attributes")).put("backchannel.logout.url", "http://app.example/logged-out");
            });

            assertFound("tile-home-url", "ok", "http://app.example/login");
            assertFound("tile-logout", "ok", "http://app.example/logged-out");
        }

        /** As in a client that was created in the admin console: Keycloak doesn't call the back-channel logout URL. */
        @Test
        void whoseAppHasFrontChannelLogoutOn_thenAFindingReportsIt() {
            realm.configureClient(TestRealm.APP, app -> {
                app.put("frontchannelLogout", true);
                ((ObjectNode) app.get("attributes")).put("backchannel.logout.url", "http://app.example/logged-out");
            });

            assertFound("tile-logout", "warning", "Front channel logout");
        }
    }

    @Nested
    class GivenRosters {

        @BeforeEach
        void partnerKey() {
            Roster.withPartnerKey(environment, realm);
        }

        @AfterEach
        void share() {
            environment.classLink().applications().enabled("maplevalley", true);
        }

        @Test
        void thatAreShared_thenOnePageIsRead() {
            realm.configure("allowedTenants", Roster.MAPLE_VALLEY);

            assertFound("roster-district", "ok", "TenantId 2 ");
            assertFound("roster-page", "ok", "One page of orgs");
            assertFound("roster-scope", "ok", TestRealm.APP);
        }

        @Test
        void ofADistrictThatDoesNotShare_thenAFindingNamesIt() {
            realm.configure("allowedTenants", "2##31");
            environment.classLink().applications().enabled("maplevalley", false);

            assertThat(messages("roster-district", "failed"))
                    .anySatisfy(message -> assertThat(message).contains("TenantId 2 ", "doesn't share"))
                    .anySatisfy(message -> assertThat(message).contains("TenantId 31 ", "doesn't list"));
        }

        @Test
        void thatAreOff_thenAFindingNamesWhatUsesClasses() {
            realm.configure("rosterMode", "off");
            assertFound("rosters", "ok", "disabled");

            new ProviderMappers(realm)
                    .add(
                            "classes",
                            "classlink-group-mapper",
                            "FORCE",
                            Map.of("groupTemplate", "/c/${tenant_id}/${class_id}", "groupSource", "roster-classes"));

            assertFound("rosters", "failed", "uses the classes");
        }

        @Test
        void andNoAllowedDistricts_thenTheKeyIsCheckedAnyway() {
            assertFound("partner-key", "ok", "accepts the partner key");
        }

        @Test
        void andAnUnknownKey_thenAFindingReportsIt() {
            environment.keepInVault(realm, "partner-key", "another-key");

            assertFound("partner-key", "failed", "status 401");
        }

        @Test
        void andNoKeyInTheVault_thenAFindingReportsIt() {
            environment.removeFromVault(realm, "partner-key");

            assertFound("partner-key", "failed", "${vault.partner-key}");
        }

        @Test
        void andAnUnreadableDistrictList_thenAFindingReportsIt() {
            environment.classLink().faults().inject(Endpoint.APPLICATIONS, Fault.status(503));

            assertFound("partner-key", "failed", "status 503");
        }
    }

    @Test
    void givenABusyTokenEndpoint_thenTheSecretIsNotChecked() {
        environment.classLink().faults().inject(Endpoint.TOKEN, Fault.status(503));

        assertFound("client-credentials", "failed", "Not checked");
    }

    @Test
    void givenATokenWithAMissingKey_thenAFindingCountsIt() {
        realm.tokensOf("student");
        JsonNode keys = realm.admin().get("/realms/" + realm.name() + "/components?type=org.keycloak.keys.KeyProvider");
        StreamSupport.stream(keys.spliterator(), false)
                .filter(key -> key.get("providerId").textValue().equals("aes-generated"))
                .forEach(key -> AdminApi.require(
                        realm.admin()
                                .delete("/realms/" + realm.name() + "/components/"
                                        + key.get("id").textValue()),
                        "delete key"));

        assertFound("token-keys", "failed", "Of 1 stored records tried, 0 can be");
    }

    @Test
    void requiresManageIdentityProviders() {
        String check = "/realms/" + realm.name() + "/classlink/" + TestRealm.ALIAS + "/check";
        newAdministrator("viewer", "view-identity-providers");
        newAdministrator("manager", "manage-identity-providers");

        assertThat(asAdministrator("viewer", check).statusCode()).isEqualTo(403);
        assertThat(asAdministrator("manager", check).statusCode()).isEqualTo(200);
        assertThat(new Http()
                        .send(HttpRequest.newBuilder(environment.keycloakUrl().resolve("/admin" + check)))
                        .statusCode())
                .isEqualTo(401);
        assertThat(asAdministrator("manager", check.replace("/classlink/check", "/other/check"))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void canBeCalledWithKcadmAsDocumented() {
        environment
                .commandsOf(RealmFiles.path("README.md"))
                .run("Signing in", Map.of())
                .requireSuccess();
        DocumentedCommands.CommandResult answer = environment
                .commandsOf(RealmFiles.path("../docs/administer/diagnostics.md").normalize())
                .run("Run the connection check", Map.of("REALM", realm.name()));

        answer.requireSuccess();
        assertThat(answer.output()).contains("\"checks\"", "redirect-uri");
    }

    private void newAdministrator(String name, String role) {
        String realmPath = "/realms/" + realm.name();
        ObjectNode user = Http.JSON.createObjectNode();
        user.put("username", name).put("enabled", true).put("firstName", name).put("lastName", name);
        user.putArray("credentials").addObject().put("type", "password").put("value", name);
        AdminApi.require(realm.admin().post(realmPath + "/users", user), "new administrator");
        String userId = realm.state().user(name).get("id").textValue();
        String clientId = realm.admin()
                .get(realmPath + "/clients?clientId=realm-management")
                .get(0)
                .get("id")
                .textValue();
        JsonNode given = realm.admin().get(realmPath + "/clients/" + clientId + "/roles/" + role);
        AdminApi.require(
                realm.admin()
                        .post(
                                realmPath + "/users/" + userId + "/role-mappings/clients/" + clientId,
                                Http.json("[" + given + "]")),
                "role of the administrator");
    }

    private HttpResponse<String> asAdministrator(String name, String path) {
        HttpResponse<String> tokens = realm.tokenEndpoint(Map.of(
                "grant_type",
                "password",
                "client_id",
                TestRealm.APP,
                "client_secret",
                TestRealm.APP_SECRET,
                "username",
                name,
                "password",
                name));
        String token = Http.json(AdminApi.require(tokens, "token endpoint").body())
                .get("access_token")
                .textValue();
        return new Http().send(Roster.request(token, environment.keycloakUrl().resolve("/admin" + path)));
    }

    private List<JsonNode> check() {
        JsonNode answer = realm.admin().get("/realms/" + realm.name() + "/classlink/" + TestRealm.ALIAS + "/check");
        return StreamSupport.stream(answer.get("checks").spliterator(), false).toList();
    }

    private JsonNode finding(String name) {
        return check().stream()
                .filter(finding -> finding.get("name").textValue().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no finding " + name));
    }

    private List<String> messages(String name, String status) {
        return check().stream()
                .filter(finding -> finding.get("name").textValue().equals(name))
                .filter(finding -> finding.get("status").textValue().equals(status))
                .map(finding -> finding.get("detail").textValue() + " "
                        + finding.get("fix").textValue())
                .toList();
    }

    private void assertFound(String name, String status, String says) {
        assertThat(messages(name, status))
                .as(name + " " + status)
                .anySatisfy(message -> assertThat(message).contains(says));
    }
}
