package io.github.k12sso.classlink.it.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.clients.ClassLinkClient;
import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import io.github.k12sso.classlink.simulator.SimulatorSettings;
import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that are used with ClassLink, with only the URLs changed, against the simulator. The simulator's
 * {@code RecordedRequestsTest} has clients that no registry offers. In the full tier, because each test starts Python.
 */
@Full
class ShippedClientsIT {

    private static final String CLIENT = "shipped-client";
    private static final String SECRET = "s3cret &+%";

    private final SimulatorSettings settings = SimulatorSettings.defaults();
    private ClassLinkSimulator classLink;

    @BeforeEach
    void start() {
        classLink = ClassLinkSimulator.start(settings);
        classLink.registerClient(CLIENT, SECRET, List.of("http://localhost:8080/*"));
    }

    @AfterEach
    void stop() {
        classLink.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"student", "teacher-of-two-schools", "tenant-administrator", "twin-harbor"})
    void pythonSocialAuthSignsIn(String id) {
        Persona persona = classLink.persona(id);

        JsonNode person = login(persona);

        assertThat(person.get("id").asInt()).isEqualTo(persona.userId());
        assertThat(person.get("fullname").textValue()).isEqualTo(persona.displayName());
        assertThat(person.get("email").textValue()).isEqualTo(persona.email());
        assertThat(classLink.requests())
                .filteredOn(request -> request.endpoint() == Endpoint.TOKEN)
                .singleElement()
                .satisfies(request ->
                        assertThat(request.parameters()).containsKeys("grant_type", "redirect_uri", "client_secret"));
    }

    @Test
    void pythonSocialAuthUsesTheLoginIdIfTheEmailIsOmitted() {
        classLink.switches().set(Switch.EMPTY_STRINGS, false);
        Persona persona = classLink.persona("student-without-email");

        JsonNode person = login(persona);

        assertThat(person.get("username").textValue()).isEqualTo(persona.loginId());
        assertThat(person.get("email").isNull()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void requestsReadsADistrictThroughTheProxyAndFromItsServer(boolean emptyStrings) {
        classLink.switches().set(Switch.EMPTY_STRINGS, emptyStrings);

        JsonNode rows = ClassLinkClient.ROSTER.run(
                classLink.baseUrl(), Map.of("PARTNER_KEY", settings.partnerKey(), "TENANT", "2222"));

        assertThat(rows.get("proxy")).hasSize(240).doesNotHaveDuplicates();
        assertThat(List.of(rows.get("SHA-256"), rows.get("SHA-1"), rows.get("query")))
                .containsOnly(rows.get("proxy"));
        assertThat(rows.get("classes")).hasSize(3);
        assertThat(rows.get("students")).isNotEmpty();
        assertThat(classLink.requests())
                .extracting(RecordedRequest::path)
                .as("Requests decodes unreserved characters")
                .anyMatch(path -> path.startsWith("/" + sentByRequests() + "/ims/"))
                .anyMatch(path -> path.equals("/applications/" + sentByRequests() + "/server"));
    }

    private JsonNode login(Persona persona) {
        return ClassLinkClient.LOGIN.run(
                classLink.baseUrl(),
                Map.of(
                        "CLIENT_ID",
                        CLIENT,
                        "CLIENT_SECRET",
                        SECRET,
                        "PERSONA",
                        persona.districtCode() + ":" + persona.sourcedId()));
    }

    private String sentByRequests() {
        return classLink.applicationId("harborpoint").replace("%43", "C");
    }
}
