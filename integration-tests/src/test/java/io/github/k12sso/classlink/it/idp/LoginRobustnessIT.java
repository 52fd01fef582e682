package io.github.k12sso.classlink.it.idp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jwt.JWTClaimsSet;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No name, email, mapper, race condition or wrong password of others prevents the login of a user whom ClassLink authenticates.
 */
@WithTestEnvironment
class LoginRobustnessIT {

    private static final String STUDENT = "mira.fernwick.2";
    private static final String TAKEN = "taken@maplevalley.example";

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
    }

    /** Keycloak's default user profile, which requires email, first and last name. */
    @Nested
    class GivenAStockRealmWithTheShippedFlow {

        @BeforeEach
        void stockProfile() {
            userProfile("""
                    {"attributes": [
                      {"name": "username", "permissions": {"view": ["admin", "user"], "edit": ["admin", "user"]},
                       "validations": {"length": {"min": 3, "max": 255}, "username-prohibited-characters": {}, "up-username-not-idn-homograph": {}}},
                      {"name": "email", "required": {"roles": ["user"]}, "permissions": {"view": ["admin", "user"], "edit": ["admin", "user"]},
                       "validations": {"email": {}, "length": {"max": 255}}},
                      {"name": "firstName", "required": {"roles": ["user"]}, "permissions": {"view": ["admin", "user"], "edit": ["admin", "user"]},
                       "validations": {"length": {"max": 255}, "person-name-prohibited-characters": {}}},
                      {"name": "lastName", "required": {"roles": ["user"]}, "permissions": {"view": ["admin", "user"], "edit": ["admin", "user"]},
                       "validations": {"length": {"max": 255}, "person-name-prohibited-characters": {}}}],
                     "unmanagedAttributePolicy": "ENABLED"}
                    """);
        }

        static Stream<Map<String, String>> whatClassLinkMaySend() {
            return Stream.of(
                    Map.of("FirstName", "A".repeat(300), "LastName", "\uD83D\uDE00".repeat(200)),
                    Map.of("FirstName", "Jo (JJ) / & Co * # ;", "LastName", "<O'Brien> {Jr.} 100%"),
                    Map.of("FirstName", "***", "LastName", "   "),
                    Map.of("FirstName", "Mi\u0000ra\u0007", "LastName", "Fern\nwick", "Email", "mi\u0000ra@x.example"),
                    Map.of("FirstName", "", "LastName", ""),
                    Map.of("Email", "n/a"),
                    Map.of("Email", "-"),
                    Map.of("Email", "jdoe"),
                    Map.of("Email", "a@x.example;b@x.example"),
                    Map.of("Email", "a".repeat(65) + "@x.example"),
                    Map.of("Email", "a@" + "x".repeat(300) + ".example"),
                    Map.of("Email", ""));
        }

        @ParameterizedTest
        @MethodSource("whatClassLinkMaySend")
        void thenUsersWithAnyNameAndEmailSignInAtFirstAndLaterLogins(Map<String, String> sent) {
            classLinkSays(sent);
            assertSignedIn();
            assertSignedIn();
            realm.configure("syncMode", "IMPORT");
            assertSignedIn();

            assertThat(realm.state().users()).hasSize(2);
            assertThat(realm.state().user(STUDENT).get("email").textValue()).contains("@");
            assertThat(realm.state().user(STUDENT).get("emailVerified").booleanValue())
                    .isFalse();
        }

        @Test
        void thenLogAndEventNameTheFieldButNotTheValue() {
            classLinkSays(Map.of("FirstName", "Jo (JJ)", "Email", "n/a"));
            assertSignedIn();

            assertThat(realm.state().user(STUDENT).get("firstName").textValue()).isEqualTo("Jo JJ");
            assertThat(environment.logOf(realm))
                    .anySatisfy(line -> assertThat(line)
                            .contains("attributes=firstName (shortened or replaced), email (rejected)")
                            .doesNotContain("JJ"));
            assertThat(realm.state()
                            .events("LOGIN")
                            .get(0)
                            .at("/details/adjusted_attributes")
                            .textValue())
                    .isEqualTo("firstName (shortened or replaced), email (rejected)");
        }

        @Test
        void thenAPlaceholderEmailIsReplacedByARealOne() {
            realm.configure(provider -> provider.put("trustEmail", true));
            classLinkSays(Map.of("Email", ""));
            assertSignedIn();
            assertThat(realm.state().user(STUDENT).get("email").textValue())
                    .isEqualTo("classlink_u870001@classlink.invalid");
            assertThat(realm.state().user(STUDENT).get("emailVerified").booleanValue())
                    .isFalse();

            classLinkSays(Map.of("Email", "mira@x.example"));
            assertSignedIn();

            assertThat(realm.state().user(STUDENT).get("email").textValue()).isEqualTo("mira@x.example");
            assertThat(realm.state().user(STUDENT).get("emailVerified").booleanValue())
                    .isTrue();
        }

        @Test
        void thenAnAttributeThatIsTooLongIsTruncated() {
            mapper("classlink-user-attribute-mapper", Map.of("jsonField", "Building", "userAttribute", "school"));
            classLinkSays(Map.of("Building", "x".repeat(5000)));

            assertSignedIn();
            assertSignedIn();

            assertThat(realm.state().user(STUDENT).at("/attributes/school/0").textValue())
                    .hasSize(2048);
        }
    }

    /** The realm's own validators apply too. */
    @Test
    void theRealmsOwnPatternIsApplied() {
        userProfile("""
                {"attributes": [
                  {"name": "username", "permissions": {"view": ["admin"], "edit": ["admin"]}},
                  {"name": "email", "permissions": {"view": ["admin", "user"], "edit": ["admin", "user"]}},
                  {"name": "firstName", "permissions": {"view": ["admin", "user"], "edit": ["admin", "user"]},
                   "validations": {"length": {"max": 5}}},
                  {"name": "lastName", "permissions": {"view": ["admin", "user"], "edit": ["admin", "user"]},
                   "validations": {"pattern": {"pattern": "[A-Z][a-z]+", "error-message": "no"}}}]}
                """);
        classLinkSays(Map.of("FirstName", "Wilhelmina", "LastName", "van Dijk"));

        assertSignedIn();
        assertSignedIn();

        assertThat(realm.state().user(STUDENT).get("firstName").textValue()).isEqualTo("Wilhe");
        assertThat(realm.state().user(STUDENT).get("lastName")).isNull();
    }

    @Test
    void nulCharactersDoNotPreventALogin() {
        realm.configureRealm(settings -> settings.put("organizationsEnabled", true));
        mapper("classlink-user-attribute-mapper", Map.of("jsonField", "Building", "userAttribute", "school"));
        mapper("classlink-group-mapper", Map.of("groupTemplate", "/districts/${tenant_name}/${building}"));
        mapper("classlink-organization-mapper", Map.of("createOrganization", "true"));
        mapper("oidc-user-attribute-idp-mapper", Map.of("claim", "nickname", "user.attribute", "nickname"));
        environment
                .classLink()
                .issueIdTokensWith(draft -> draft.sign(new JWTClaimsSet.Builder(draft.claims())
                        .claim("nickname", "Mi\u0000mi")
                        .build()));
        classLinkSays(Map.of("Building", "Elm\u0000 Street", "Tenant", "Maple\u0000" + "x".repeat(240)));

        assertSignedIn();
        assertSignedIn();

        JsonNode student = realm.state().user(STUDENT);
        assertThat(student.at("/attributes/school/0").textValue()).isEqualTo("Elm Street");
        assertThat(student.at("/attributes/nickname/0").textValue()).isEqualTo("Mimi");
        assertThat(realm.state().groups(student)).containsExactly("/districts/Maple" + "x".repeat(240) + "/Elm Street");
        assertThat(realm.state().organizations(student)).containsExactly("2");
    }

    @Test
    void aLongOrganizationNameDoesNotPreventALogin() {
        realm.configureRealm(settings -> settings.put("organizationsEnabled", true));
        mapper("classlink-organization-mapper", Map.of("createOrganization", "true"));
        classLinkSays(Map.of("Tenant", "x".repeat(400)));

        assertSignedIn();

        assertThat(realm.state().organizations(realm.state().user(STUDENT))).containsExactly("2");
    }

    @Nested
    class GivenSyncModeForce {

        @Test
        void anEmailOfAnotherUserIsNotWritten() {
            realm.configureRealm(settings -> settings.put("duplicateEmailsAllowed", false));
            assertSignedIn();
            String before = realm.state().user(STUDENT).get("email").textValue();
            newUser("other", TAKEN);
            classLinkSays(Map.of("Email", TAKEN));

            assertSignedIn();

            assertThat(realm.state().user(STUDENT).get("email").textValue()).isEqualTo(before);
            assertThat(environment.logOf(realm))
                    .anySatisfy(line -> assertThat(line).contains("attributes=email (used by another user)"));
            assertThat(realm.state()
                            .events("LOGIN")
                            .get(0)
                            .at("/details/adjusted_attributes")
                            .textValue())
                    .isEqualTo("email (used by another user)");
        }

        @Test
        void aMapperDoesNotWriteAnEmailInUse() {
            realm.configureRealm(settings -> settings.put("duplicateEmailsAllowed", false));
            mapper("classlink-user-attribute-mapper", Map.of("jsonField", "Contact", "userAttribute", "email"));
            assertSignedIn();
            newUser("other", TAKEN);
            classLinkSays(Map.of("Contact", TAKEN));

            assertSignedIn();

            assertThat(realm.state().user("other").get("email").textValue()).isEqualTo(TAKEN);
            assertThat(environment.logOf(realm))
                    .anySatisfy(line ->
                            assertThat(line).contains("used by another user").contains("attribute=email"));
        }

        @Test
        void aMapperDoesNotWriteAnEmailInUseAtTheFirstLogin() {
            realm.configureRealm(settings -> settings.put("duplicateEmailsAllowed", false));
            mapper("classlink-user-attribute-mapper", Map.of("jsonField", "Contact", "userAttribute", "email"));
            newUser("other", TAKEN);
            classLinkSays(Map.of("Contact", TAKEN));

            assertSignedIn();

            assertThat(realm.state().user(STUDENT).get("email").textValue()).isNotEqualTo(TAKEN);
        }

        @Test
        void anEmailWrittenByAMapperIsNotVerified() {
            mapper("classlink-user-attribute-mapper", Map.of("jsonField", "Contact", "userAttribute", "email"));
            assertSignedIn();
            changeUser(STUDENT, user -> user.put("emailVerified", true));
            classLinkSays(Map.of("Contact", "new@x.example"));

            assertSignedIn();

            assertThat(realm.state().user(STUDENT).get("email").textValue()).isEqualTo("new@x.example");
            assertThat(realm.state().user(STUDENT).get("emailVerified").booleanValue())
                    .isFalse();
        }

        @Test
        void aMapperDoesNotWriteTheUsername() {
            mapper("classlink-user-attribute-mapper", Map.of("jsonField", "LoginId", "userAttribute", "username"));
            classLinkSays(Map.of("LoginId", "local"));

            assertSignedIn();
            assertSignedIn();

            assertThat(realm.state().user("local.2")).isNotNull();
            assertThat(environment.log()).contains("it cannot write the username");
        }

        /** The mapper's sync mode is "inherit", the console's default. */
        @Test
        void keycloaksMapperIsSkippedIfItWritesAUsernameInUse() {
            assertSignedIn();
            new ProviderMappers(realm)
                    .add(
                            "keycloak's",
                            "oidc-username-idp-mapper",
                            "INHERIT",
                            Map.of("template", "local", "target", "LOCAL"));

            assertSignedIn();

            assertThat(realm.state().users()).hasSize(2);
            assertThat(environment.logOf(realm))
                    .anySatisfy(line -> assertThat(line).contains("Keycloak rejected the previous attempt"));
            assertThat(realm.state()
                            .events("LOGIN")
                            .get(0)
                            .at("/details/adjusted_attributes")
                            .textValue())
                    .isEqualTo("nothing updated");
        }

        @Test
        void aRepeatedKeycloakErrorShowsAPageThatDoesNotBlameClassLink() {
            assertSignedIn();
            mapper("oidc-username-idp-mapper", Map.of("template", "local", "target", "LOCAL"));

            WebPage page = realm.login(realm.newBrowser(), "student");

            assertThat(page.status()).isEqualTo(500);
            assertThat(page.error())
                    .contains("Something went wrong on this server")
                    .doesNotContain("ClassLink");
            assertThat(realm.state().failureOn(page).at("/details/reason").textValue())
                    .isEqualTo("keycloak_error");
        }
    }

    @Test
    void withEmailAsUsernameAUserWithoutEmailSignsIn() {
        realm.configureRealm(
                settings -> settings.put("registrationEmailAsUsername", true).put("duplicateEmailsAllowed", false));

        for (int login = 1; login <= 2; login++) {
            assertThat(realm.login(realm.newBrowser(), "student-without-email").handedToApp())
                    .containsKey("code");
        }

        assertThat(realm.state().user("classlink_u870005@classlink.invalid")).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{x}", "50%25 %41+{y}&z=1 ü"})
    void parametersOfTheAppReachClassLinkUnchanged(String text) {
        realm.configure(provider ->
                ((ObjectNode) provider.get("config")).put("loginHint", "true").put("forwardParameters", "district"));

        Browser browser = realm.newBrowser();
        // Without kc_idp_hint, because with it Keycloak 26.7.3 decodes the login hint twice.
        WebPage loginPage = browser.open(realm.loginRequest(
                TestRealm.APP, "openid", Map.of("prompt", text, "login_hint", text, "district", text)));
        WebPage asked = browser.click(loginPage, "#social-classlink");

        assertThat(environment.classLink().requests().stream()
                        .filter(request -> request.endpoint() == Endpoint.AUTHORIZE)
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(asked.address() + ": " + asked.text()))
                        .parameters())
                .containsEntry("prompt", text)
                .containsEntry("login_hint", text)
                .containsEntry("district", text)
                .containsEntry("redirect_uri", realm.callbackUrl().toString());
    }

    @Nested
    class GivenBruteForceDetection {

        @BeforeEach
        void on() {
            realm.configureRealm(settings -> settings.put("bruteForceProtected", true));
        }

        @Test
        void wrongPasswordsDoNotLockTheClassLinkLogin() {
            assertSignedIn();
            Browser stranger = realm.newBrowser();
            WebPage page = stranger.open(realm.loginRequest(TestRealm.APP, "openid", Map.of()));
            String status = "/realms/" + realm.name() + "/attack-detection/brute-force/users/"
                    + realm.state().user(STUDENT).get("id").textValue();
            for (int guess = 0;
                    guess < 20 && !realm.admin().get(status).get("disabled").booleanValue();
                    guess++) {
                page = stranger.press(page, "#kc-login", Map.of("username", STUDENT, "password", "guess" + guess));
            }
            assertThat(realm.admin().get(status).get("disabled").booleanValue()).isTrue();

            assertSignedIn();

            assertThat(realm.admin().get(status).get("numFailures").intValue()).isZero();
        }

        @ParameterizedTest
        @ValueSource(strings = {"student", "teacher"})
        void concurrentFirstLoginsOfOneUserSucceed(String persona) {
            assertAllSignIn(persona, 4);
            assertThat(realm.state().users()).hasSize(2);
        }

        @Test
        void concurrentLaterLoginsOfOneUserSucceed() {
            assertSignedIn();
            assertAllSignIn("student", 4);
        }

        /** Each tile has its own provider. */
        @Test
        void concurrentFirstLoginsFromTwoTilesSucceed() {
            ObjectNode second = (ObjectNode) realm.admin().get(providers() + "/" + TestRealm.ALIAS);
            second.remove("internalId");
            second.put("alias", "math");
            ((ObjectNode) second.get("config")).put("clientSecret", TestRealm.CLASSLINK_SECRET);
            AdminApi.require(realm.admin().post(providers(), second), "second provider");

            assertAllSignIn("student", 4, TestRealm.ALIAS, "math");

            assertThat(realm.state().users()).hasSize(2);
            assertThat(realm.state().links(realm.state().user(STUDENT))).hasSize(2);
        }

        private String providers() {
            return "/realms/" + realm.name() + "/identity-provider/instances";
        }
    }

    @Nested
    @ResourceLock("realm of the district")
    class GivenTheShippedRealm {

        @BeforeEach
        void shipped() {
            realm = environment.newDistrict();
        }

        @Test
        void thenUsersWithUnusualNamesAndEmailsSignIn() {
            classLinkSays(Map.of("FirstName", "Jo (JJ) / & Co", "LastName", "F".repeat(300), "Email", "n/a"));

            assertSignedIn();
            assertSignedIn();

            JsonNode student = realm.state().user(STUDENT);
            assertThat(student.get("firstName").textValue()).isEqualTo("Jo JJ Co");
            assertThat(student.get("lastName").textValue()).hasSize(255);
            assertThat(student.get("email")).isNull();
            assertThat(realm.state().roles(student)).containsExactly("classlink-student");
            assertThat(realm.state().groups(student)).containsExactly("/districts/2/Student");
        }

        @Test
        void thenConcurrentFirstLoginsSucceed() {
            assertAllSignIn("student", 4);
            assertThat(realm.state().users()).hasSize(1);
            assertThat(realm.state().events("REGISTER")).hasSize(1);
        }
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    /** Uses separate browsers and runs the last step concurrently. */
    private void assertAllSignIn(String persona, int logins) {
        assertAllSignIn(persona, logins, TestRealm.ALIAS);
    }

    private void assertAllSignIn(String persona, int logins, String... aliases) {
        CyclicBarrier together = new CyclicBarrier(logins);
        List<CompletableFuture<WebPage>> all = IntStream.range(0, logins)
                .mapToObj(login -> CompletableFuture.supplyAsync(() -> {
                    Browser browser = realm.newBrowser();
                    String alias = aliases[login % aliases.length];
                    WebPage districts =
                            browser.open(realm.loginRequest(TestRealm.APP, "openid", Map.of("kc_idp_hint", alias)));
                    WebPage district = browser.click(
                            districts,
                            "#district-"
                                    + environment.classLink().persona(persona).districtCode());
                    try {
                        together.await();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                    return browser.press(district, "#persona-" + persona);
                }))
                .toList();
        assertThat(all).allSatisfy(login -> {
            WebPage page = login.join();
            assertThat(page.handedToApp()).as(page.text()).containsKey("code");
        });
    }

    private void assertSignedIn() {
        WebPage page = realm.login(realm.newBrowser(), "student");
        assertThat(page.handedToApp()).as(page.text()).containsKey("code");
    }

    private void classLinkSays(Map<String, String> members) {
        environment.classLink().overrideProfile("student", profile -> {
            members.forEach(profile::put);
            return profile;
        });
    }

    private void mapper(String type, Map<String, String> settings) {
        new ProviderMappers(realm).add(type, type, "FORCE", settings);
    }

    private void userProfile(String json) {
        AdminApi.require(
                realm.admin().put("/realms/" + realm.name() + "/users/profile", Http.json(json)), "user profile");
    }

    private void newUser(String username, String email) {
        ObjectNode user = Http.JSON.createObjectNode();
        user.put("enabled", true).put("username", username).put("email", email);
        AdminApi.require(realm.admin().post("/realms/" + realm.name() + "/users", user), "new user");
    }

    private void changeUser(String username, Consumer<ObjectNode> change) {
        ObjectNode user = realm.state().user(username).deepCopy();
        change.accept(user);
        AdminApi.require(
                realm.admin()
                        .put(
                                "/realms/" + realm.name() + "/users/"
                                        + user.get("id").textValue(),
                                user),
                "user");
    }
}
