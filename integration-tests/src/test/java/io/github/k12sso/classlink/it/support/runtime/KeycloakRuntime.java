package io.github.k12sso.classlink.it.support.runtime;

import io.github.k12sso.classlink.demo.keycloak.KeycloakServer;
import io.github.k12sso.classlink.demo.keycloak.KeycloakSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.testcontainers.DockerClientFactory;

/** Where Keycloak runs during a test run. */
public enum KeycloakRuntime {

    /** A process on this machine; the default. */
    DISTRIBUTION {
        @Override
        public RunningKeycloak start(KeycloakSettings settings, List<String> buildOptions) {
            return new InProcess(KeycloakServer.start(settings));
        }
    },

    /** A container with host networking and the built jar in {@code providers/}. */
    CONTAINER {
        @Override
        public RunningKeycloak start(KeycloakSettings settings, List<String> buildOptions) {
            return KeycloakInContainer.start(settings, buildOptions);
        }
    };

    private static final KeycloakRuntime CHOSEN = choose(System.getProperty("keycloak.runtime", "distribution"));

    /**
     * Starts a server and waits until it responds.
     *
     * @param buildOptions options of {@code kc.sh build}; passed at startup to an image without a build
     */
    public abstract RunningKeycloak start(KeycloakSettings settings, List<String> buildOptions);

    /**
     * The runtime set by {@code -Dkeycloak.runtime}. Falls back to the distribution, with a message, if no Docker engine
     * responds.
     */
    public static KeycloakRuntime chosen() {
        return CHOSEN;
    }

    private static KeycloakRuntime choose(String name) {
        return switch (name) {
            case "distribution" -> DISTRIBUTION;
            case "container" -> {
                boolean engine = DockerClientFactory.instance().isDockerAvailable();
                System.out.println(
                        engine
                                ? "Keycloak runs in containers of " + KeycloakInContainer.image()
                                : "No Docker engine answers (DOCKER_HOST): the tests run on Keycloak's distribution instead.");
                yield engine ? CONTAINER : DISTRIBUTION;
            }
            default ->
                throw new IllegalArgumentException(
                        "keycloak.runtime is '" + name + "'; it can be 'distribution' or 'container'");
        };
    }

    private record InProcess(KeycloakServer server) implements RunningKeycloak {

        @Override
        public URI baseUrl() {
            return server.baseUrl();
        }

        @Override
        public Path logFile() {
            return server.logFile();
        }

        @Override
        public void kill() {
            server.kill();
        }

        @Override
        public void close() {
            server.close();
        }
    }
}
