package io.github.k12sso.classlink.it.idp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.DocumentedCommands;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.KeycloakVersion;
import io.github.k12sso.classlink.it.support.RealmFiles;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A ClassLink user signs in whose username or email address belongs to a local account. */
@WithTestEnvironment
@ResourceLock("realm of the district")
class AccountLinkingIT {

    private static final String TEACHER = "orla.thistledown.2";
    private static final String TEACHERS_EMAIL = "orla.thistledown@maplevalley.example";
    private static final String KEYCLOAKS_FLOW = "first broker login";

    private TestEnvironment environment;
    private TestRealm district;

    @BeforeEach
    void theDistrictsRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        district = environment.newDistrict();
    }

    @AfterEach
    void asItWas() {
        loginWithEmail(false);
        duplicateEmails(true);
        firstLogin("classlink first login");
        district.configure("usernameTemplate", "");
    }

    @Test
    void aUsernameInUseIsRefusedAndTheLocalAccountIsUnchanged() {
        JsonNode local = newUser(TEACHER, "somebody@else.example");
        WebPage refused = district.login(district.newBrowser(), "teacher");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.error()).contains("User with username " + TEACHER + " already exists");
        assertThat(district.state().users()).containsExactly(local);
        assertThat(district.state().links(local)).isEmpty();
        assertThat(district.state().events("LOGIN")).isEmpty();
    }

    @Test
    void anEmailInUseCreatesASecondUser() {
        JsonNode local = newUser("local", TEACHERS_EMAIL);
        district.tokensOf("teacher");

        assertThat(district.state().user("local")).isEqualTo(local);
        assertThat(district.state().links(local)).isEmpty();
        assertThat(district.state().user(TEACHER).get("email").textValue()).isEqualTo(TEACHERS_EMAIL);
    }

    @Test
    void anEmailInUseIsRefusedIfDuplicatesAreNotAllowed() {
        duplicateEmails(false);
        JsonNode local = newUser("local", TEACHERS_EMAIL);
        WebPage refused = district.login(district.newBrowser(), "teacher");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.error()).contains("User with email " + TEACHERS_EMAIL + " already exists");
        assertThat(district.state().users()).containsExactly(local);
        assertThat(district.state().links(local)).isEmpty();
    }

    /** From 26.7.4 on, Keycloak also compares emails with usernames if login with email is allowed. */
    @Test
    void anEmailThatIsAUsernameIsInUseIfLoginWithEmailIsAllowed() {
        duplicateEmails(false);
        loginWithEmail(true);
        JsonNode local = newUser(TEACHERS_EMAIL, "somebody@else.example");
        WebPage end = district.login(district.newBrowser(), "teacher");

        if (KeycloakVersion.tested().isAtLeast("26.7.4")) {
            assertThat(end.status()).isEqualTo(409);
            assertThat(end.error()).contains("User with username " + TEACHERS_EMAIL + " already exists");
            assertThat(district.state().users()).containsExactly(local);
        } else {
            assertThat(district.state().users()).hasSize(2);
        }
        assertThat(district.state().links(local)).isEmpty();
    }

    @Test
    void aUsernameThatIsAnEmailIsInUseIfLoginWithEmailIsAllowed() {
        duplicateEmails(false);
        loginWithEmail(true);
        district.configure("usernameTemplate", "${login_id}@maplevalley.example");
        environment
                .classLink()
                .overrideProfile("teacher", profile -> profile.put("Email", "another@maplevalley.example"));
        JsonNode local = newUser("local", TEACHERS_EMAIL);
        WebPage end = district.login(district.newBrowser(), "teacher");

        if (KeycloakVersion.tested().isAtLeast("26.7.4")) {
            assertThat(end.status()).isEqualTo(409);
            assertThat(end.error()).contains("User with email " + TEACHERS_EMAIL + " already exists");
            assertThat(district.state().users()).containsExactly(local);
        } else {
            assertThat(district.state().users()).hasSize(2);
        }
        assertThat(district.state().links(local)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"username", "email"})
    void keycloaksFirstLoginFlowAsksForThePassword(String taken) {
        duplicateEmails(false);
        firstLogin(KEYCLOAKS_FLOW);
        JsonNode local =
                taken.equals("username") ? newUser(TEACHER, "somebody@else.example") : newUser("local", TEACHERS_EMAIL);
        Browser browser = district.newBrowser();
        WebPage question = district.login(browser, "teacher");
        assertThat(question.text()).contains("already exists");
        WebPage proof = browser.press(question, "#linkAccount");

        assertThat(proof.document().selectFirst("#password")).isNotNull();
        assertThat(district.state().users()).hasSize(1);
        assertThat(district.state().links(local)).isEmpty();
    }

    @Test
    void anAdministratorLinksAnAccount() {
        JsonNode local = newUser("local", "somebody@else.example");
        String classLinkId =
                String.valueOf(environment.classLink().persona("teacher").userId());
        DocumentedCommands page = environment.commandsOf(
                RealmFiles.path("../docs/administer/users.md").normalize());
        Map<String, String> variables =
                Map.of("REALM", district.name(), "LOCAL_USER", "local", "CLASSLINK_USER_ID", classLinkId);
        environment
                .commandsOf(RealmFiles.path("README.md"))
                .run("Signing in", Map.of())
                .requireSuccess();
        page.run("How does an administrator link two accounts?", variables).requireSuccess();
        district.tokensOf("teacher");

        assertThat(district.state().users()).hasSize(1);
        JsonNode teacher = district.state().user("local");
        assertThat(teacher.get("id")).isEqualTo(local.get("id"));
        assertThat(district.state().roles(teacher)).containsExactly("classlink-teacher");
    }

    @Test
    void aChangedEmailNeitherMovesNorMergesAUser() {
        district.tokensOf("teacher");
        JsonNode other = newUser("local", "taken@maplevalley.example");
        environment
                .classLink()
                .overrideProfile("teacher", profile -> profile.put("Email", "taken@maplevalley.example"));
        district.tokensOf("teacher");

        assertThat(district.state().users()).hasSize(2);
        assertThat(district.state().user("local")).isEqualTo(other);
        assertThat(district.state().links(district.state().user(TEACHER))).hasSize(1);
    }

    private JsonNode newUser(String username, String email) {
        ObjectNode user = Http.json("{\"enabled\": true}").deepCopy();
        user.put("username", username).put("email", email);
        AdminApi.require(environment.admin().post("/realms/" + district.name() + "/users", user), "new user");
        return district.state().user(username);
    }

    private void loginWithEmail(boolean allowed) {
        district.configureRealm(settings -> settings.put("loginWithEmailAllowed", allowed));
    }

    private void duplicateEmails(boolean allowed) {
        district.configureRealm(settings -> settings.put("duplicateEmailsAllowed", allowed));
    }

    private void firstLogin(String flow) {
        district.configure(provider -> provider.put("firstBrokerLoginFlowAlias", flow));
    }
}
