package io.github.k12sso.classlink.it.idp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Usernames in a realm with Keycloak's default rules and first-login flow, which would ask the user for another username if one
 * were invalid.
 */
@WithTestEnvironment
class UsernamesIT {

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealmWithKeycloaksRules(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        String profile = "/realms/" + realm.name() + "/users/profile";
        ObjectNode rules = (ObjectNode) environment.admin().get(profile);
        for (JsonNode attribute : rules.get("attributes")) {
            if (attribute.get("name").textValue().equals("username")) {
                ((ObjectNode) attribute)
                        .set(
                                "validations",
                                Http.json(
                                        "{\"length\": {\"min\": 3, \"max\": 255},"
                                                + " \"username-prohibited-characters\": {}, \"up-username-not-idn-homograph\": {}}"));
            }
        }
        AdminApi.require(environment.admin().put(profile, rules), "user profile");
        realm.configure(provider -> provider.put("firstBrokerLoginFlowAlias", "first broker login"));
    }

    @ParameterizedTest
    @CsvSource({
        "José,josé.2",
        "Jose\u0301,josé.2_u870001",
        "o'neil,o_neil.2_u870001",
        "иванов,classlink_u870001",
        "mira.фернвик,classlink_u870001",
        "李雷,classlink_u870001",
        "Ιωάννης,classlink_u870001",
        "İlker,classlink_u870001"
    })
    void noUserIsAskedForAUsername(String loginId, String username) {
        classLinkCalls("student", loginId);

        assertSignedIn("student");
        assertThat(realm.state().user(username).get("firstName").textValue()).isEqualTo("Mira");
        assertSignedIn("student");
        assertThat(realm.state().users()).hasSize(2);
    }

    @Test
    void aShortUsernameIsExtended() {
        realm.configure("usernameTemplate", "${login_id}");
        classLinkCalls("student", "li");

        assertSignedIn("student");
        assertThat(realm.state().user("li_u870001")).isNotNull();
    }

    @Test
    void aLongUsernameIsTruncated() {
        classLinkCalls("student", "a".repeat(300));

        assertSignedIn("student");
        assertThat(realm.state().user("a".repeat(247) + "_u870001")).isNotNull();
    }

    @Test
    void anIdentityKeyWithTwoPartsGivesAValidUsername() {
        realm.configure("identityKey", "tenant-and-sourced-id");
        classLinkCalls("student", "");

        assertSignedIn("student");
        assertThat(realm.state().user("classlink_u870001")).isNotNull();
    }

    @Test
    void loginIdsThatDifferInAForbiddenCharacterAreTwoUsers() {
        classLinkCalls("student", "a b");
        classLinkCalls("teacher", "a_b");

        assertSignedIn("student");
        assertSignedIn("teacher");
        assertThat(realm.state()
                        .links(realm.state().user("a_b.2_u870001"))
                        .get(0)
                        .get("userId")
                        .textValue())
                .isEqualTo("870001");
        assertThat(realm.state().user("a_b.2").get("firstName").textValue()).isEqualTo("Orla");
    }

    @ParameterizedTest
    @ValueSource(strings = {"first login", "first broker login"})
    void anExistingLocalUserIsNeverLinkedByUsername(String flow) {
        realm.configure(provider -> provider.put("firstBrokerLoginFlowAlias", flow));
        realm.configure("usernameTemplate", "${login_id}");
        classLinkCalls("student", "Local");

        WebPage page = realm.login(realm.newBrowser(), "student");

        assertThat(page.parameters()).doesNotContainKey("code");
        assertThat(realm.state().users()).hasSize(1);
        assertThat(realm.state().links(realm.state().user("local"))).isEmpty();
        assertThat(realm.state().sessions()).isZero();
    }

    private void assertSignedIn(String persona) {
        WebPage page = realm.login(realm.newBrowser(), persona);
        assertThat(page.handedToApp()).as(page.text()).containsKey("code");
    }

    private void classLinkCalls(String persona, String loginId) {
        environment.classLink().overrideProfile(persona, profile -> profile.put("LoginId", loginId));
    }
}
