package io.github.k12sso.classlink.benchmarks.load;

import io.gatling.javaapi.core.Simulation;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs one simulation in a JVM of its own, so that none inherits another's warm code or open connections. */
public final class Gatling {

    private static final long MINUTES = 10;

    private final Path work;
    private int runs;

    public Gatling(Path work) {
        this.work = work;
    }

    /**
     * Runs it and waits.
     *
     * @param name of the request or group whose figures are wanted
     * @param settings read by the simulation as system properties
     */
    public Load run(Class<? extends Simulation> simulation, String name, Map<String, String> settings) {
        try {
            Path results = Files.createTempDirectory(
                    Files.createDirectories(work.resolve("gatling")), "%03d-".formatted(++runs));
            Path output = results.resolve("output.txt");
            Process process = new ProcessBuilder(command(simulation, results, settings))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IOException("Gatling did not end within " + MINUTES + " minutes: " + output);
            }
            if (process.exitValue() != 0) {
                throw new IOException("Gatling ended with " + process.exitValue() + ": " + output);
            }
            Load load = Load.read(results, name);
            System.out.println("  " + simulation.getSimpleName() + " " + runs + ": " + load);
            return load;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static List<String> command(
            Class<? extends Simulation> simulation, Path results, Map<String, String> settings) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-Dgatling.http.requestTimeout=60000",
                "-Dgatling.data.enableAnalytics=false"));
        settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of(
                "-classpath",
                classpath(),
                "io.gatling.app.Gatling",
                "--simulation",
                simulation.getName(),
                "--results-folder",
                results.toString()));
        return command;
    }

    private static String classpath() {
        return String.join(
                File.pathSeparator, System.getProperty("java.class.path").split(File.pathSeparator, -1));
    }
}
