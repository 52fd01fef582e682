package io.github.k12sso.classlink.it.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An administrator who impersonates a student gets neither their ClassLink token nor their roster. */
@WithTestEnvironment
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImpersonationIT {

    private TestRealm realm;
    private Roster roster;

    @BeforeAll
    void aStudentWhoHasLoggedIn(TestEnvironment environment) {
        realm = environment.newRealm();
        realm.configureRealm(settings -> settings.putArray("enabledEventTypes")
                .add("PERMISSION_TOKEN_ERROR")
                .add("TOKEN_EXCHANGE_ERROR"));
        roster = Roster.withPartnerKey(environment, realm);
        roster.tokenOf("student");
    }

    @ParameterizedTest
    @ValueSource(strings = {"openid", "openid offline_access"})
    void theExchangeIsRefusedAndTheEventNamesTheAdministrator(String scope) {
        HttpResponse<String> answer =
                realm.exchange(impersonated(scope).get("access_token").textValue());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(Http.json(answer.body()).get("error").textValue()).isEqualTo("access_denied");
        JsonNode event = realm.state().events("TOKEN_EXCHANGE_ERROR").get(0);
        assertThat(event.at("/details/impersonator").textValue()).isEqualTo(TestEnvironment.ADMIN);
        assertThat(event.at("/details/impersonator_id").textValue()).isNotBlank();
        assertThat(event.get("userId").textValue()).isEqualTo(roster.userId("student"));
    }

    @Test
    void theRosterIsRefusedAndTheEventNamesTheAdministrator() {
        HttpResponse<String> answer =
                roster.get(impersonated("openid").get("access_token").textValue(), "students");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(403);
        assertThat(answer.body()).contains("impersonation");
        JsonNode event = realm.state().events("PERMISSION_TOKEN_ERROR").get(0);
        assertThat(event.at("/details/impersonator").textValue()).isEqualTo(TestEnvironment.ADMIN);
        assertThat(event.at("/details/reason").textValue()).isEqualTo("impersonated");
    }

    /** A refreshed token is refused too, because the session is impersonated. */
    @Test
    void aRefreshedTokenIsRefused() {
        HttpResponse<String> refreshed = realm.tokenEndpoint(Map.of(
                "grant_type",
                "refresh_token",
                "client_id",
                TestRealm.APP,
                "client_secret",
                TestRealm.APP_SECRET,
                "refresh_token",
                impersonated("openid").get("refresh_token").textValue()));
        String token = Http.json(refreshed.body()).get("access_token").textValue();

        assertThat(realm.exchange(token).statusCode()).isEqualTo(400);
        assertThat(roster.get(token, "students").statusCode()).isEqualTo(403);
    }

    @Test
    void theStudentsOwnSessionIsUnaffected() {
        impersonated("openid");
        String token = roster.tokenOf("student");

        assertThat(roster.get(token, "students").statusCode()).isEqualTo(200);
    }

    private JsonNode impersonated(String scope) {
        Browser browser = realm.newBrowser();
        realm.admin().impersonate(realm, roster.userId("student"), browser);
        return realm.redeem(
                browser.open(realm.loginRequest(scope + " " + TestRealm.TOKEN_SCOPE + " " + Roster.SCOPE)),
                TestRealm.APP,
                TestRealm.APP_SECRET);
    }
}
