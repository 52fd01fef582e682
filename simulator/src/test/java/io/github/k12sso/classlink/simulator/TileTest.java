package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** LaunchPad tiles. */
class TileTest extends SimulatorTests {
    private PersonaBrowser browser;

    @BeforeEach
    void openBrowser() {
        browser = new PersonaBrowser(simulator);
    }

    @Test
    void aTileSendsAnUnsolicitedCode() throws Exception {
        browser.signIn("teacher");
        Document home = Jsoup.parse(browser.get("/home").body());
        String callback = PersonaBrowser.location(
                browser.get(home.getElementById("tile-" + RelyingParty.ID).attr("href")));

        assertThat(callback).startsWith(RelyingParty.CALLBACK);
        assertThat(PersonaBrowser.query(callback)).containsOnlyKeys("code", "response_type");
        String idToken = RelyingParty.json(
                        app.redeem(PersonaBrowser.query(callback).get("code")))
                .get("id_token")
                .asText();
        assertThat(SignedJWT.parse(idToken).getJWTClaimsSet().getClaim("nonce")).isNull();
    }

    @Test
    void aTileOpensItsRegisteredLaunchUrl() {
        simulator.registerClient(
                RelyingParty.ID, RelyingParty.SECRET, List.of(RelyingParty.CALLBACK), "https://app.example/launch?a=1");
        browser.signIn("teacher");

        assertThat(PersonaBrowser.location(browser.get("/launch/" + RelyingParty.ID)))
                .startsWith("https://app.example/launch?a=1&code=");
        assertThat(browser.get("/launch/nobody").statusCode()).isEqualTo(400);
    }
}
