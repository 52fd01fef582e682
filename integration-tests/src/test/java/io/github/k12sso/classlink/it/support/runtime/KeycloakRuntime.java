package io.github.k12sso.classlink.it.support.runtime;

import io.github.k12sso.classlink.demo.keycloak.KeycloakServer;
import io.github.k12sso.classlink.demo.keycloak.KeycloakSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.testcontainers.DockerClientFactory;

/** Where Keycloak runs, for the whole run of tests. */
public enum KeycloakRuntime {

    /** A process of this machine; what is used unless the run asks for another. */
    DISTRIBUTION {
        @Override
        public RunningKeycloak start(KeycloakSettings settings, List<String> buildOptions) {
            return new InProcess(KeycloakServer.start(settings));
        }
    },

    /** A container on this machine's network, with the built jar in {@code providers/}. */
    CONTAINER {
        @Override
        public RunningKeycloak start(KeycloakSettings settings, List<String> buildOptions) {
            return KeycloakInContainer.start(settings, buildOptions);
        }
    };

    private static final KeycloakRuntime CHOSEN = choose(System.getProperty("keycloak.runtime", "distribution"));

    /**
     * Starts a server and waits until it answers.
     *
     * @param buildOptions those that {@code kc.sh build} was given; an image that nobody built is told them at the start
     */
    public abstract RunningKeycloak start(KeycloakSettings settings, List<String> buildOptions);

    /** What {@code -Dkeycloak.runtime} says; the distribution where no engine answers, and a line of the output says so. */
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
