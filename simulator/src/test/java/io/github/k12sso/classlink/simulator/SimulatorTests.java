package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Base class of tests that each start a simulator. */
abstract class SimulatorTests {
    ClassLinkSimulator simulator;
    RelyingParty app;

    @BeforeEach
    void start() {
        simulator = ClassLinkSimulator.start(SimulatorSettings.defaults());
        app = new RelyingParty(simulator);
    }

    @AfterEach
    void stop() {
        simulator.close();
    }

    static void assertError(HttpResponse<String> response, int status, String error) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(RelyingParty.json(response).get("error").asText()).isEqualTo(error);
        assertThat(RelyingParty.json(response).has("access_token")).isFalse();
    }

    static String text(HttpResponse<String> response, String member) {
        return RelyingParty.json(response).path(member).asText();
    }

    int infoStatus(String accessToken) {
        return app.getAs(accessToken, "/v2/my/info").statusCode();
    }
}
