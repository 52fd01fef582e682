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
 * A running Keycloak: a real distribution in a process of its own. It ends with {@link #close()}, and at the latest with
 * this JVM.
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
     * Starts a server and waits until it answers.
     *
     * @throws PortTakenException before anything is started, when a port that was asked for is in use
     * @throws KeycloakStartException when the process ends or the time runs out; nothing is left running then
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
                        "Keycloak did not answer " + ready.uri() + " within "
                                + settings.startTimeout().toSeconds()
                                + " s. Give a slow machine a longer time-out, or see what it is waiting for in its log.",
                        logFile(),
                        process.log().tail());
            }
            settings.progress().accept(elapsed);
        }
    }

    private String whyItEnded(int httpPort) {
        for (int port : new int[] {httpPort, managementPort}) {
            if (!ListeningPort.isFree(port)) {
                return "Keycloak ended while starting, and another program listens on port " + port
                        + " now. Stop that program, or choose another port.";
            }
        }
        return "Keycloak ended while starting, with exit code " + process.exitCode()
                + ". The log says why; a wrong option and a realm file that cannot be imported are the usual reasons.";
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

    /** {@code http://localhost:<port>}, no slash at the end. */
    public URI baseUrl() {
        return baseUrl;
    }

    /** Where health and metrics are, when they are switched on. */
    public URI managementUrl() {
        return URI.create("http://localhost:" + managementPort);
    }

    public Path logFile() {
        return process.log().file();
    }

    /** Of {@code kc.sh}; the JVM is that process or a child of it. */
    public long pid() {
        return process.pid();
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** Ends the server as a power cut would: nothing is flushed, nobody is told. */
    public void kill() {
        forgetShutdownHook();
        stop(Duration.ZERO);
    }

    /** Ends the server in good order; what is still there after 15 s is killed. */
    @Override
    public void close() {
        forgetShutdownHook();
        stop(STOP_GRACE);
    }

    private void stop(Duration grace) {
        if (stopped.compareAndSet(false, true)) {
            process.stop(grace);
        }
    }

    private void forgetShutdownHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException shuttingDown) {
            // The hook runs or has run: it and this thread may both stop the process, which is harmless.
            stopped.get();
        }
    }
}
