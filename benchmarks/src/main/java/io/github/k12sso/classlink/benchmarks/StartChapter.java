package io.github.k12sso.classlink.benchmarks;

import io.github.k12sso.classlink.benchmarks.Turns.Side;
import io.github.k12sso.classlink.demo.keycloak.KeycloakDistribution;
import io.github.k12sso.classlink.demo.keycloak.KeycloakServer;
import io.github.k12sso.classlink.demo.keycloak.KeycloakSettings;
import io.github.k12sso.classlink.demo.keycloak.ListeningPort;
import io.github.k12sso.classlink.it.support.Postgres;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Startup time of an optimized Keycloak as logged, and its CPU time. */
final class StartChapter implements Chapter {

    private static final String CHAPTER = "Server start";
    private static final int ROUNDS = 5;
    private static final Pattern STARTED = Pattern.compile("started in ([0-9.]+)s");

    /** Elapsed and CPU time until Keycloak is ready, in seconds. */
    private record Start(double seconds, double processor) {}

    @Override
    public List<FigureRow> measure(Bench bench) {
        try (Postgres postgres = Postgres.start()) {
            KeycloakDistribution with = prepare(bench.work(), "with", List.of(TestEnvironment.providerJar()));
            KeycloakDistribution without = prepare(bench.work(), "without", List.of());
            start(bench.work(), "with", with, postgres);
            start(bench.work(), "without", without, postgres);
            List<List<Start>> starts = Turns.of(
                    bench.rounds(ROUNDS),
                    List.of(
                            new Side<>("with", () -> start(bench.work(), "with", with, postgres)),
                            new Side<>("without", () -> start(bench.work(), "without", without, postgres))));
            return List.of(
                    compared("seconds, with the jar compared with without", Start::seconds, starts)
                            .ratioAtMost(1.01),
                    compared("seconds of CPU time", Start::processor, starts),
                    FigureRow.alone(CHAPTER, "size of the jar, KB", kilobytes(TestEnvironment.providerJar()))
                            .atMost(500));
        }
    }

    private static Sample kilobytes(Path file) {
        try {
            return new Sample(Files.size(file) / 1_000.0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FigureRow compared(String what, ToDoubleFunction<Start> figure, List<List<Start>> starts) {
        return FigureRow.compared(CHAPTER, what, Sample.of(starts.get(0), figure), Sample.of(starts.get(1), figure));
    }

    private static KeycloakDistribution prepare(Path work, String name, List<Path> jars) {
        return KeycloakDistribution.prepare(
                        Path.of(System.getProperty("keycloak.zip")), work.resolve("start-" + name), jars, List.of())
                .build(
                        List.of("--db=postgres", "--cache=local"),
                        work.resolve("start-" + name + "-build.log"),
                        Duration.ofMinutes(4));
    }

    private static Start start(Path work, String name, KeycloakDistribution distribution, Postgres postgres) {
        Path log = work.resolve("start-" + name + ".log");
        try {
            Files.deleteIfExists(log);
            KeycloakSettings settings = KeycloakSettings.of(distribution)
                    .optimized()
                    .withHttpPort(ListeningPort.anyFree())
                    .withHeap("-Xms256m -Xmx640m")
                    .withLogFile(log)
                    .withOptions("--hostname-strict=false")
                    .withOptions(postgres.options().toArray(String[]::new));
            try (KeycloakServer server = KeycloakServer.start(settings)) {
                Matcher started = STARTED.matcher(Files.readString(server.logFile()));
                if (!started.find()) {
                    throw new IllegalStateException("Keycloak's log has no startup time: " + log);
                }
                System.out.println("  start " + name + " the jar: " + started.group(1));
                return new Start(
                        Double.parseDouble(started.group(1)), CpuTime.now().keycloak() / 1_000);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
