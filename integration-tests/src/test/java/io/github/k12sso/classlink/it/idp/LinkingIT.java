package io.github.k12sso.classlink.it.idp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A signed-in user links their ClassLink account, with failures at ClassLink. */
@WithTestEnvironment
class LinkingIT {

    private TestEnvironment environment;
    private TestRealm realm;
    private Browser browser;
    private JsonNode tokens;

    @BeforeEach
    void aSignedInUser(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        letUsersLink();
        browser = realm.newBrowser();
        WebPage loginPage = browser.open(realm.loginRequest(TestRealm.APP, "openid", Map.of()));
        WebPage callback = browser.press(loginPage, "#kc-login", Map.of("username", "local", "password", "local"));
        tokens = realm.redeem(callback, TestRealm.APP, TestRealm.APP_SECRET);
    }

    /** The request of an app or the account console. */
    @Test
    void aFailedActionShowsAReferenceAndCanBeRepeated() {
        environment
                .classLink()
                .faults()
                .inject(Endpoint.TOKEN, Fault.status(503))
                .times(1);

        WebPage page = realm.choosePersona(browser, startAction(), "teacher");

        assertThat(page.status()).isEqualTo(503);
        assertThat(page.error())
                .startsWith("Your ClassLink account is not connected.")
                .contains(page.reference());
        assertThat(page.text()).doesNotContain("{").doesNotContain("classlink.error");
        assertThat(realm.state().failureOn(page).at("/details/reason").textValue())
                .isEqualTo("classlink_unavailable");
        assertThat(links()).isEmpty();

        // The LaunchPad session is active by now.
        WebPage callback = startAction();

        assertThat(callback.handedToApp()).containsKey("code").containsEntry("kc_action_status", "success");
        assertThat(links()).hasSize(1);
    }

    /** Accounts are not merged, and the message does not reveal the other user. */
    @Test
    void aClassLinkAccountOfAnotherUserIsRefusedAndNoUserIsChanged() {
        String others = realm.tokensOf("teacher").get("access_token").textValue();
        JsonNode teacher = realm.state().user("orla.thistledown.2");
        JsonNode local = realm.state().user("local");

        WebPage page = realm.choosePersona(browser, startAction(), "teacher");

        assertThat(page.error()).contains("is already linked to another user").doesNotContain("orla");
        assertThat(links()).isEmpty();
        assertThat(realm.state().user("local")).isEqualTo(local);
        assertThat(realm.state().user("orla.thistledown.2")).isEqualTo(teacher);
        assertThat(realm.state().links(teacher)).hasSize(1);
        assertThat(realm.exchange(others).statusCode()).isEqualTo(200);
    }

    /** A second ClassLink account does not replace the linked one. */
    @Test
    void aSecondClassLinkAccountDoesNotReplaceTheFirst() {
        realm.choosePersona(browser, startAction(), "teacher");
        assertThat(links()).hasSize(1);
        Browser atAnotherDevice = realm.newBrowser();
        WebPage loginPage = atAnotherDevice.open(realm.loginRequest(TestRealm.APP, "openid", Map.of()));
        atAnotherDevice.press(loginPage, "#kc-login", Map.of("username", "local", "password", "local"));
        browser = atAnotherDevice;

        WebPage page = realm.choosePersona(browser, startAction(), "student");

        assertThat(page.error()).contains("already linked");
        assertThat(links())
                .singleElement()
                .satisfies(link -> assertThat(link.get("userId").textValue()).isEqualTo("870002"));
    }

    @Test
    void refusingConsentAtClassLinkChangesNothing() {
        environment.classLink().consent(true);
        WebPage asked = realm.choosePersona(browser, startAction(), "teacher");

        WebPage callback = browser.press(asked, "#consent-deny");

        assertThat(callback.parameters()).containsEntry("kc_action_status", "cancelled");
        assertThat(links()).isEmpty();
    }

    /** Without this handling, Keycloak would show its internal error code to the user. */
    @Test
    void aSilentLoginErrorOfAnActionShowsAPage() {
        startAction();
        URI request = browser.visited().stream()
                .filter(address -> address.getPath().equals("/oauth2/v2/auth"))
                .findFirst()
                .orElseThrow();
        String state = new WebPage(request, 0, "").parameters().get("state");

        WebPage page = browser.open(
                URI.create(realm.callbackUrl() + "?" + Http.query(Map.of("error", "login_required", "state", state))));

        assertThat(page.error()).startsWith("Your ClassLink account is not connected.");
        assertThat(realm.state().failureOn(page).at("/details/reason").textValue())
                .isEqualTo("request_rejected");
    }

    /** Keycloak's deprecated client-initiated linking: the user returns to the app without a message. */
    @Test
    void aLinkStartedByAnAppReturnsToTheApp() {
        environment
                .classLink()
                .faults()
                .inject(Endpoint.TOKEN, Fault.status(503))
                .times(1);

        WebPage page = realm.choosePersona(browser, browser.open(linkAddress()), "teacher");

        assertThat(page.address()).isEqualTo(TestRealm.APP_CALLBACK);
        assertThat(realm.state().events("IDENTITY_PROVIDER_LOGIN_ERROR"))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.at("/details/reason").textValue()).isEqualTo("classlink_unavailable");
                    assertThat(event.at("/details/reference").textValue()).isNotBlank();
                });
        assertThat(links()).isEmpty();
    }

    private WebPage startAction() {
        WebPage question =
                browser.open(realm.loginRequest(TestRealm.APP, "openid", Map.of("kc_action", "idp_link:classlink")));
        return browser.press(question, "#kc-continue");
    }

    private URI linkAddress() {
        String session = Http.json(new String(
                        Base64.getUrlDecoder()
                                .decode(tokens.get("id_token").textValue().split("\\.", -1)[1]),
                        StandardCharsets.UTF_8))
                .get("sid")
                .textValue();
        String nonce = "n1";
        return URI.create(realm.url("/broker/" + TestRealm.ALIAS + "/link") + "?"
                + Http.query(Map.of(
                        "client_id",
                        TestRealm.APP,
                        "redirect_uri",
                        TestRealm.APP_CALLBACK.toString(),
                        "nonce",
                        nonce,
                        "hash",
                        hash(nonce + session + TestRealm.APP + TestRealm.ALIAS))));
    }

    private static String hash(String text) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An imported user has no roles, not even the default roles. */
    private void letUsersLink() {
        String realmPath = "/realms/" + realm.name();
        JsonNode everybody = realm.admin().get(realmPath + "/roles/default-roles-" + realm.name());
        AdminApi.require(
                realm.admin()
                        .post(
                                realmPath + "/users/"
                                        + realm.state().user("local").get("id").textValue() + "/role-mappings/realm",
                                Http.json("[" + everybody + "]")),
                "roles");
    }

    private JsonNode links() {
        return realm.state().links(realm.state().user("local"));
    }
}
