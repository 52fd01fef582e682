package io.github.k12sso.classlink.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A roster that answers 403")
class RosterRefusedTest extends RosterAppTests {

    @Test
    @DisplayName("given a reason, the page says it as text, and offers to sign in again")
    void reason() throws Exception {
        keycloak.rosterRefusal = ctx -> ctx.status(403)
                .json(Map.of(
                        "statusInfoSet",
                        List.of(Map.of("imsx_description", "The district doesn't share <this> with the app"))));

        Document page = browser.open("/login");

        assertThat(browser.last().statusCode()).isEqualTo(403);
        assertThat(page.selectFirst("#roster-reason").text())
                .isEqualTo("The district doesn't share <this> with the app.");
        assertThat(page.selectFirst("#sign-in-classlink")).isNotNull();
        assertThat(page.selectFirst("#connect-classlink")).isNull();
        assertThat(keycloak.logins).hasSize(1);
    }

    @Test
    @DisplayName("given a status set that is an object, its reason is read, too")
    void reasonInAnObject() throws Exception {
        keycloak.rosterRefusal =
                ctx -> ctx.status(403).json(Map.of("statusInfoSet", Map.of("imsx_description", "Not theirs.")));

        assertThat(browser.open("/login").selectFirst("#roster-reason").text()).isEqualTo("Not theirs.");
    }

    @Test
    @DisplayName("given a missing scope, the page speaks to the administrator and sends nobody to sign in")
    void scopeMissing() throws Exception {
        keycloak.rosterRefusal = ctx -> ctx.status(403)
                .header("WWW-Authenticate", "Bearer error=\"insufficient_scope\"")
                .json(Map.of("statusInfoSet", List.of(Map.of("imsx_description", "No scope"))));

        Document page = browser.open("/login");

        assertThat(page.selectFirst("#roster-refused").text()).contains("No scope.", "assign the client scope");
        assertThat(page.selectFirst("#sign-in-classlink")).isNull();
    }

    @Test
    @DisplayName("given no reason, or no JSON, the page says that there is none")
    void noReason() throws Exception {
        keycloak.rosterRefusal = ctx -> ctx.status(403).html("<html>no</html>");

        assertThat(browser.open("/login").selectFirst("#roster-reason").text())
                .isEqualTo("The roster service gave no reason.");
    }
}
