package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Switches over HTTP, mainly token lifetimes. */
class SwitchesTest extends SimulatorTests {
    private HttpResponse<String> post(String path, String json) {
        return app.send(
                app.request(path, "Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    @ParameterizedTest
    @CsvSource({
        "accessTokenLifetime, 1, PT1S",
        "accessTokenLifetime, 90, PT1M30S",
        "accessTokenLifetime, \"PT90S\", PT1M30S",
        "accessTokenLifetime, \"600\", PT10M",
        "accessTokenLifetime, 315360000, PT87600H",
        "guideTokenLifetime, \"P1D\", PT24H"
    })
    void lifetimesAreSecondsOrDurations(String name, String given, String then) {
        JsonNode switches = RelyingParty.json(post("/_sim/switches", "{\"" + name + "\":" + given + "}"));

        assertThat(switches.get(name).textValue()).isEqualTo(then);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-1",
                "1.5",
                "\"PT0S\"",
                "\"-PT5M\"",
                "\"PT0.5S\"",
                "\"PT1.5S\"",
                "315360001",
                "\"P3651D\"",
                "99999999999999999999",
                "\"PT9999999999999H\"",
                "\"soon\"",
                "\"\"",
                "null",
                "true",
                "{}"
            })
    void invalidLifetimesAreRefusedAndChangeNothing(String given) {
        HttpResponse<String> answer = post("/_sim/switches", "{\"accessTokenLifetime\":" + given + "}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(RelyingParty.json(answer).get("message").textValue())
                .startsWith("accessTokenLifetime cannot be " + given + ": not ");
        assertThat(simulator.switches().tokenLifetime()).isEqualTo(Duration.ofHours(24));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"consent\":true,\"accessTokenLifetime\":0}",
                "{\"consent\":true,\"pkce\":\"odd\"}",
                "{\"consent\":true,\"noSwitch\":1}"
            })
    void oneInvalidSwitchChangesNoSwitch(String json) {
        assertThat(post("/_sim/switches", json).statusCode()).isEqualTo(400);
        assertThat(simulator.switches().get(Switch.CONSENT)).isFalse();
    }

    @Test
    void aLifetimeAppliesToTokensIssuedLater() {
        String day = app.accessTokenFor("student");
        post("/_sim/switches", "{\"accessTokenLifetime\":60}");
        String minute = app.accessTokenFor("student");
        post("/_sim/switches", "{\"accessTokenLifetime\":\"PT48H\"}");

        simulator.clock().advance(Duration.ofSeconds(59));
        assertThat(app.getAs(minute, "/v2/my/info").statusCode()).isEqualTo(200);
        simulator.clock().advance(Duration.ofSeconds(2));
        assertThat(app.getAs(minute, "/v2/my/info").statusCode()).isEqualTo(401);
        assertThat(app.getAs(day, "/v2/my/info").statusCode()).isEqualTo(200);

        simulator.clock().advance(Duration.ofHours(24));
        assertThat(app.getAs(day, "/v2/my/info").statusCode()).isEqualTo(401);
    }

    @Test
    void eachTokenModeHasItsOwnLifetime() {
        post("/_sim/switches", "{\"tokenMode\":\"guide\",\"accessTokenLifetime\":60,\"guideTokenLifetime\":7200}");
        JsonNode tokens = RelyingParty.json(app.redeem(app.codeFor("student")));
        assertThat(tokens.get("expires_in").asInt()).isEqualTo(7200);

        post("/_sim/switches", "{\"guideTokenLifetime\":30}");
        JsonNode refreshed = RelyingParty.json(app.redeem(
                "",
                "grant_type",
                "refresh_token",
                "refresh_token",
                tokens.get("refresh_token").textValue()));
        assertThat(refreshed.get("expires_in").asInt()).isEqualTo(30);

        simulator.clock().advance(Duration.ofSeconds(61));
        assertThat(app.getAs(tokens.get("access_token").textValue(), "/v2/my/info")
                        .statusCode())
                .isEqualTo(200);
        assertThat(app.getAs(refreshed.get("access_token").textValue(), "/v2/my/info")
                        .statusCode())
                .isEqualTo(401);
    }
}
