package io.github.k12sso.classlink.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RosterAppTest extends RosterAppTests {

    @Nested
    @DisplayName("Signing in")
    class SigningIn {

        @Test
        @DisplayName("given no user, the start page offers both kinds of sign-in and creates no session")
        void offersBothWays() throws Exception {
            Document page = browser.open("/");

            assertThat(page.selectFirst("#sign-in")).isNotNull();
            assertThat(page.select(".button.primary").eachAttr("id")).containsExactly("sign-in-classlink");
            assertThat(browser.last().headers().firstValue("Set-Cookie")).isEmpty();
        }

        @Test
        @DisplayName("given a regular sign-in, the request has state, nonce and PKCE but no kc_idp_hint")
        void ordinary() throws Exception {
            browser.open("/login");

            Map<String, List<String>> login = keycloak.logins.get(0);
            assertThat(login).containsKeys("state", "nonce", "code_challenge").doesNotContainKey("kc_idp_hint");
            assertThat(login.get("code_challenge_method")).containsExactly("S256");
            assertThat(login.get("scope").get(0).split(" ")).contains("openid", "classlink-token");
        }

        @Test
        @DisplayName("given a sign-in with ClassLink, the request has kc_idp_hint")
        void straightToClassLink() throws Exception {
            browser.open("/login/classlink");

            assertThat(keycloak.logins.get(0).get("kc_idp_hint")).containsExactly("classlink");
        }

        @Test
        @DisplayName("given an ID token with another nonce, the sign-in fails")
        void wrongNonce() throws Exception {
            keycloak.wrongNonce = "planted";

            Document page = browser.open("/login");

            assertThat(browser.last().statusCode()).isEqualTo(400);
            assertThat(page.selectFirst("#sign-in-error")).isNotNull();
            assertThat(browser.open("/").selectFirst("#person-name")).isNull();
        }

        @Test
        @DisplayName("given a callback for a login that this browser did not start, it is refused")
        void foreignAnswer() throws Exception {
            browser.open("/callback?code=stolen&state=x");

            assertThat(browser.last().statusCode()).isEqualTo(400);
            assertThat(browser.last().body()).contains("no_session");
        }

        @Test
        @DisplayName("given an error with markup, it is shown as text")
        void errorIsEscaped() throws Exception {
            RosterAppBrowser other = new RosterAppBrowser(app.baseUrl());
            other.open("/login");
            other.open("/callback?error=%3Cimg%3E&state=x");

            assertThat(other.last().body()).doesNotContain("<img>");
        }

        @Test
        @DisplayName("given a signed-in user, signing out ends the app's and Keycloak's sessions")
        void signOut() throws Exception {
            browser.open("/login");

            browser.post("/logout");

            assertThat(browser.last().uri().getPath()).isEqualTo("/end");
            assertThat(browser.last().uri().getQuery()).contains("id_token_hint=", "post_logout_redirect_uri=");
            assertThat(browser.open("/").selectFirst("#sign-in")).isNotNull();
        }
    }

    @Nested
    @DisplayName("Classes")
    class Classes {

        @Test
        @DisplayName("given a teacher, the page shows the classes and students in order, escaped and without tokens")
        void teacher() throws Exception {
            Document page = browser.open("/login");

            assertThat(page.selectFirst("#person-name").text()).isEqualTo("Tess O'Teach <b>");
            assertThat(page.selectFirst("#person-district").text()).isEqualTo("Demo & Sons");
            assertThat(page.selectFirst("#person-role").text()).isEqualTo("Teacher");
            assertThat(page.getElementById("class-c 1").selectFirst("h2").text())
                    .isEqualTo("Maths <1>");
            assertThat(page.select(".student").eachText()).containsExactly("Amy <i>Ant</i>", "Zoë Zed");
            assertThat(browser.last().body()).doesNotContain("access-token", "refresh-token", "eyJ", "secret");
            assertThat(keycloak.exchanges).containsExactly("classlink keycloak-access-token");
        }

        @Test
        @DisplayName("given a student, each card lists the teachers and no number of students")
        void student() throws Exception {
            keycloak.student();

            Document page = browser.open("/login");

            assertThat(page.select(".card li").eachText()).containsExactly("Teacher: Ada Aide", "Teacher: Tess Teach");
            assertThat(page.selectFirst(".card .sub").text()).isEqualTo("Room 201");
        }

        @Test
        @DisplayName("given any page, its headers forbid foreign scripts, framing and caching")
        void headers() throws Exception {
            browser.open("/login");

            assertThat(browser.last().headers().firstValue("Content-Security-Policy"))
                    .get()
                    .asString()
                    .contains("default-src 'none'", "script-src 'self';", "frame-ancestors 'none'");
            assertThat(browser.last().headers().firstValue("Cache-Control")).contains("no-store");
        }

        @Test
        @DisplayName("given no sourcedId, the page explains why there are no classes and no roster is read")
        void noSourcedId() throws Exception {
            keycloak.claims.remove("classlink_sourced_id");

            assertThat(browser.open("/login").selectFirst("#no-roster")).isNotNull();
            assertThat(keycloak.rosterReads).isEmpty();
        }

        @Test
        @DisplayName("given an invalid roster response, the page shows an error instead of no classes")
        void rosterFails() throws Exception {
            keycloak.claims.put("classlink_sourced_id", "unknown");

            assertThat(browser.open("/login").selectFirst("#roster-error")).isNotNull();
            assertThat(browser.last().statusCode()).isEqualTo(502);
        }

        @Test
        @DisplayName(
                "given an access token about to expire, it is refreshed; given an ended session, a new sign-in is offered")
        void refreshes() throws Exception {
            browser.open("/login");
            clock.move(Duration.ofMinutes(5));
            assertThat(browser.open("/").selectFirst(".student")).isNotNull();

            keycloak.refreshAnswer = ctx -> ctx.status(400).json(Map.of("error", "invalid_grant"));
            clock.move(Duration.ofMinutes(5));
            assertThat(browser.open("/").selectFirst("#sign-in")).isNotNull();
        }
    }

    @Test
    @DisplayName("given a static file, it is served with its content type")
    void files() throws Exception {
        Document page = browser.open("/");
        for (String file : List.of(
                page.selectFirst("link[rel=icon]").attr("href"),
                page.selectFirst("link[rel=stylesheet]").attr("href"),
                page.selectFirst("script").attr("src"))) {
            browser.open(file);

            assertThat(browser.last().statusCode()).as(file).isEqualTo(200);
            assertThat(browser.last().headers().firstValue("Content-Type").orElseThrow())
                    .as(file)
                    .matches("(image/svg\\+xml|text/css|text/javascript).*");
        }
    }

    @Test
    @DisplayName("given an unreachable Keycloak, the app shows an error page")
    void keycloakDown() throws Exception {
        keycloak.close();

        assertThat(browser.open("/login").selectFirst("#sign-in-error")).isNotNull();
        assertThat(browser.last().statusCode()).isEqualTo(503);
    }

    @Test
    @DisplayName("given an unknown path, the app shows a page")
    void unknownPath() throws Exception {
        assertThat(browser.open("/nowhere").text()).contains("Page not found");
        assertThat(browser.last().statusCode()).isEqualTo(404);
    }
}
