package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scopes as a list of parameters: omniauth-classlink sends {@code scope[]=email&scope[]=profile}. */
class ScopesTest extends SimulatorTests {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "scope%5B%5D=openid&scope%5B%5D=profile",
                "scope[]=openid&scope[]=profile",
                "scope%5b%5d=openid%20profile",
                "scope[0]=openid&scope[1]=profile",
                "scope%5B1%5D=profile&scope%5B0%5D=openid",
                "scope=openid&scope=profile",
                "scope=openid&scope[]=profile",
                "scope[]=openid,profile",
                "scope=openid+profile"
            })
    void scopesMayComeAsAList(String scopes) {
        JsonNode tokens = RelyingParty.json(app.redeem(codeWith(scopes)));

        assertThat(tokens.has("id_token")).isTrue();
        assertThat(infoStatus(tokens.get("access_token").textValue())).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "scope[]=",
                "scope[]",
                "scope[]=openid&scope[]=unknown",
                "scope[a]=openid",
                "scope[][]=openid",
                "scopes[]=openid",
                "xscope[]=openid"
            })
    void listsOfOtherScopesAreRefused(String scopes) {
        assertThat(PersonaBrowser.query(callbackWith(scopes))).containsEntry("error", "invalid_scope");
    }

    @Test
    void aListOfScopesIsKeptThroughSignInAndConsent() {
        simulator.consent(true);
        PersonaBrowser browser = new PersonaBrowser(simulator);
        String request = app.authorizePath("scope", null) + "&scope%5B%5D=openid&scope%5B%5D=profile";
        String detour = PersonaBrowser.location(browser.get(request));
        HttpResponse<String> signedIn =
                browser.signIn("student", "/maplevalley?" + detour.substring(detour.indexOf('?') + 1));

        String back = PersonaBrowser.location(signedIn);
        assertThat(browser.get(back).body()).contains("openid", "profile");
        HttpResponse<String> allowed = browser.post(back, Map.of("decision", "allow"));

        String code = PersonaBrowser.query(PersonaBrowser.location(allowed)).get("code");
        assertThat(RelyingParty.json(app.redeem(code)).has("id_token")).isTrue();
    }

    private String codeWith(String scopes) {
        return PersonaBrowser.query(callbackWith(scopes)).get("code");
    }

    private String callbackWith(String scopes) {
        PersonaBrowser browser = new PersonaBrowser(simulator);
        browser.signIn("student");
        return PersonaBrowser.location(browser.get(app.authorizePath("scope", null) + "&" + scopes));
    }
}
