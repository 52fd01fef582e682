package io.github.k12sso.classlink.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A refused exchange")
class ExchangeRefusedTest extends RosterAppTests {

    @Test
    @DisplayName("given not_linked, the user can connect the account through Keycloak's action")
    void notLinked() throws Exception {
        keycloak.exchangeRefuses(400, "not_linked");
        Document page = browser.open("/login");
        assertThat(page.selectFirst("#exchange-error")).isNotNull();

        keycloak.exchangeGrants();
        browser.open(page.selectFirst("#connect-classlink").attr("href"));

        assertThat(keycloak.logins.get(1).get("kc_action")).containsExactly("idp_link:classlink");
    }

    @Test
    @DisplayName("given token_expired, the user is redirected to ClassLink once and then gets a message")
    void tokenExpired() throws Exception {
        keycloak.exchangeRefuses(400, "token_expired");

        browser.open("/login");
        Document page = browser.open("/");

        assertThat(keycloak.logins).hasSize(2);
        assertThat(keycloak.logins.get(1).get("kc_idp_hint")).containsExactly("classlink");
        assertThat(keycloak.logins.get(1).get("prompt")).containsExactly("login");
        assertThat(page.selectFirst("#exchange-error")).isNotNull();
        browser.open("/");
        assertThat(keycloak.logins).hasSize(2);
    }

    @Test
    @DisplayName("given token_expired again after a successful sign-in, the user is redirected again")
    void expiresAgain() throws Exception {
        browser.open("/login");
        keycloak.exchangeRefuses(400, "token_expired");
        browser.open("/");
        keycloak.exchangeGrants();
        browser.open("/");
        keycloak.exchangeRefuses(400, "token_expired");
        browser.open("/");

        assertThat(keycloak.logins).hasSize(3);
    }

    @Test
    @DisplayName("given a token that only the roster rejects, the user is redirected once and not in a loop")
    void rosterRefusesToken() throws Exception {
        keycloak.exchangeAnswer =
                ctx -> ctx.json(Map.of("access_token", "over", "token_type", "Bearer", "expires_in", 3600));

        browser.open("/login");
        Document page = browser.open("/");

        assertThat(page.selectFirst("#exchange-error")).isNotNull();
        assertThat(keycloak.logins).hasSize(2);
    }

    @Test
    @DisplayName("given temporarily_unavailable, the session stays and Keycloak isn't called until Retry-After")
    void temporarilyUnavailable() throws Exception {
        keycloak.exchangeAnswer =
                ctx -> ctx.status(503).header("Retry-After", "30").json(Map.of("error", "temporarily_unavailable"));
        Document page = browser.open("/login");

        assertThat(browser.last().statusCode()).isEqualTo(503);
        assertThat(page.selectFirst("#retry-after").text()).isEqualTo("30");
        assertThat(page.selectFirst("#person-name")).isNotNull();
        keycloak.exchangeGrants();
        clock.move(Duration.ofSeconds(10));
        assertThat(browser.open(page.selectFirst("#retry").attr("href"))
                        .selectFirst("#retry-after")
                        .text())
                .isEqualTo("20");
        assertThat(keycloak.exchanges).hasSize(1);
        clock.move(Duration.ofSeconds(20));
        assertThat(browser.open("/").selectFirst(".student")).isNotNull();
    }

    @Test
    @DisplayName("given an error page from Keycloak, it counts as unavailable")
    void errorPage() throws Exception {
        keycloak.exchangeAnswer = ctx -> ctx.status(502).html("<html>bad gateway</html>");

        browser.open("/login");

        assertThat(browser.last().statusCode()).isEqualTo(503);
    }

    @Test
    @DisplayName("given access_denied, the page addresses the administrator and doesn't redirect")
    void accessDenied() throws Exception {
        keycloak.exchangeRefuses(400, "access_denied");

        Document page = browser.open("/login");

        assertThat(page.selectFirst("#exchange-error").text()).contains("classlink-token");
        assertThat(keycloak.logins).hasSize(1);
    }

    @Test
    @DisplayName("given invalid_token, the session has ended and a new sign-in is offered")
    void invalidToken() throws Exception {
        keycloak.exchangeRefuses(400, "invalid_token");

        assertThat(browser.open("/login").selectFirst("#sign-in")).isNotNull();
    }

    @Test
    @DisplayName("given any other error, its code is shown as text")
    void anyOther() throws Exception {
        keycloak.exchangeRefuses(400, "odd_code");

        assertThat(browser.open("/login").selectFirst("#exchange-error code").text())
                .isEqualTo("odd_code");
    }
}
