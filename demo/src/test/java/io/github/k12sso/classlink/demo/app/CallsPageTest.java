package io.github.k12sso.classlink.demo.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisplayName("What just happened")
class CallsPageTest extends RosterAppTests {

    @Test
    @DisplayName("given a teacher's classes, every call is listed in order with its status")
    void everyCall() throws Exception {
        browser.open("/login");

        Document page = browser.open("/calls");

        assertThat(page.select("[id^=call-] .title").eachText())
                .containsExactly(
                        "The browser signs in at Keycloak and returns",
                        "The app redeems the code",
                        "The app exchanges Keycloak's access token for the ClassLink token",
                        "The app reads the classes of the teacher",
                        "The app reads the students of a class");
        assertThat(page.select("[id^=call-] .status").eachText()).containsExactly("302", "200", "200", "200", "200");
        assertThat(page.select("[id^=shared-call-] .title").eachText())
                .containsExactly(
                        "The app reads the realm's discovery document", "The app reads the realm's signing keys");
    }

    @Test
    @DisplayName("given codes, tokens, secrets and passwords, variable names replace them")
    void masked() throws Exception {
        browser.open("/login");

        browser.open("/calls");

        assertThat(browser.last().body())
                .contains(
                        "$CODE", "$CODE_VERIFIER", "$APP_SECRET", "$ACCESS_TOKEN", "$REFRESH_TOKEN", "$CLASSLINK_TOKEN")
                .doesNotContain(
                        "code-1",
                        "keycloak-access-token",
                        "keycloak-refresh-token",
                        "classlink-access-token",
                        "eyJ",
                        "roster-app:secret",
                        "\"secret\"")
                .doesNotContain(
                        keycloak.logins.get(0).get("state").get(0),
                        keycloak.logins.get(0).get("nonce").get(0));
    }

    @Test
    @DisplayName("given an ID token, its claims are shown")
    void claims() throws Exception {
        browser.open("/login");

        assertThat(browser.open("/calls").select("#call-2 pre").eachText().get(1))
                .contains("\"classlink_role\"");
    }

    @Test
    @DisplayName("given a list of rows, the first row and the number of rows are shown")
    void rows() throws Exception {
        browser.open("/login");

        String answer = browser.open("/calls").select("#call-5 pre").eachText().get(1);

        assertThat(answer).contains("\"Zoë\"", "… 2 more", "\"$PASSWORD\"").doesNotContain("Amy");
    }

    @Test
    @DisplayName("given a refused exchange, its call is expanded and shows the response")
    void failed() throws Exception {
        keycloak.exchangeRefuses(400, "not_linked");
        browser.open("/login");

        Element call = browser.open("/calls").selectFirst("details[open]");

        assertThat(call.selectFirst(".status").text()).isEqualTo("400");
        assertThat(call.text()).contains("not_linked");
    }

    @Test
    @DisplayName("given a new sign-in or a sign-out, the previous user's calls are removed")
    void cleared() throws Exception {
        browser.open("/login");
        browser.open("/login");
        assertThat(browser.open("/calls").select("[id^=call-] .title")).hasSize(5);

        browser.post("/logout");
        assertThat(browser.open("/calls").selectFirst("#no-calls")).isNotNull();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the commands are for sh")
    @DisplayName("given the variables, each command repeats the app's call")
    void commandsRun() throws Exception {
        browser.open("/login");
        Document page = browser.open("/calls");
        int before = keycloak.exchanges.size();

        assertThat(run(page.selectFirst("#call-3-curl").wholeText())).contains(StandIn.CLASSLINK_TOKEN);
        assertThat(run(page.selectFirst("#call-5-curl").wholeText())).contains("Zoë");
        assertThat(run(page.selectFirst("#shared-call-1-curl").wholeText())).contains("token_endpoint");
        assertThat(keycloak.exchanges).hasSize(before + 1).last().isEqualTo("classlink keycloak-access-token");
    }

    private static String run(String command) throws IOException, InterruptedException {
        assumeTrue(new ProcessBuilder("sh", "-c", "command -v curl").start().waitFor() == 0, "no curl");
        ProcessBuilder shell = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true);
        shell.environment()
                .putAll(Map.of(
                        "APP_SECRET", "secret",
                        "ACCESS_TOKEN", "keycloak-access-token",
                        "CLASSLINK_TOKEN", StandIn.CLASSLINK_TOKEN));
        Process process = shell.start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
