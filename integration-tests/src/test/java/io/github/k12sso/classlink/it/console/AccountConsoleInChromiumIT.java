package io.github.k12sso.classlink.it.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Await;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.browser.AccountConsole;
import io.github.k12sso.classlink.it.support.browser.Chromium;
import io.github.k12sso.classlink.it.support.browser.LaunchPad;
import io.github.k12sso.classlink.it.support.machine.Installed;
import io.github.k12sso.classlink.it.support.machine.Needs;
import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** A user with a local account links and unlinks ClassLink in Keycloak's account console. */
@WithTestEnvironment
@Needs(Installed.CHROMIUM)
@ResourceLock(Chromium.ONE_AT_A_TIME)
class AccountConsoleInChromiumIT {

    private static final String LOCAL = "local-teacher";

    private ClassLinkSimulator classLink;
    private TestRealm realm;
    private Persona teacher;
    private Chromium browser;
    private AccountConsole account;

    @BeforeEach
    void aPersonWithAPassword(TestEnvironment environment) {
        classLink = environment.classLink();
        realm = environment.newRealm();
        teacher = classLink.persona("teacher");
        ObjectNode user =
                (ObjectNode) Http.json("{\"enabled\": true, \"firstName\": \"Orla\", \"lastName\": \"Local\"}");
        user.put("username", LOCAL)
                .putArray("credentials")
                .addObject()
                .put("type", "password")
                .put("value", LOCAL);
        AdminApi.require(realm.admin().post("/realms/" + realm.name() + "/users", user), LOCAL);
        browser = Chromium.start().sized(1280, 800);
        account = AccountConsole.open(browser, realm.url("/account/account-security/linked-accounts"), LOCAL, LOCAL);
    }

    @AfterEach
    void closeBrowser() {
        classLink.revocation(false);
        browser.close();
    }

    @Test
    void linksAndUnlinksClassLink() {
        classLink.tokenMode(TokenMode.GUIDE);
        classLink.revocation(true);
        realm.configure("revocationUrl", classLink.baseUrl() + "/oauth2/v2/revoke");
        account.link().signIn(teacher);
        account.linked();
        browser.screenshot("account-linked");

        assertThat(account.linkedAs()).isEqualTo("orla.thistledown.2");
        assertThat(links())
                .singleElement()
                .satisfies(link -> assertThat(link.get("userId").textValue()).isEqualTo("870002"));

        account.unlink();
        browser.screenshot("account-unlinked");
        assertThat(links()).isEmpty();
        Await.until("revocation of both tokens", () -> revocations() == 2);
    }

    @Full // starts a browser
    @Test
    void aClassLinkAccountOfAnotherUserIsRefused() {
        realm.tokensOf("teacher");

        LaunchPad launchPad = account.link();
        launchPad.signIn(teacher);
        String error = launchPad.refused().error();
        browser.screenshot("account-linked-elsewhere");

        assertThat(error).contains("already linked to another user");
        assertThat(links()).isEmpty();
        assertThat(realm.state().links(realm.state().user("orla.thistledown.2")))
                .hasSize(1);
    }

    private long revocations() {
        return classLink.requests().stream()
                .filter(request -> request.endpoint() == Endpoint.REVOKE)
                .count();
    }

    private JsonNode links() {
        return realm.state().links(realm.state().user(LOCAL));
    }
}
