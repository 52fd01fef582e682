package io.github.k12sso.classlink.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A roster that responds with 403")
class RosterRefusedTest extends RosterAppTests {

    @Test
    @DisplayName("given a reason, the page explains it and shows it as text")
    void reason() throws Exception {
        refuse("The district does not share <this> with the app");

        Document page = browser.open("/login");

        assertThat(browser.last().statusCode()).isEqualTo(403);
        assertThat(page.selectFirst("#roster-reason").text())
                .isEqualTo("The district does not share <this> with the app");
        assertThat(page.selectFirst("#roster-meaning").text()).startsWith("Your district doesn't share its roster");
        assertThat(page.select(".button.primary")).isEmpty();
        assertThat(keycloak.logins).hasSize(1);
    }

    /** The messages of Keycloak's roster gateway and of the local ClassLink. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "The token lacks the scope oneroster | CLASSLINK_SCOPE_MISSING",
                "The user has not signed in with ClassLink, or Store tokens is off | NOT_LINKED",
                "The user's ClassLink token expired: ask the user to sign in with ClassLink again | EXPIRED",
                "ClassLink sent no district at the user's last login. Ask the user to sign in again | EXPIRED",
                "The user session is an impersonation: rosters are available only to the user | IMPERSONATED",
                "Another district's roster requires the Keycloak role roster-administrator | OTHER_DISTRICT",
                "With the roster access mode user-token, users can read only their own district | OTHER_DISTRICT",
                "The user's district is not one of the allowed districts of this identity provider | OTHER_DISTRICT",
                "The roster service rejected the district's bearer token: the district may have withdrawn "
                        + "access | NOT_SHARED",
                "ClassLink does not list this district for the partner key: the district has not added the app "
                        + "| NOT_SHARED",
                "The district does not share its roster with the app now | NOT_SHARED",
                "HTTPS required | SERVER",
                "Realm not enabled | SERVER",
                "Words of another service | OTHER",
                "'' | OTHER"
            })
    void eachMeansSomething(String reason, RosterRefusedException.Meaning meaning) {
        assertThat(new RosterRefusedException(reason, "Bearer").meaning()).isEqualTo(meaning);
    }

    @Test
    @DisplayName("given a problem that the user can solve, the page offers the remedy")
    void offers() throws Exception {
        refuse("The user's ClassLink token expired");
        assertThat(browser.open("/login").select(".button.primary").eachAttr("href"))
                .containsExactly("/login/renew");

        refuse("The user has not signed in with ClassLink");
        assertThat(browser.open("/").select(".button.primary").eachAttr("href")).containsExactly("/connect");
    }

    @Test
    @DisplayName("given a statusInfoSet that is an object, its reason is read")
    void reasonInAnObject() throws Exception {
        keycloak.rosterRefusal =
                ctx -> ctx.status(403).json(Map.of("statusInfoSet", Map.of("imsx_description", "Not theirs.")));

        assertThat(browser.open("/login").selectFirst("#roster-reason").text()).isEqualTo("Not theirs.");
    }

    @Test
    @DisplayName("given a missing scope, the page addresses the administrator and offers no sign-in")
    void scopeMissing() throws Exception {
        keycloak.rosterRefusal = ctx -> ctx.status(403)
                .header("WWW-Authenticate", "Bearer error=\"insufficient_scope\"")
                .json(Map.of("statusInfoSet", List.of(Map.of("imsx_description", "No scope"))));

        Document page = browser.open("/login");

        assertThat(page.selectFirst("#roster-refused").text()).contains("No scope", "client scope for rosters");
        assertThat(page.select(".button.primary")).isEmpty();
    }

    @Test
    @DisplayName("given no reason or no JSON, the page says that there is no reason")
    void noReason() throws Exception {
        keycloak.rosterRefusal = ctx -> ctx.status(403).html("<html>no</html>");

        assertThat(browser.open("/login").selectFirst("#roster-reason").text()).isEqualTo("no reason given");
    }

    private void refuse(String reason) {
        keycloak.rosterRefusal =
                ctx -> ctx.status(403).json(Map.of("statusInfoSet", List.of(Map.of("imsx_description", reason))));
    }
}
