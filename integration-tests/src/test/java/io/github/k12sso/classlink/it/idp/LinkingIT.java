package io.github.k12sso.classlink.it.idp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.OnTestBed;
import io.github.k12sso.classlink.it.support.Page;
import io.github.k12sso.classlink.it.support.School;
import io.github.k12sso.classlink.it.support.TestBed;
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

/** Somebody who is signed in connects their ClassLink account, and ClassLink has a bad day. */
@OnTestBed
class LinkingIT {

    private TestBed bed;
    private School school;
    private Browser browser;
    private JsonNode tokens;

    @BeforeEach
    void somebodySignedIn(TestBed testBed) {
        bed = testBed;
        school = bed.newSchool();
        letUsersLink();
        browser = school.newBrowser();
        Page loginPage = browser.open(school.loginRequest(School.APP, "openid", Map.of()));
        Page callback = browser.press(loginPage, "#kc-login", Map.of("username", "local", "password", "local"));
        tokens = school.redeem(callback, School.APP, School.APP_SECRET);
    }

    /** As an app or the account console asks for it. */
    @Test
    void anActionThatFailsEndsOnAPageWithAReferenceAndCanBeRepeated() {
        bed.classLink().faults().inject(Endpoint.TOKEN, Fault.status(503)).times(1);

        Page page = school.choosePersona(browser, startAction(), "teacher");

        assertThat(page.status()).isEqualTo(503);
        assertThat(page.error())
                .startsWith("Your ClassLink account is not connected.")
                .contains(page.reference());
        assertThat(page.text()).doesNotContain("{").doesNotContain("classlink.error");
        assertThat(school.failureOn(page).at("/details/reason").textValue()).isEqualTo("classlink_unavailable");
        assertThat(links()).isEmpty();

        // LaunchPad knows by now who it is.
        Page callback = startAction();

        assertThat(callback.handedToApp()).containsKey("code").containsEntry("kc_action_status", "success");
        assertThat(links()).hasSize(1);
    }

    /** Not a merge, and no hint whose it is. */
    @Test
    void aClassLinkAccountOfSomebodyElseIsRefusedAndNobodyIsChanged() {
        String others = school.tokensOf("teacher").get("access_token").textValue();
        JsonNode teacher = school.user("orla.thistledown.2");
        JsonNode local = school.user("local");

        Page page = school.choosePersona(browser, startAction(), "teacher");

        assertThat(page.error()).contains("is already linked to another user").doesNotContain("orla");
        assertThat(links()).isEmpty();
        assertThat(school.user("local")).isEqualTo(local);
        assertThat(school.user("orla.thistledown.2")).isEqualTo(teacher);
        assertThat(school.links(teacher)).hasSize(1);
        assertThat(school.exchange(others).statusCode()).isEqualTo(200);
    }

    /** Another ClassLink account is not taken in the place of the one that the person has. */
    @Test
    void aSecondClassLinkAccountDoesNotReplaceTheFirst() {
        school.choosePersona(browser, startAction(), "teacher");
        assertThat(links()).hasSize(1);
        Browser atAnotherDevice = school.newBrowser();
        Page loginPage = atAnotherDevice.open(school.loginRequest(School.APP, "openid", Map.of()));
        atAnotherDevice.press(loginPage, "#kc-login", Map.of("username", "local", "password", "local"));
        browser = atAnotherDevice;

        Page page = school.choosePersona(browser, startAction(), "student");

        assertThat(page.error()).contains("already linked");
        assertThat(links())
                .singleElement()
                .satisfies(link -> assertThat(link.get("userId").textValue()).isEqualTo("870002"));
    }

    @Test
    void whoeverSaysNoAtClassLinkStaysAsTheyAre() {
        bed.classLink().consent(true);
        Page asked = school.choosePersona(browser, startAction(), "teacher");

        Page callback = browser.press(asked, "#consent-deny");

        assertThat(callback.parameters()).containsEntry("kc_action_status", "cancelled");
        assertThat(links()).isEmpty();
    }

    /** Keycloak would send an app nothing but its code word, and show it to the person. */
    @Test
    void anActionThatClassLinkAnswersAsASilentLoginEndsOnAPage() {
        startAction();
        URI request = browser.visited().stream()
                .filter(address -> address.getPath().equals("/oauth2/v2/auth"))
                .findFirst()
                .orElseThrow();
        String state = new Page(request, 0, "").parameters().get("state");

        Page page = browser.open(
                URI.create(school.callbackUrl() + "?" + Http.query(Map.of("error", "login_required", "state", state))));

        assertThat(page.error()).startsWith("Your ClassLink account is not connected.");
        assertThat(school.failureOn(page).at("/details/reason").textValue()).isEqualTo("request_rejected");
    }

    /** Keycloak's older way, deprecated: the app gets the person back, without a word. */
    @Test
    void aLinkThatAnAppStartedItselfGoesBackToTheApp() {
        bed.classLink().faults().inject(Endpoint.TOKEN, Fault.status(503)).times(1);

        Page page = school.choosePersona(browser, browser.open(linkAddress()), "teacher");

        assertThat(page.address()).isEqualTo(School.APP_CALLBACK);
        assertThat(school.events("IDENTITY_PROVIDER_LOGIN_ERROR"))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.at("/details/reason").textValue()).isEqualTo("classlink_unavailable");
                    assertThat(event.at("/details/reference").textValue()).isNotBlank();
                });
        assertThat(links()).isEmpty();
    }

    private Page startAction() {
        Page question =
                browser.open(school.loginRequest(School.APP, "openid", Map.of("kc_action", "idp_link:classlink")));
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
        return URI.create(school.url("/broker/" + School.ALIAS + "/link") + "?"
                + Http.query(Map.of(
                        "client_id",
                        School.APP,
                        "redirect_uri",
                        School.APP_CALLBACK.toString(),
                        "nonce",
                        nonce,
                        "hash",
                        hash(nonce + session + School.APP + School.ALIAS))));
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

    /** An imported user has no roles, not even those that everybody has. */
    private void letUsersLink() {
        String realm = "/realms/" + school.realm();
        JsonNode everybody = school.admin().get(realm + "/roles/default-roles-" + school.realm());
        AdminApi.require(
                school.admin()
                        .post(
                                realm + "/users/"
                                        + school.user("local").get("id").textValue() + "/role-mappings/realm",
                                Http.json("[" + everybody + "]")),
                "roles");
    }

    private JsonNode links() {
        return school.links(school.user("local"));
    }
}
