package io.github.k12sso.classlink.benchmarks;

import io.github.k12sso.classlink.benchmarks.load.Gatling;
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
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long an optimised Keycloak takes to start, by its own word, and what that costs. */
final class StartChapter implements Chapter {

    private static final int ROUNDS = 7;
    private static final Pattern STARTED = Pattern.compile("started in ([0-9.]+)s");

    private final Path work;

    /** Seconds of a clock, and of processors until Keycloak is ready. */
    private record Start(double seconds, double processor) {}

    StartChapter(Path work) {
        this.work = work;
    }

    @Override
    public List<FigureRow> measure(Gatling gatling) {
        try (Postgres postgres = Postgres.start()) {
            KeycloakDistribution with = prepare("with", List.of(TestEnvironment.providerJar()));
            KeycloakDistribution without = prepare("without", List.of());
            start("with", with, postgres);
            start("without", without, postgres);
            List<Start> withJar = new ArrayList<>();
            List<Start> withoutJar = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                withJar.add(start("with", with, postgres));
                withoutJar.add(start("without", without, postgres));
            }
            return List.of(
                    compared("seconds, with the jar and without", Start::seconds, withJar, withoutJar, "≤ 1.01×"),
                    compared("seconds of processor time", Start::processor, withJar, withoutJar, ""));
        }
    }

    private static FigureRow compared(
            String what, ToDoubleFunction<Start> figure, List<Start> withJar, List<Start> withoutJar, String goal) {
        return FigureRow.compared(
                "Server start", what, Sample.of(withJar, figure), Sample.of(withoutJar, figure), goal);
    }

    private KeycloakDistribution prepare(String name, List<Path> jars) {
        return KeycloakDistribution.prepare(
                        Path.of(System.getProperty("keycloak.zip")), work.resolve("start-" + name), jars, List.of())
                .build(
                        List.of("--db=postgres", "--cache=local"),
                        work.resolve("start-" + name + "-build.log"),
                        Duration.ofMinutes(4));
    }

    private Start start(String name, KeycloakDistribution distribution, Postgres postgres) {
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
                    throw new IllegalStateException("Keycloak does not say when it started: " + log);
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
