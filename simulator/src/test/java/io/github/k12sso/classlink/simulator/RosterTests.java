package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Base class of tests that read the rosters of one simulator with three districts of different sizes. */
abstract class RosterTests {
    static ClassLinkSimulator simulator;
    static RelyingParty app;

    @BeforeAll
    static void start() {
        simulator = ClassLinkSimulator.start(SimulatorSettings.builder()
                .district("metropolis", 77, 1_000_000)
                .district("hamlet", 78, 10)
                .build());
        app = new RelyingParty(simulator);
    }

    @AfterAll
    static void stop() {
        simulator.close();
    }

    static HttpResponse<String> call(String district, String path) {
        return app.getAs(
                simulator.districtBearer(district),
                "/" + simulator.applicationId(district) + "/ims/oneroster/v1p1/" + path);
    }

    static JsonNode read(String path) {
        return read("maplevalley", path);
    }

    static JsonNode read(String district, String path) {
        HttpResponse<String> response = call(district, path);
        assertThat(response.statusCode()).as(path + " " + response.body()).isEqualTo(200);
        return RelyingParty.json(response);
    }

    static List<String> ids(JsonNode array) {
        List<String> ids = new ArrayList<>();
        array.forEach(row -> ids.add(row.get("sourcedId").asText()));
        return ids;
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static void assertFailure(HttpResponse<String> response, int status, String codeMinor) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(RelyingParty.json(response)
                        .get("statusInfoSet")
                        .get(0)
                        .get("imsx_codeMinor")
                        .asText())
                .isEqualTo(codeMinor);
    }
}
