package io.github.k12sso.classlink.demo.keycloak;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * A running Keycloak distribution in a separate process. It stops with {@link #close()}, at the latest when this JVM exits.
 */
public final class KeycloakServer implements AutoCloseable {

    private static final List<String> OPTIMIZED =
            List.of("start", "--optimized", "--http-enabled=true", "--hostname-strict=false");

    private static final Duration POLL_INTERVAL = Duration.ofMillis(500);
    private static final Duration POLL_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration STOP_GRACE = Duration.ofSeconds(15);

    private final KeycloakProcess process;
    private final URI baseUrl;
    private final int managementPort;
    private final Thread shutdownHook;
    private final AtomicBoolean stopped = new AtomicBoolean();

    private KeycloakServer(KeycloakProcess process, int httpPort, int managementPort) {
        this.process = process;
        this.baseUrl = URI.create("http://localhost:" + httpPort);
        this.managementPort = managementPort;
        this.shutdownHook = new Thread(() -> stop(STOP_GRACE), "keycloak-stop");
        Runtime.getRuntime().addShutdownHook(shutdownHook);
    }

    /**
     * Starts a server and waits until it responds.
     *
     * @throws PortTakenException before the start, if a requested port is in use
     * @throws KeycloakStartException if the process ends or does not respond in time; it is stopped then
     */
    public static KeycloakServer start(KeycloakSettings settings) {
        int httpPort = portFor(settings.httpPort(), "Keycloak", "KeycloakSettings.withHttpPort");
        int managementPort = portFor(
                settings.managementPort(), "Keycloak's management interface", "KeycloakSettings.withManagementPort");
        Map<String, String> environment = new HashMap<>(settings.environment());
        environment.put("JAVA_OPTS_KC_HEAP", settings.heap());
        if (!settings.isOptimized()) {
            KeycloakDistribution.forgetBuild(settings.home());
        }

        KeycloakServer server = new KeycloakServer(
                KeycloakProcess.launch(
                        settings.home(),
                        arguments(settings, httpPort, managementPort),
                        environment,
                        ServerLog.appendTo(settings.logFile())),
                httpPort,
                managementPort);
        try {
            server.awaitReady(settings, httpPort);
            return server;
        } catch (RuntimeException e) {
            server.kill();
            throw e;
        }
    }

    private static int portFor(int wanted, String owner, String remedy) {
        if (wanted == 0) {
            return ListeningPort.anyFree();
        }
        ListeningPort.requireFree(wanted, owner, remedy);
        return wanted;
    }

    private static List<String> arguments(KeycloakSettings settings, int httpPort, int managementPort) {
        List<String> arguments = new ArrayList<>(settings.isOptimized() ? OPTIMIZED : List.of("start-dev"));
        arguments.add("--http-port=" + httpPort);
        arguments.add("--http-management-port=" + managementPort);
        if (hasRealmsToImport(settings.home())) {
            arguments.add("--import-realm");
        }
        arguments.addAll(settings.options());
        return arguments;
    }

    private static boolean hasRealmsToImport(Path home) {
        Path folder = KeycloakDistribution.importFolder(home);
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isPresent();
        } catch (IOException e) {
            throw new KeycloakStartException("Cannot read " + folder, e);
        }
    }

    private void awaitReady(KeycloakSettings settings, int httpPort) {
        HttpClient client = HttpClient.newBuilder().connectTimeout(POLL_TIMEOUT).build();
        HttpRequest ready = HttpRequest.newBuilder(baseUrl.resolve(settings.readyPath()))
                .timeout(POLL_TIMEOUT)
                .build();
        long startedAt = System.nanoTime();
        while (true) {
            if (process.endsWithin(POLL_INTERVAL)) {
                throw new KeycloakStartException(
                        whyItEnded(httpPort), logFile(), process.log().tail());
            }
            if (answers(client, ready)) {
                return;
            }
            Duration elapsed = Duration.ofNanos(System.nanoTime() - startedAt);
            if (elapsed.compareTo(settings.startTimeout()) > 0) {
                throw new KeycloakStartException(
                        "Keycloak did not respond at " + ready.uri() + " within "
                                + settings.startTimeout().toSeconds()
                                + " s. Increase the timeout for a slow machine, or check the log.",
                        logFile(),
                        process.log().tail());
            }
            settings.progress().accept(elapsed);
        }
    }

    private String whyItEnded(int httpPort) {
        for (int port : new int[] {httpPort, managementPort}) {
            if (!ListeningPort.isFree(port)) {
                return "Keycloak stopped during startup, and another program listens on port " + port
                        + " . Stop that program, or choose another port.";
            }
        }
        return "Keycloak stopped during startup with exit code " + process.exitCode()
                + ". Check the log. Common reasons are an invalid option or a realm file that cannot be imported.";
    }

    private static boolean answers(HttpClient client, HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeycloakStartException("Interrupted while waiting for Keycloak", e);
        }
    }

    /** {@code http://localhost:<port>}, without trailing slash. */
    public URI baseUrl() {
        return baseUrl;
    }

    /** Base URL of health and metrics, if switched on. */
    public URI managementUrl() {
        return URI.create("http://localhost:" + managementPort);
    }

    public Path logFile() {
        return process.log().file();
    }

    /** Process id of {@code kc.sh}; the JVM is this process or a child of it. */
    public long pid() {
        return process.pid();
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** Kills the server without a shutdown, like a power failure. */
    public void kill() {
        removeShutdownHook();
        stop(Duration.ZERO);
    }

    /** Stops the server gracefully; after 15 s it is killed. */
    @Override
    public void close() {
        removeShutdownHook();
        stop(STOP_GRACE);
    }

    private void stop(Duration grace) {
        if (stopped.compareAndSet(false, true)) {
            process.stop(grace);
        }
    }

    private void removeShutdownHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException shuttingDown) {
            // The hook is running or has run. It is safe for both threads to stop the process.
            stopped.get();
        }
    }
}
