package io.github.k12sso.classlink.it.idp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jwt.JWTParser;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.DatabaseKind;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.ServerOnDatabase;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import java.net.URI;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Logins, exchanges and tiles of two users whose ids a database may compare as equal: MariaDB ignores case, accents and
 * trailing spaces.
 */
@Full // builds and starts a Keycloak for each kind of database
class DatabasesIT {

    private static final String TENANT = "2";
    private static final URI HOME = URI.create("http://app.example/home");

    @Nested
    class OnH2 extends People {
        OnH2() {
            super(DatabaseKind.H2);
        }
    }

    @Nested
    class OnPostgreSql extends People {
        OnPostgreSql() {
            super(DatabaseKind.POSTGRESQL);
        }
    }

    @Nested
    class OnMariaDb extends People {
        OnMariaDb() {
            super(DatabaseKind.MARIADB);
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class People {

        private final DatabaseKind kind;
        private ServerOnDatabase server;
        private TestRealm realm;

        People(DatabaseKind kind) {
            this.kind = kind;
        }

        @BeforeAll
        void start() {
            server = ServerOnDatabase.start(kind);
        }

        @AfterAll
        void stop() {
            if (server != null) {
                server.close();
            }
        }

        @BeforeEach
        void asThePersonasAre() {
            Stream.of("student", "teacher")
                    .forEach(persona -> server.classLink().overrideProfile(persona, profile -> profile));
        }

        @ParameterizedTest
        @CsvSource({"AbC10, aBc10", "josé, jose", "x1, 'x1 '"})
        void areTwoUsers(String first, String second) throws ParseException {
            realm = server.newRealm();
            realm.configure("identityKey", "tenant-and-sourced-id");
            sourcedId("student", first);
            sourcedId("teacher", second);

            String student = accessToken("student");
            String teacher = accessToken("teacher");

            assertThat(subject(student)).isNotEqualTo(subject(teacher));
            assertThat(link("mira.fernwick.2")).isEqualTo(TENANT + "|" + first);
            assertThat(classLinkUser(student))
                    .isEqualTo(server.classLink().persona("student").userId());
            assertThat(classLinkUser(teacher))
                    .isEqualTo(server.classLink().persona("teacher").userId());
            assertThat(subject(accessToken("student"))).isEqualTo(subject(student));
            assertThat(subject(accessToken("teacher"))).isEqualTo(subject(teacher));
        }

        @ParameterizedTest
        @CsvSource({"AbC10, aBc10", "josé, jose", "x1, 'x1 '"})
        void areTwoUsersWithATileLaunch(String first, String second) throws ParseException {
            realm = server.newRealm();
            realm.configure("identityKey", "tenant-and-sourced-id");
            realm.configure("launchpadClient", TestRealm.APP);
            realm.configureClient(TestRealm.APP, app -> app.put("baseUrl", HOME.toString()));
            sourcedId("student", first);
            sourcedId("teacher", second);
            Browser shared = realm.newBrowser();

            launch(shared, "student");
            String student = usernameIn(shared);
            shared.open(server.classLink().baseUrl().resolve("/logout"));
            launch(shared, "teacher");

            assertThat(student).isEqualTo("mira.fernwick.2");
            assertThat(usernameIn(shared)).isEqualTo("orla.thistledown.2");
        }

        /** Also checks usernames and groups. */
        @ParameterizedTest
        @CsvSource({"josé, jose", "zoë, zoe"})
        void usersWhoseIdsDifferOnlyInCaseGetSeparateUsernamesAndGroups(String first, String second) {
            realm = server.newRealm();
            new ProviderMappers(realm)
                    .add("group", "classlink-group-mapper", "FORCE", Map.of("groupTemplate", "/people/${login_id}"));
            loginId("student", first);
            loginId("teacher", second);

            accessToken("student");
            accessToken("teacher");

            JsonNode student = realm.state().user(first + "." + TENANT);
            JsonNode teacher = userWithNamePrefix(second + "." + TENANT);
            assertThat(realm.state().groups(student)).containsExactly("/people/" + first);
            assertThat(realm.state().groups(teacher))
                    .singleElement()
                    .asString()
                    .startsWith("/people/" + second)
                    .isNotEqualTo("/people/" + first);
        }

        /** If emails must be unique, the second user signs in without the email. */
        @ParameterizedTest
        @CsvSource({"IMPORT", "FORCE"})
        void bothSignInWithEmailsThatDifferOnlyInAnAccent(String syncMode) throws ParseException {
            realm = server.newRealm();
            realm.configureRealm(
                    settings -> settings.put("duplicateEmailsAllowed", false).put("loginWithEmailAllowed", true));
            realm.configure("syncMode", syncMode);
            email("student", "josé@school.example");
            email("teacher", "jose@school.example");

            String student = accessToken("student");
            String teacher = accessToken("teacher");

            assertThat(subject(teacher)).isNotEqualTo(subject(student));
            assertThat(subject(accessToken("teacher"))).isEqualTo(subject(teacher));
            assertThat(subject(accessToken("student"))).isEqualTo(subject(student));
            assertThat(realm.state().user("mira.fernwick.2").get("email").textValue())
                    .isEqualTo("josé@school.example");
            assertThat(realm.state().user("orla.thistledown.2").path("email").asText("jose@school.example"))
                    .isEqualTo("jose@school.example");
        }

        @Test
        void concurrentFirstLoginsShareTheGroupAndTheOrganization() {
            realm = server.newRealm();
            realm.configureRealm(settings -> settings.put("organizationsEnabled", true));
            ProviderMappers mappers = new ProviderMappers(realm);
            mappers.add(
                    "group",
                    "classlink-group-mapper",
                    "IMPORT",
                    Map.of("groupTemplate", "/districts/${tenant_id}/${tenant_name}"));
            mappers.add(
                    "organization", "classlink-organization-mapper", "IMPORT", Map.of("createOrganization", "true"));

            Stream.of("student", "teacher", "tenant-administrator", "parent")
                    .map(persona -> CompletableFuture.runAsync(() -> accessToken(persona)))
                    .toList()
                    .forEach(CompletableFuture::join);

            assertThat(realm.state().users())
                    .filteredOn(user -> user.get("username").textValue().endsWith("." + TENANT))
                    .hasSize(4)
                    .allSatisfy(user -> {
                        assertThat(realm.state().groups(user)).containsExactly("/districts/2/Maple Valley Schools");
                        assertThat(realm.state().organizations(user)).containsExactly("2");
                    });
        }

        @Test
        void fourConcurrentFirstLoginsOfOnePersonCreateOneUser() {
            realm = server.newRealm();

            Stream.generate(() -> CompletableFuture.runAsync(() -> accessToken("student")))
                    .limit(4)
                    .toList()
                    .forEach(CompletableFuture::join);

            assertThat(realm.state().users())
                    .filteredOn(user -> user.get("username").textValue().endsWith("." + TENANT))
                    .hasSize(1);
        }

        @Test
        void joinTheOrganizationsOfTheirDistricts() {
            realm = server.newRealm();
            realm.configureRealm(settings -> settings.put("organizationsEnabled", true));
            new ProviderMappers(realm)
                    .add(
                            "organization",
                            "classlink-organization-mapper",
                            "FORCE",
                            Map.of("createOrganization", "true"));
            tenant("student", "Ab2", "North");
            tenant("teacher", "aB2", "South");

            accessToken("student");
            accessToken("teacher");

            assertThat(realm.state().organizations(userWithNamePrefix("mira.fernwick")))
                    .containsExactly("Ab2");
            assertThat(realm.state().organizations(userWithNamePrefix("orla.thistledown")))
                    .singleElement()
                    .asString()
                    .startsWith("aB2");
        }

        // ---- steps -------------------------------------------------------------------------------------------------

        private void sourcedId(String persona, String id) {
            server.classLink().overrideProfile(persona, profile -> profile.put("SourcedId", id));
        }

        private void email(String persona, String address) {
            server.classLink().overrideProfile(persona, profile -> profile.put("Email", address));
        }

        private void tenant(String persona, String id, String name) {
            server.classLink()
                    .overrideProfile(
                            persona, profile -> profile.put("TenantId", id).put("Tenant", name));
        }

        private void loginId(String persona, String id) {
            server.classLink().overrideProfile(persona, profile -> profile.put("LoginId", id));
        }

        private String accessToken(String persona) {
            return realm.tokensOf(persona).get("access_token").textValue();
        }

        private static String subject(String accessToken) throws ParseException {
            return JWTParser.parse(accessToken).getJWTClaimsSet().getSubject();
        }

        private String link(String username) {
            return realm.state()
                    .links(realm.state().user(username))
                    .get(0)
                    .get("userId")
                    .textValue();
        }

        /** The user whose ClassLink token an exchange returns. */
        private int classLinkUser(String accessToken) {
            HttpResponse<String> answer = realm.exchange(accessToken);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return server.userIdOf(answer);
        }

        private void launch(Browser browser, String persona) {
            WebPage districts = browser.open(realm.url("/classlink/" + TestRealm.ALIAS + "/launch"));
            assertThat(realm.choosePersona(browser, districts, persona).address())
                    .isEqualTo(HOME);
        }

        private String usernameIn(Browser browser) throws ParseException {
            WebPage callback =
                    browser.open(realm.loginRequest(TestRealm.APP, "openid profile", Map.of("prompt", "none")));
            JsonNode tokens = realm.redeem(callback, TestRealm.APP, TestRealm.APP_SECRET);
            return JWTParser.parse(tokens.get("access_token").textValue())
                    .getJWTClaimsSet()
                    .getStringClaim("preferred_username");
        }

        private JsonNode userWithNamePrefix(String name) {
            for (JsonNode user : realm.state().users()) {
                if (user.get("username").textValue().startsWith(name)) {
                    return user;
                }
            }
            throw new AssertionError(
                    "no user is called " + name + " in " + realm.state().users());
        }
    }
}
