package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The control API over HTTP. */
class ControlTest {
    private ClassLinkSimulator simulator;
    private RelyingParty app;

    @BeforeEach
    void start() {
        simulator = ClassLinkSimulator.start(
                SimulatorSettings.builder().recordedRequests(5).build());
        app = new RelyingParty(simulator);
    }

    @AfterEach
    void stop() {
        simulator.close();
    }

    private HttpResponse<String> post(String path, String json) {
        return app.send(
                app.request(path, "Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    private HttpResponse<String> delete(String path) {
        return app.send(app.request(path).DELETE());
    }

    @Test
    void overviewIsHtmlForBrowsersAndJsonForOtherClients() {
        JsonNode state = RelyingParty.json(app.get("/_sim"));
        assertThat(state.fieldNames())
                .toIterable()
                .contains("switches", "faults", "clock", "clients", "districts", "personas", "endpoints");
        assertThat(app.get("/_sim", "Accept", "text/html").body()).contains("Local ClassLink simulator");
    }

    @Test
    void faultsAreInjectedAndCleared() {
        assertThat(post(
                                "/_sim/faults",
                                "{\"endpoint\":\"my-info\",\"kind\":\"status\",\"status\":503,\"retryAfter\":9,\"times\":3}")
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> struck = app.get("/v2/my/info");
        assertThat(struck.statusCode()).isEqualTo(503);
        assertThat(struck.headers().firstValue("Retry-After")).hasValue("9");
        JsonNode left = RelyingParty.json(app.get("/_sim")).get("faults").get(0);
        assertThat(left.get("left").asInt()).isEqualTo(2);

        delete("/_sim/faults?endpoint=token");
        assertThat(app.get("/v2/my/info").statusCode()).isEqualTo(503);
        delete("/_sim/faults");
        assertThat(app.get("/v2/my/info").statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"endpoint\":\"discovery\",\"kind\":\"redirect\",\"location\":\"http://x.example/\"} | 302",
                "{\"endpoint\":\"discovery\",\"kind\":\"wrong-type\"} | 200",
                "{\"endpoint\":\"discovery\",\"kind\":\"delay\",\"millis\":1} | 200",
                "{\"endpoint\":\"discovery\",\"kind\":\"oversize\",\"bytes\":100} | 200",
                "{\"endpoint\":\"discovery\",\"kind\":\"status\",\"status\":500,\"body\":\"{}\"} | 500",
            })
    void everyKindOfFaultCanBeSetInJson(String json, int status) {
        assertThat(post("/_sim/faults", json).statusCode()).isEqualTo(200);
        assertThat(app.get("/.well-known/openid-configuration").statusCode()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "faults | {\"endpoint\":\"nowhere\",\"kind\":\"empty\"} | unknown endpoint nowhere",
                "faults | {\"endpoint\":\"token\",\"kind\":\"odd\"} | unknown kind odd",
                "faults | {\"endpoint\":\"token\",\"kind\":\"status\"} | status is missing",
                "faults | junk | the body is not JSON",
                "clock | {\"advance\":\"soon\"} | not a duration such as PT5M: soon",
                "switches | {\"tokenMode\":\"odd\"} | tokenMode cannot be \"odd\"",
                "clients | {\"id\":\"x\"} | id, secret and redirectUris are required",
                "districts | {\"district\":\"atlantis\"} | unknown district atlantis",
            })
    void invalidRequestsGetAMessage(String path, String json, String message) {
        HttpResponse<String> response = post("/_sim/" + path, json);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(RelyingParty.json(response).get("message").asText()).isEqualTo(message);
    }

    @Test
    void clockKeysTokensAndSwitchesCanBeChanged() {
        String token = app.accessTokenFor("student");
        post("/_sim/clock", "{\"advance\":\"PT25H\"}");
        assertThat(app.getAs(token, "/v2/my/info").statusCode()).isEqualTo(401);
        post("/_sim/clock", "{\"reset\":true}");
        assertThat(app.getAs(token, "/v2/my/info").statusCode()).isEqualTo(200);
        post("/_sim/tokens/expire", "");
        assertThat(app.getAs(token, "/v2/my/info").statusCode()).isEqualTo(401);

        String kid = simulator.keys().current().getKeyID();
        assertThat(RelyingParty.json(post("/_sim/keys/rotate", "{\"drop\":true}"))
                        .get("kid")
                        .asText())
                .isNotEqualTo(kid);
        assertThat(app.get("/oauth2/v2/jwks").body()).doesNotContain(kid);

        post("/_sim/switches", "{\"tokenMode\":\"guide\",\"consent\":false,\"pkce\":\"ignore\"}");
        String refresh = RelyingParty.json(app.redeem(app.codeFor("student")))
                .get("refresh_token")
                .asText();
        post("/_sim/tokens/expire", "{\"refresh\":true}");
        assertThat(app.redeem("", "grant_type", "refresh_token", "refresh_token", refresh)
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void clientsAndDistrictsCanBeChanged() {
        post(
                "/_sim/clients",
                "{\"id\":\"late\",\"secret\":\"s\",\"redirectUris\":[\"http://localhost:1/cb\"],\"launchUrl\":\"http://localhost:1/tile\"}");
        PersonaBrowser browser = new PersonaBrowser(simulator);
        browser.signIn("teacher");
        assertThat(PersonaBrowser.location(browser.get("/launch/late"))).startsWith("http://localhost:1/tile?code=");

        String bearer = simulator.districtBearer("maplevalley");
        post("/_sim/districts", "{\"district\":\"maplevalley\",\"rotateBearer\":true,\"enabled\":false}");
        assertThat(simulator.districtBearer("maplevalley")).isNotEqualTo(bearer);
        assertThat(RelyingParty.json(app.getAs("partner-key-of-the-simulator", "/applications"))
                        .get("applications")
                        .get(0)
                        .get("enabled")
                        .asText())
                .isEqualTo("false");
    }

    @Test
    void theLastRequestsAreRecorded() {
        for (int i = 0; i < 7; i++) {
            app.get("/v2/my/info?n=" + i, "Authorization", "Bearer secret-" + i);
        }
        List<RecordedRequest> requests = simulator.requests();
        assertThat(requests).hasSize(5);
        RecordedRequest last = requests.get(4);
        assertThat(last.endpoint()).isEqualTo(Endpoint.MY_INFO);
        assertThat(last.method()).isEqualTo("GET");
        assertThat(last.path()).isEqualTo("/v2/my/info");
        assertThat(last.parameters()).containsEntry("n", "6");
        assertThat(last.headers()).containsEntry("Authorization", "Bearer secret-6");

        String overHttp = app.get("/_sim/requests").body();
        assertThat(RelyingParty.json(overHttp)).hasSize(5);
        assertThat(overHttp).contains("Authorization").doesNotContain("secret-6");
        simulator.clearRequests();
        assertThat(simulator.requests()).isEmpty();
    }
}
