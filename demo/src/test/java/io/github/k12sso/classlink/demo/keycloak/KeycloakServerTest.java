package io.github.k12sso.classlink.demo.keycloak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the stand-in for kc is a shell script")
@Timeout(60)
class KeycloakServerTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("given a port in use, nothing is started and the message names the port and a remedy")
    void portTaken() throws IOException {
        KeycloakDistribution home = FakeHome.withScript(folder, "touch started\n");
        try (ServerSocket taken = new ServerSocket(0)) {
            int port = taken.getLocalPort();

            assertThatExceptionOfType(PortTakenException.class)
                    .isThrownBy(
                            () -> KeycloakServer.start(KeycloakSettings.of(home).withHttpPort(port)))
                    .withMessageContaining("Port " + port)
                    .withMessageContaining("withHttpPort")
                    .satisfies(e -> assertThat(e.port()).isEqualTo(port));
        }
        assertThat(home.home().resolve("started")).doesNotExist();
    }

    @Test
    @DisplayName("given a server that stops during startup, the error has its exit code and last log lines")
    void endsWhileStarting() throws IOException {
        KeycloakDistribution home = FakeHome.withScript(folder, "echo Unknown option: --nonsense\nexit 2\n");

        assertThatThrownBy(() -> KeycloakServer.start(KeycloakSettings.of(home)))
                .isInstanceOf(KeycloakStartException.class)
                .hasMessageContaining("exit code 2")
                .hasMessageContaining("Unknown option: --nonsense")
                .hasMessageContaining("keycloak.log");
    }

    @Test
    @DisplayName("given the log of an earlier run, only lines of the failed run are shown")
    void earlierLogIsNotShown() throws IOException {
        KeycloakDistribution home = FakeHome.withScript(folder, "echo this run\nexit 1\n");
        Path log = folder.resolve("keycloak.log");
        Files.writeString(log, "earlier run\n");

        assertThatThrownBy(() -> KeycloakServer.start(KeycloakSettings.of(home).withLogFile(log)))
                .hasMessageContaining("this run")
                .hasMessageNotContaining("earlier run");
    }

    @Test
    @DisplayName("given a server that never responds, the timeout kills it and its child processes")
    void neverResponds() throws IOException {
        KeycloakDistribution home =
                FakeHome.withScript(folder, "sleep 300 &\necho $! > child.pid\necho waiting\nwait\n");

        assertThatThrownBy(
                        () -> KeycloakServer.start(KeycloakSettings.of(home).withStartTimeout(Duration.ofSeconds(1))))
                .isInstanceOf(KeycloakStartException.class)
                .hasMessageContaining("within 1 s")
                .hasMessageContaining("waiting");

        long child = Long.parseLong(
                Files.readString(home.home().resolve("child.pid")).strip());
        assertThat(ProcessHandle.of(child)).isNotPresent();
    }

    @Test
    @DisplayName("given settings, kc.sh gets them as arguments and environment, without those of another Keycloak")
    void argumentsAndEnvironment() throws IOException {
        KeycloakDistribution home = FakeHome.withScript(
                folder, "echo args: $@\necho admin: $KC_BOOTSTRAP_ADMIN_USERNAME heap: $JAVA_OPTS_KC_HEAP\nexit 1\n");
        int port = ListeningPort.anyFree();

        assertThatThrownBy(() -> KeycloakServer.start(KeycloakSettings.of(home)
                        .withHttpPort(port)
                        .withOptions("--features=x")
                        .withAdmin("root", "secret")
                        .withHeap("-Xmx1m")))
                .hasMessageContaining("args: start-dev --http-port=" + port)
                .hasMessageContaining("--features=x")
                .hasMessageContaining("admin: root heap: -Xmx1m")
                .hasMessageNotContaining("--import-realm");
    }

    @Test
    @DisplayName("given a failing build, the error has its log and the next build runs again")
    void failingBuild() throws IOException {
        KeycloakDistribution home = FakeHome.withScript(folder, "echo cannot build $@\nexit 3\n");
        Path log = folder.resolve("build.log");

        for (int run = 0; run < 2; run++) {
            assertThatThrownBy(() -> home.build(List.of("--db=dev-mem"), log, Duration.ofSeconds(10)))
                    .isInstanceOf(KeycloakStartException.class)
                    .hasMessageContaining("cannot build build --db=dev-mem");
        }
    }
}
