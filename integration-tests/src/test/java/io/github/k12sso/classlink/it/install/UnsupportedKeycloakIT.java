package io.github.k12sso.classlink.it.install;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.demo.keycloak.KeycloakDistribution;
import io.github.k12sso.classlink.demo.keycloak.KeycloakServer;
import io.github.k12sso.classlink.demo.keycloak.KeycloakSettings;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** On an unsupported Keycloak version, the jar registers nothing and Keycloak runs normally. */
@Full // starts a server
class UnsupportedKeycloakIT {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Test
    void logsOneLineAndRegistersNothing() throws IOException, InterruptedException {
        Path work = Path.of(System.getProperty("work.dir"), "unsupported").toAbsolutePath();
        KeycloakDistribution distribution = KeycloakDistribution.prepare(
                Path.of(System.getProperty("keycloak.zip")),
                work.resolve("keycloak"),
                List.of(TestEnvironment.providerJar()),
                List.of());
        KeycloakSettings settings = KeycloakSettings.of(distribution)
                .withEnvironment("JAVA_OPTS_APPEND", "-Dkeycloak-classlink.keycloak=27.0")
                .withLogFile(work.resolve("keycloak.log"))
                .withStartTimeout(PATIENCE);
        Files.deleteIfExists(settings.logFile());
        try (KeycloakServer server = KeycloakServer.start(settings)) {
            assertThat(Files.readAllLines(server.logFile()).stream()
                            .filter(line -> line.contains("k12sso") || line.contains("KC-SERVICES0047")))
                    .singleElement()
                    .asString()
                    .contains("ERROR", "keycloak-classlink does not support Keycloak 27.0", "26.6, 26.7 and 26.8");
            assertThat(status(server.baseUrl().resolve("/realms/master"))).isEqualTo(200);
            assertThat(status(server.baseUrl().resolve("/realms/master/classlink/classlink/launch")))
                    .isEqualTo(404);
        }
    }

    private static int status(URI address) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
