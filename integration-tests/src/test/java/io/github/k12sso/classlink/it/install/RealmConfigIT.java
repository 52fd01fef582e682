package io.github.k12sso.classlink.it.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.DocumentedCommands;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Profiles;
import io.github.k12sso.classlink.it.support.RealmFiles;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every file in {@code realm-config/} on a real server. The demo's file is tested with the demo. */
@WithTestEnvironment
@ResourceLock("realm of the district")
class RealmConfigIT {

    private static final String STUDENT = "nolan.nomail.2";
    private static final String TEACHER = "orla.thistledown.2";
    private static final String IMS_GLOBAL = "https://purl.imsglobal.org/spec/or/v1p1/scope/";
    private static final Set<String> ATTRIBUTES = Set.of(
            "classlink_tenant_id",
            "classlink_tenant_name",
            "classlink_role",
            "classlink_sourced_id",
            "classlink_login_id",
            "classlink_building_id",
            "classlink_building");

    private TestEnvironment environment;

    @BeforeEach
    void onTheServer(TestEnvironment testEnvironment) {
        environment = testEnvironment;
    }

    /** Imported by the server at startup, with variables from its environment. */
    @Nested
    class TheProductionRealm {

        private TestRealm district;

        @BeforeEach
        void asImported() {
            district = environment.newDistrict();
        }

        @Test
        void givesATeacherRoleGroupOrganizationAndAttributes() {
            district.tokensOf("teacher");

            JsonNode teacher = district.state().user(TEACHER);
            assertThat(district.state().roles(teacher)).containsExactly("classlink-teacher");
            assertThat(district.state().groups(teacher)).containsExactly("/districts/2/Teacher");
            assertThat(district.state().organizations(teacher)).containsExactly("district");
            assertThat(attributes(teacher)).containsAll(ATTRIBUTES);
            assertThat(teacher.at("/attributes/classlink_tenant_name/0").textValue())
                    .isEqualTo("Maple Valley Schools");
        }

        @Test
        void letsAStudentWithoutEmailSignInWithoutAForm() {
            WebPage callback = district.login(district.newBrowser(), "student-without-email");

            assertThat(callback.handedToApp()).containsKey("code");
            JsonNode student = district.state().user(STUDENT);
            assertThat(student.has("email")).isFalse();
            assertThat(district.state().roles(student)).containsExactly("classlink-student");
        }

        @Test
        void refusesUsersOfOtherDistricts() {
            environment.classLink().overrideProfile("student", profile -> Profiles.with(profile, "TenantId", "77"));
            WebPage refused = district.login(district.newBrowser(), "student");

            assertThat(refused.status()).isEqualTo(403);
        }

        @Test
        void savesEventsAndProtectsPasswords() {
            district.tokensOf("teacher");

            assertThat(district.state().events("LOGIN")).isNotEmpty();
            JsonNode settings = environment.admin().get("/realms/" + district.name());
            assertThat(settings.get("bruteForceProtected").booleanValue()).isTrue();
            assertThat(settings.get("loginTheme").textValue()).isEqualTo("classlink");
        }

        @Test
        void attributesAreReadOnlyAndVisibleToAdministratorsOnly() {
            String token = district.tokensOf("teacher").get("access_token").textValue();
            String asWritten = district.state().user(TEACHER).get("attributes").toString();

            JsonNode account = Http.json(account(district, token, null).body());
            assertThat(account.toString()).contains(TEACHER).doesNotContain("classlink_");

            ObjectNode wish = (ObjectNode) account;
            wish.putObject("attributes").putArray("classlink_role").add("Administrator");
            account(district, token, wish);
            assertThat(district.state().user(TEACHER).get("attributes")).hasToString(asWritten);

            ObjectNode edited = (ObjectNode) district.state().user(TEACHER);
            ((ObjectNode) edited.get("attributes")).putArray("classlink_role").add("Administrator");
            HttpResponse<String> answer = environment.admin().put(path(district, edited), edited);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(district.state().user(TEACHER).get("attributes")).hasToString(asWritten);
        }

        @Test
        void administratorsCanEditOtherAttributes() {
            district.tokensOf("teacher");
            ObjectNode teacher = (ObjectNode) district.state().user(TEACHER);
            String attributes = teacher.get("attributes").toString();
            AdminApi.require(
                    environment.admin().put(path(district, teacher), teacher.put("firstName", "Orlanda")), "edit");

            assertThat(district.state().user(TEACHER).get("firstName").textValue())
                    .isEqualTo("Orlanda");
            assertThat(district.state().user(TEACHER).get("attributes")).hasToString(attributes);
        }

        @Test
        void laterLoginsWriteReadOnlyAttributes() {
            district.tokensOf("teacher");
            environment
                    .classLink()
                    .overrideProfile("teacher", profile -> Profiles.with(profile, "Building", "\"Elm School\""));
            district.tokensOf("teacher");

            assertThat(district.state()
                            .user(TEACHER)
                            .at("/attributes/classlink_building/0")
                            .textValue())
                    .isEqualTo("Elm School");
        }
    }

    /** Keycloak keeps a placeholder without a variable, or uses the default after the colon, which is empty here. */
    @ParameterizedTest
    @CsvSource({
        "'',2,Client ID is missing",
        "some-client,${CLASSLINK_TENANT_ID},Sign-in: allowed districts has the entry"
    })
    void aProductionRealmWithoutARequiredValueIsRefused(String clientId, String tenantId, String why) {
        String incomplete = RealmFiles.text("district-realm.json")
                .replace("\"realm\": \"district\"", "\"realm\": \"incomplete\"")
                .replace("${CLASSLINK_CLIENT_ID:}", clientId)
                .replace("${CLASSLINK_TENANT_ID}", tenantId);
        int logged = environment.log().length();
        HttpResponse<String> answer = environment.admin().post("/realms", Http.json(incomplete));

        assertThat(answer.statusCode()).isGreaterThanOrEqualTo(400);
        assertThat(answer.body() + environment.log().substring(logged)).contains(why);
        assertThat(environment.admin().get("/realms?briefRepresentation=true").findValuesAsText("realm"))
                .doesNotContain("incomplete");
    }

    @Test
    void theDocumentedCommandsConfigureAnEmptyRealm() {
        TestRealm plain = plainRealm();
        runAll(plain);
        plain.useLocalClassLink();
        plain.addApp();

        assertThat(plain.login(plain.newBrowser(), "student-without-email").handedToApp())
                .containsKey("code");
        JsonNode student = plain.state().user(STUDENT);
        assertThat(plain.state().roles(student)).containsExactly("classlink-student");
        assertThat(plain.state().groups(student)).containsExactly("/districts/2/Student");
        assertThat(attributes(student)).containsAll(ATTRIBUTES);
        JsonNode tokens = plain.tokensOf("teacher");
        assertThat(tokens.get("scope").textValue()).contains("classlink-token");
    }

    @Full // starts kcadm.sh thirteen times, one second each
    @Test
    void theDocumentedCommandsAreIdempotent() {
        TestRealm plain = plainRealm();
        runAll(plain);
        Map<String, Object> installed = state(plain);

        run(plain, "The user profile").requireSuccess();
        assertThat(run(plain, "The first login").output()).contains("already exists");
        assertThat(run(plain, "The client scopes").output()).contains("already exists");
        DocumentedCommands.CommandResult mappers = run(plain, "The default mappers");
        mappers.requireSuccess();
        assertThat(mappers.output()).contains("\"added\" : 0").contains("\"skipped\" : 12");
        assertThat(state(plain)).isEqualTo(installed);
    }

    private void runAll(TestRealm plain) {
        Stream.of("The provider", "The user profile", "The first login", "The client scopes", "The default mappers")
                .forEach(heading -> run(plain, heading).requireSuccess());
    }

    /**
     * The tool is not in Maven Central. This sends the same requests: the realm, then the user profile, which is an extension
     * of the tool's format.
     */
    @Test
    void theKeycloakConfigCliFileCreatesAWorkingRealm() {
        String name = newName("from-config-cli");
        ObjectNode file = (ObjectNode) Http.json(RealmFiles.text("keycloak-config-cli.json")
                .replace("\"realm\": \"district\"", "\"realm\": \"" + name + "\"")
                .replaceAll("\\$\\(env:DISTRICT_NAME[^)]*\\)", "Maple Valley Schools")
                .replace("$(env:CLASSLINK_TENANT_ID)", "2")
                .replace("$(env:CLASSLINK_CLIENT_ID)", TestRealm.CLASSLINK_CLIENT)
                .replaceAll("\\$\\(env:CLASSLINK_CLIENT_SECRET[^)]*\\)", "only-classlink-knows-it"));
        JsonNode profile = file.remove("userProfile");
        ((ObjectNode) file.get("attributes")).put("CreateDefaultClientScopes", "true");
        AdminApi.require(environment.admin().post("/realms", file), "new realm");
        AdminApi.require(environment.admin().put("/realms/" + name + "/users/profile", profile), "user profile");
        TestRealm district = environment.realm(name);
        environment
                .classLink()
                .registerClient(
                        TestRealm.CLASSLINK_CLIENT,
                        "only-classlink-knows-it",
                        List.of(environment.keycloakUrl() + "/realms/*"));
        district.useLocalClassLink();
        district.addApp();
        district.tokensOf("teacher");

        JsonNode teacher = district.state().user(TEACHER);
        assertThat(district.state().roles(teacher)).containsExactly("classlink-teacher");
        assertThat(district.state().groups(teacher)).containsExactly("/districts/2/Teacher");
        assertThat(district.state().organizations(teacher)).containsExactly("district");
        assertThat(attributes(teacher)).containsAll(ATTRIBUTES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"district-realm.json", "keycloak-config-cli.json"})
    void theRealmFilesMatchTheFragments(String name) {
        JsonNode realmFile = RealmFiles.read(name);
        JsonNode mappers = RealmFiles.read("default-mappers.json");

        assertThat(realmFile.get("roles")).isEqualTo(mappers.get("roles"));
        assertThat(elements(realmFile.get("identityProviderMappers")))
                .containsAll(elements(mappers.get("identityProviderMappers")))
                .hasSize(mappers.get("identityProviderMappers").size() + 1);
        assertThat(elements(realmFile.get("clientScopes")))
                .containsExactly(
                        RealmFiles.read("client-scope-classlink-token.json"),
                        RealmFiles.read("client-scope-classlink-roster.json"),
                        RealmFiles.read("client-scope-classlink-classes.json"),
                        oneRosterScope("roster-core"),
                        oneRosterScope("roster"),
                        oneRosterScope("roster-demographics"));
        assertThat(elements(realmFile.get("authenticationFlows")))
                .containsExactly(RealmFiles.read("first-login-flow.json"));
        assertThat(profileIn(realmFile)).isEqualTo(RealmFiles.read("user-profile.json"));
        assertThat(realmFile.at("/identityProviders/0/config/clientSecret").textValue())
                .startsWith("$")
                .contains("${vault.classlink_client_secret}");
    }

    private static JsonNode oneRosterScope(String name) {
        return ((ObjectNode) RealmFiles.read("client-scope-oneroster.json"))
                .put("name", IMS_GLOBAL + name + ".readonly");
    }

    @Full // starts kcadm.sh three times
    @Test
    void aOneRosterClientGetsItsTokenWithImsGlobalScopes() {
        TestRealm realm = environment.newRealm();
        run(realm, "Signing in").requireSuccess();
        run(realm, "OneRoster clients").requireSuccess();
        Roster roster = Roster.withPartnerKey(environment, realm);
        roster.administratorsToken("roster-administrator");
        String core = IMS_GLOBAL + "roster-core.readonly";
        moveScope(realm, "classlink-roster", "default");
        moveScope(realm, core, "optional");

        JsonNode answer = Http.json(realm.tokenEndpoint(Map.of(
                        "grant_type", "client_credentials",
                        "client_id", "service",
                        "client_secret", "service-secret",
                        "scope", core))
                .body());

        assertThat(answer.path("scope").asText()).contains(core);
        assertThat(roster.get(answer.get("access_token").textValue(), Roster.MAPLE_VALLEY, "orgs")
                        .statusCode())
                .isEqualTo(200);
    }

    /** Assigns the scope to the service's client as default or optional. */
    private void moveScope(TestRealm realm, String scope, String kind) {
        String realmPath = "/realms/" + realm.name();
        String client = environment
                .admin()
                .get(realmPath + "/clients?clientId=service")
                .get(0)
                .get("id")
                .textValue();
        String id = elements(environment.admin().get(realmPath + "/client-scopes")).stream()
                .filter(each -> each.get("name").textValue().equals(scope))
                .findFirst()
                .orElseThrow()
                .get("id")
                .textValue();
        String ofClient = realmPath + "/clients/" + client;
        environment.admin().delete(ofClient + "/optional-client-scopes/" + id);
        AdminApi.require(
                environment.admin().put(ofClient + "/" + kind + "-client-scopes/" + id, Http.JSON.createObjectNode()),
                scope);
    }

    private static JsonNode profileIn(JsonNode realmFile) {
        return realmFile.has("userProfile")
                ? realmFile.get("userProfile")
                : Http.json(realmFile.findValue("kc.user.profile.config").get(0).textValue());
    }

    /** The server may remain from an earlier run. */
    private static String newName(String kind) {
        return kind + "-" + UUID.randomUUID();
    }

    private TestRealm plainRealm() {
        String name = newName("plain");
        AdminApi.require(
                environment.admin().post("/realms", Http.json("{\"realm\": \"" + name + "\", \"enabled\": true}")),
                "new realm");
        TestRealm plain = environment.realm(name);
        environment
                .classLink()
                .registerClient(
                        TestRealm.CLASSLINK_CLIENT,
                        "only-classlink-knows-it",
                        List.of(environment.keycloakUrl() + "/realms/*"));
        run(plain, "Signing in").requireSuccess();
        return plain;
    }

    private DocumentedCommands.CommandResult run(TestRealm realm, String heading) {
        return environment
                .commandsOf(RealmFiles.path("README.md"))
                .run(
                        heading,
                        Map.of(
                                "REALM",
                                realm.name(),
                                "CLASSLINK_CLIENT_ID",
                                TestRealm.CLASSLINK_CLIENT,
                                "CLASSLINK_CLIENT_SECRET",
                                "only-classlink-knows-it"));
    }

    /** Everything that the commands change. */
    private Map<String, Object> state(TestRealm realm) {
        Map<String, Object> state = new LinkedHashMap<>();
        for (String path : List.of(
                "/client-scopes",
                "/users/profile",
                "/authentication/flows",
                "/authentication/flows/classlink%20first%20login/executions",
                "/roles",
                "/identity-provider/instances",
                "/identity-provider/instances/classlink/mappers")) {
            JsonNode found = environment.admin().get("/realms/" + realm.name() + path);
            state.put(path, found.isArray() ? new HashSet<>(elements(found)) : found);
        }
        return state;
    }

    /** The account data as the user sees it; sends changes if given. */
    private static HttpResponse<String> account(TestRealm realm, String token, JsonNode changes) {
        HttpRequest.Builder request = HttpRequest.newBuilder(realm.url("/account/"))
                .header("Authorization", "Bearer " + token)
                .header("Accept", "application/json")
                .header("Content-Type", "application/json");
        return new Http()
                .send(
                        changes == null
                                ? request.GET()
                                : request.POST(HttpRequest.BodyPublishers.ofString(changes.toString())));
    }

    private static String path(TestRealm realm, JsonNode user) {
        return "/realms/" + realm.name() + "/users/" + user.get("id").textValue();
    }

    private static Set<String> attributes(JsonNode user) {
        Set<String> names = new HashSet<>();
        user.path("attributes").fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<JsonNode> elements(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false).toList();
    }
}
