package io.github.k12sso.classlink.demo.keycloak;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** How a Keycloak is started. Immutable: every {@code with…} method returns a changed copy. */
public final class KeycloakSettings {

    private final Path home;
    private boolean optimized;
    private int httpPort;
    private int managementPort;
    private List<String> options = List.of();
    private Map<String, String> environment = Map.of();
    private String heap = "-Xms256m -Xmx768m";
    private Path logFile;
    private String readyPath = "/realms/master";
    private Duration startTimeout = Duration.ofMinutes(3);
    private Consumer<Duration> progress = elapsed -> {};

    private KeycloakSettings(Path home) {
        this.home = home;
        this.logFile = home.resolve("data").resolve("log").resolve("keycloak.log");
    }

    /**
     * {@code start-dev} on free ports, a heap of 768 MB, three minutes to start, a log file {@code data/log/keycloak.log}.
     *
     * @param distribution only one server at a time may run from it
     */
    public static KeycloakSettings of(KeycloakDistribution distribution) {
        return new KeycloakSettings(distribution.home());
    }

    /** {@code start --optimized}, over http with any hostname; needs {@link KeycloakDistribution#build} first. */
    public KeycloakSettings optimized() {
        return with(copy -> copy.optimized = true);
    }

    /** The HTTP port: 1 to 65535, or 0 for a free port. */
    public KeycloakSettings withHttpPort(int port) {
        return with(copy -> copy.httpPort = port);
    }

    /** The port of health and metrics if switched on: 1 to 65535, or 0 for a free port. */
    public KeycloakSettings withManagementPort(int port) {
        return with(copy -> copy.managementPort = port);
    }

    /** Adds options of {@code kc.sh}, such as {@code --features=…}. */
    public KeycloakSettings withOptions(String... more) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(more));
        return with(copy -> copy.options = List.copyOf(all));
    }

    /** Adds or replaces an environment variable. {@code ${…}} in realm files is resolved from these too. */
    public KeycloakSettings withEnvironment(String name, String value) {
        Map<String, String> all = new HashMap<>(environment);
        all.put(name, value);
        return with(copy -> copy.environment = Map.copyOf(all));
    }

    /** The initial administrator of an empty database. */
    public KeycloakSettings withAdmin(String username, String password) {
        return withEnvironment("KC_BOOTSTRAP_ADMIN_USERNAME", username)
                .withEnvironment("KC_BOOTSTRAP_ADMIN_PASSWORD", password);
    }

    /** The heap options of the server's JVM, such as {@code -Xms256m -Xmx768m}. */
    public KeycloakSettings withHeap(String jvmOptions) {
        return with(copy -> copy.heap = jvmOptions);
    }

    /** The file to which Keycloak's output is appended. */
    public KeycloakSettings withLogFile(Path file) {
        return with(copy -> copy.logFile = file);
    }

    /** The path below the base URL that returns 200 as soon as the server is ready. */
    public KeycloakSettings withReadyPath(String path) {
        return with(copy -> copy.readyPath = path);
    }

    /** The time from the start of the process to the first response, after which the process is killed. */
    public KeycloakSettings withStartTimeout(Duration timeout) {
        return with(copy -> copy.startTimeout = timeout);
    }

    /** Receives the elapsed time about twice per second during startup. */
    public KeycloakSettings withProgress(Consumer<Duration> listener) {
        return with(copy -> copy.progress = listener);
    }

    /** The folder that holds {@code bin/kc.sh}. */
    public Path home() {
        return home;
    }

    /** Whether the server starts in production mode from a finished build. */
    public boolean isOptimized() {
        return optimized;
    }

    /** 0 for a free port. */
    public int httpPort() {
        return httpPort;
    }

    /** 0 for a free port. */
    public int managementPort() {
        return managementPort;
    }

    /** Options of {@code kc.sh}, in order. */
    public List<String> options() {
        return options;
    }

    /** Additional environment variables. */
    public Map<String, String> environment() {
        return environment;
    }

    /** Options of the server's JVM. */
    public String heap() {
        return heap;
    }

    /** The file for Keycloak's output. */
    public Path logFile() {
        return logFile;
    }

    /** The path below the base URL. */
    public String readyPath() {
        return readyPath;
    }

    /** Time from the start of the process to the first response. */
    public Duration startTimeout() {
        return startTimeout;
    }

    Consumer<Duration> progress() {
        return progress;
    }

    private KeycloakSettings with(Consumer<KeycloakSettings> change) {
        KeycloakSettings copy = new KeycloakSettings(home);
        copy.optimized = optimized;
        copy.httpPort = httpPort;
        copy.managementPort = managementPort;
        copy.options = options;
        copy.environment = environment;
        copy.heap = heap;
        copy.logFile = logFile;
        copy.readyPath = readyPath;
        copy.startTimeout = startTimeout;
        copy.progress = progress;
        change.accept(copy);
        return copy;
    }
}
