package io.github.k12sso.classlink.demo;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.k12sso.classlink.demo.keycloak.ListeningPort;
import io.github.k12sso.classlink.demo.keycloak.PortTakenException;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DemoSettingsTest {

    @Test
    @DisplayName("given a port in use, the message names its program and how to choose another port")
    void portTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            DemoSettings settings = ports(ListeningPort.anyFree(), ListeningPort.anyFree(), taken.getLocalPort());

            assertThatThrownBy(settings::requireFreePorts)
                    .isInstanceOf(PortTakenException.class)
                    .hasMessageContaining("Port " + taken.getLocalPort() + ", which the roster app needs")
                    .hasMessageContaining("-Ddemo.app.port=<port>");
        }
    }

    @Test
    @DisplayName("given the same port for two parts, the message names the three options")
    void samePortTwice() {
        int port = ListeningPort.anyFree();

        assertThatThrownBy(() -> ports(port, port, ListeningPort.anyFree()).requireFreePorts())
                .hasMessageContaining("-Ddemo.keycloak.port")
                .hasMessageContaining("-Ddemo.classlink.port");
    }

    @Test
    @DisplayName("given an invalid port, the message names the option")
    void noPort() {
        assertThatThrownBy(() -> ports(70_000, 8090, 8070).requireFreePorts())
                .hasMessageContaining("70000")
                .hasMessageContaining("-Ddemo.keycloak.port");
    }

    private static DemoSettings ports(int keycloak, int classLink, int app) {
        Path unused = Path.of("unused");
        return new DemoSettings(keycloak, classLink, app, false, unused, unused, unused, unused);
    }
}
