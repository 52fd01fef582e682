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
    @DisplayName("given not_linked, the person can connect the account through Keycloak's own action")
    void notLinked() throws Exception {
        keycloak.exchangeRefuses(400, "not_linked");
        Document page = browser.open("/login");
        assertThat(page.selectFirst("#exchange-error")).isNotNull();

        keycloak.exchangeGrants();
        browser.open(page.selectFirst("#connect-classlink").attr("href"));

        assertThat(keycloak.logins.get(1).get("kc_action")).containsExactly("idp_link:classlink");
    }

    @Test
    @DisplayName("given token_expired, the person is sent through ClassLink once, and then told")
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
    @DisplayName("given token_expired again after a renewal that worked, it is renewed again")
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
    @DisplayName("given a token that only the roster knows to be over, it is renewed once, too, and not for ever")
    void rosterRefusesToken() throws Exception {
        keycloak.exchangeAnswer =
                ctx -> ctx.json(Map.of("access_token", "over", "token_type", "Bearer", "expires_in", 3600));

        browser.open("/login");
        Document page = browser.open("/");

        assertThat(page.selectFirst("#exchange-error")).isNotNull();
        assertThat(keycloak.logins).hasSize(2);
    }

    @Test
    @DisplayName("given temporarily_unavailable, the session stays, and Keycloak is left alone as long as it asked")
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
    @DisplayName("given a Keycloak that answers with an error page, it counts as not answering")
    void errorPage() throws Exception {
        keycloak.exchangeAnswer = ctx -> ctx.status(502).html("<html>bad gateway</html>");

        browser.open("/login");

        assertThat(browser.last().statusCode()).isEqualTo(503);
    }

    @Test
    @DisplayName("given access_denied, the page speaks to the administrator and sends nobody anywhere")
    void accessDenied() throws Exception {
        keycloak.exchangeRefuses(400, "access_denied");

        Document page = browser.open("/login");

        assertThat(page.selectFirst("#exchange-error").text()).contains("classlink-token");
        assertThat(keycloak.logins).hasSize(1);
    }

    @Test
    @DisplayName("given invalid_token, the session at Keycloak is over and a new sign-in is offered")
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
