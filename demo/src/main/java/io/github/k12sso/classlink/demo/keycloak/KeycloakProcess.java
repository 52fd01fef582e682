package io.github.k12sso.classlink.demo.keycloak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A run of {@code bin/kc.sh}: the script, its Java process and their log. */
final class KeycloakProcess {

    /** System property: Java home for Keycloak; default is that of this JVM. */
    private static final String JAVA_HOME = "keycloak.java.home";

    /** System property: JVM options for every Keycloak, for build and run. */
    private static final String JVM_OPTIONS = "keycloak.jvm.options";

    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(5);

    private final Process process;
    private final ServerLog log;

    private KeycloakProcess(Process process, ServerLog log) {
        this.process = process;
        this.log = log;
    }

    /**
     * @param environment added to this process's environment, from which variables that configure another Keycloak are removed
     */
    static KeycloakProcess launch(Path home, List<String> arguments, Map<String, String> environment, ServerLog log) {
        Path script = script(home);
        if (!Files.isRegularFile(script)) {
            throw new IllegalArgumentException(home + " is not a Keycloak distribution: it has no " + script);
        }
        List<String> command = new ArrayList<>();
        command.add(script.toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.redirect());
        Map<String, String> variables = builder.environment();
        variables.keySet().removeIf(KeycloakProcess::steersKeycloak);
        variables.put("JAVA_HOME", System.getProperty(JAVA_HOME, System.getProperty("java.home")));
        variables.put("JAVA_OPTS_APPEND", System.getProperty(JVM_OPTIONS, ""));
        variables.putAll(environment);
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            return new KeycloakProcess(process, log);
        } catch (IOException e) {
            throw new KeycloakStartException("Cannot run " + script + ": " + e.getMessage(), e);
        }
    }

    private static Path script(Path home) {
        boolean windows =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
        return home.resolve("bin").resolve(windows ? "kc.bat" : "kc.sh");
    }

    private static boolean steersKeycloak(String variable) {
        return variable.startsWith("KC_") || variable.startsWith("JAVA_OPTS") || variable.equals("JAVA");
    }

    /** Waits for the process to end. @return whether it ended within this time */
    boolean endsWithin(Duration time) {
        try {
            return process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            stop(Duration.ZERO);
            Thread.currentThread().interrupt();
            throw new KeycloakStartException("Interrupted while waiting for Keycloak", e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    int exitCode() {
        return process.exitValue();
    }

    long pid() {
        return process.pid();
    }

    ServerLog log() {
        return log;
    }

    /**
     * Stops the script and its child processes.
     *
     * @param grace time for a graceful shutdown, after which remaining processes are killed; zero kills immediately
     */
    void stop(Duration grace) {
        // Collected before the script ends, because its children are not its descendants afterwards.
        List<ProcessHandle> tree = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        if (!grace.isZero()) {
            tree.forEach(ProcessHandle::destroy);
            awaitEnd(tree, grace);
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        List<ProcessHandle> survivors =
                tree.stream().filter(ProcessHandle::isAlive).toList();
        survivors.forEach(ProcessHandle::destroyForcibly);
        awaitEnd(survivors, KILL_TIMEOUT);
    }

    private static void awaitEnd(List<ProcessHandle> handles, Duration time) {
        CompletableFuture.allOf(handles.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, time.toNanos(), TimeUnit.NANOSECONDS)
                .join();
    }
}
