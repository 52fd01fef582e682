package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sign-in from an app to an ID token, as in a user's browser. */
class SignInTest extends SimulatorTests {
    private PersonaBrowser browser;

    @BeforeEach
    void openBrowser() {
        browser = new PersonaBrowser(simulator);
    }

    @Test
    void aUserSignsInAtTheirDistrictAndTheAppGetsTheirIdentity() throws Exception {
        String request = app.authorizePath("state", "s t", "nonce", "n-1");

        HttpResponse<String> toSignIn = browser.get(request);
        assertThat(toSignIn.statusCode()).isEqualTo(302);
        assertThat(PersonaBrowser.location(toSignIn)).startsWith("/?logincallback=%2Foauth2%2Fv2%2Fauth%3F");
        assertThat(PersonaBrowser.query(PersonaBrowser.location(toSignIn))).containsEntry("logincallback", request);

        Document districts =
                Jsoup.parse(browser.get(PersonaBrowser.location(toSignIn)).body());
        String district = districts.getElementById("district-maplevalley").attr("href");
        HttpResponse<String> back = browser.signIn("student", district);
        assertThat(back.headers().firstValue("Set-Cookie")).get().asString().contains("HttpOnly");
        assertThat(PersonaBrowser.location(back)).isEqualTo(request);

        String callback = PersonaBrowser.location(browser.get(PersonaBrowser.location(back)));
        assertThat(callback).startsWith(RelyingParty.CALLBACK + "?code=");
        assertThat(PersonaBrowser.query(callback))
                .containsOnlyKeys("code", "response_type", "state")
                .containsEntry("response_type", "code")
                .containsEntry("state", "s t");
        assertThat(PersonaBrowser.query(callback).get("code")).matches("c\\d{13}[0-9a-f]{32}");

        HttpResponse<String> token = app.redeem(PersonaBrowser.query(callback).get("code"));
        assertFourMembers(token);

        SignedJWT idToken =
                SignedJWT.parse(RelyingParty.json(token).get("id_token").asText());
        JWKSet keys = JWKSet.parse(app.get("/oauth2/v2/jwks").body());
        assertThat(idToken.verify(new RSASSAVerifier(
                        keys.getKeyByKeyId(idToken.getHeader().getKeyID()).toRSAKey())))
                .isTrue();
        JWTClaimsSet claims = idToken.getJWTClaimsSet();
        assertStudentsClaims(claims);

        HttpResponse<String> info =
                app.getAs(RelyingParty.json(token).get("access_token").asText(), "/v2/my/info");
        assertThat(RelyingParty.json(info).get("UserId").isInt()).isTrue();
        assertThat(RelyingParty.json(info).get("UserId").asText()).isEqualTo(claims.getSubject());
    }

    private static void assertFourMembers(HttpResponse<String> token) {
        assertThat(token.statusCode()).isEqualTo(200);
        assertThat(RelyingParty.json(token).fieldNames())
                .toIterable()
                .containsExactly("access_token", "token_type", "response_type", "id_token");
        assertThat(RelyingParty.json(token).get("token_type").asText()).isEqualTo("Bearer");
        assertThat(RelyingParty.json(token).get("response_type").asText()).isEqualTo("code");
    }

    private void assertStudentsClaims(JWTClaimsSet claims) throws ParseException {
        assertThat(claims.getIssuer()).isEqualTo(simulator.baseUrl().toString());
        assertThat(claims.getSubject())
                .isEqualTo(Integer.toString(simulator.persona("student").userId()));
        assertThat(claims.getAudience()).containsExactly(RelyingParty.ID);
        assertThat(claims.getStringClaim("nonce")).isEqualTo("n-1");
        assertThat(claims.getNotBeforeTime()).isNull();
        assertThat(claims.getStringClaim("profile")).isEqualTo("Student");
        assertThat(claims.getStringClaim("login_hint")).isEqualTo("mira.fernwick");
        assertThat(claims.getJSONObjectClaim("address")).containsEntry("locality", "Maple Valley Schools");
        assertThat(claims.getExpirationTime().toInstant())
                .isEqualTo(claims.getIssueTime().toInstant().plusSeconds(86_400));
    }

    @Test
    void withoutStateNonceAndOpenidNoneIsReturned() {
        browser.signIn("teacher");
        String callback = PersonaBrowser.location(browser.get(app.authorizePath("scope", "profile")));

        assertThat(PersonaBrowser.query(callback)).containsOnlyKeys("code", "response_type");
        assertThat(RelyingParty.json(app.redeem(PersonaBrowser.query(callback).get("code")))
                        .fieldNames())
                .toIterable()
                .containsExactly("access_token", "token_type", "response_type");
    }

    @Test
    void anUnknownClientIsReportedOnlyAfterSignIn() {
        String request = app.authorizePath("client_id", "nobody");

        assertThat(PersonaBrowser.location(browser.get(request))).startsWith("/?logincallback=");
        browser.signIn("student");
        assertThat(browser.get(request).statusCode()).isEqualTo(400);
    }

    @Test
    void anUnregisteredRedirectUriShowsAnErrorPage() {
        browser.signIn("student");
        HttpResponse<String> response =
                browser.get(app.authorizePath("redirect_uri", RelyingParty.CALLBACK + "/other"));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.headers().firstValue("Location")).isEmpty();
        assertThat(Jsoup.parse(response.body()).getElementById("error").text()).contains("redirect_uri");
    }

    @Test
    void aRedirectUriEndingInAStarIsAPrefix() {
        simulator.registerClient(RelyingParty.ID, RelyingParty.SECRET, List.of("http://localhost:9/realms/*"));
        browser.signIn("student");

        String callback = PersonaBrowser.location(
                browser.get(app.authorizePath("redirect_uri", "http://localhost:9/realms/a?b=c")));
        assertThat(callback).startsWith("http://localhost:9/realms/a?b=c&code=");
        assertThat(browser.get(app.authorizePath("redirect_uri", "http://localhost:9/other"))
                        .statusCode())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"roster.read", "profile roster.read", ""})
    void unknownScopesAreRefused(String scope) {
        browser.signIn("student");
        String callback = PersonaBrowser.location(browser.get(app.authorizePath("scope", scope, "state", "x")));

        assertThat(PersonaBrowser.query(callback))
                .containsOnly(Map.entry("error", "invalid_scope"), Map.entry("state", "x"));
    }

    @Test
    void scopesMayBeSeparatedByCommas() {
        assertThat(RelyingParty.json(app.redeem(app.codeFor("student", "scope", "openid,profile, email")))
                        .has("id_token"))
                .isTrue();
    }

    @Test
    void aResponseTypeOtherThanCodeIsRefused() {
        browser.signIn("student");
        assertThat(PersonaBrowser.query(
                        PersonaBrowser.location(browser.get(app.authorizePath("response_type", "token")))))
                .containsEntry("error", "unsupported_response_type");
    }

    @Test
    void consentIsRequiredWhenSwitchedOn() {
        simulator.consent(true);
        browser.signIn("student");
        String request = app.authorizePath("state", "x");

        Document page = Jsoup.parse(browser.get(request).body());
        assertThat(page.getElementById("consent-allow").attr("value")).isEqualTo("allow");
        assertThat(page.getElementById("consent-deny").attr("value")).isEqualTo("deny");
        assertThat(PersonaBrowser.query(PersonaBrowser.location(browser.post(request, Map.of("decision", "allow")))))
                .containsOnlyKeys("code", "response_type", "state");
        assertThat(PersonaBrowser.location(browser.post(request, Map.of("decision", "deny"))))
                .isEqualTo(RelyingParty.CALLBACK + "?error=access_denied&state=x");

        simulator.switches().set(Switch.STATE_ON_ERRORS, false);
        assertThat(PersonaBrowser.location(browser.post(request, Map.of("decision", "deny"))))
                .isEqualTo(RelyingParty.CALLBACK + "?error=access_denied");
    }

    @Test
    void consentCannotBeGivenByALink() {
        simulator.consent(true);
        browser.signIn("student");

        assertThat(browser.get(app.authorizePath("decision", "allow")).statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/",
                "//evil.example/",
                "/\\evil.example/",
                "/\t/evil.example",
                "evil",
                "/a\\b",
                "/\r\nX: y"
            })
    void signInNeverRedirectsToAnotherHost(String callback) {
        HttpResponse<String> response =
                browser.post("/maplevalley/login", Map.of("persona", "student", "logincallback", callback));

        assertThat(PersonaBrowser.location(response)).isEqualTo("/home");
    }

    @Test
    void aUserSignsInOnlyAtTheirOwnDistrict() {
        assertThat(browser.post("/harborpoint/login", Map.of("persona", "student"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(browser.get("/nowhere").statusCode()).isEqualTo(404);
    }

    @Test
    void anyGeneratedUserCanSignIn() {
        HttpResponse<String> response = browser.post("/maplevalley/login", Map.of("persona", "maplevalley:S0000099"));

        assertThat(PersonaBrowser.location(response)).isEqualTo("/home");
        assertThat(simulator.persona("maplevalley:S0000099").sourcedId()).isEqualTo("S0000099");
    }

    @Test
    void signOutEndsTheSession() {
        browser.signIn("student");
        assertThat(browser.get("/home").statusCode()).isEqualTo(200);
        browser.get("/logout");

        assertThat(browser.get("/home").statusCode()).isEqualTo(302);
        assertThat(PersonaBrowser.location(browser.get(app.authorizePath()))).startsWith("/?logincallback=");
    }
}
