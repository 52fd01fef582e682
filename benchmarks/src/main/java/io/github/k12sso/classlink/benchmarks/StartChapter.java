package io.github.k12sso.classlink.benchmarks;

import io.github.k12sso.classlink.benchmarks.load.Gatling;
import io.github.k12sso.classlink.demo.keycloak.KeycloakDistribution;
import io.github.k12sso.classlink.demo.keycloak.KeycloakServer;
import io.github.k12sso.classlink.demo.keycloak.KeycloakSettings;
import io.github.k12sso.classlink.demo.keycloak.ListeningPort;
import io.github.k12sso.classlink.it.support.Postgres;
import io.github.k12sso.classlink.it.support.TestBed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long an optimised Keycloak takes to start, by its own word. */
final class StartChapter implements Chapter {

    private static final int ROUNDS = 3;
    private static final Pattern STARTED = Pattern.compile("started in ([0-9.]+)s");

    private final Path work;

    StartChapter(Path work) {
        this.work = work;
    }

    @Override
    public List<Row> measure(Gatling gatling) {
        try (Postgres postgres = Postgres.start()) {
            KeycloakDistribution with = prepare("with", List.of(TestBed.providerJar()));
            KeycloakDistribution without = prepare("without", List.of());
            seconds("with", with, postgres);
            seconds("without", without, postgres);
            double[] withJar = new double[ROUNDS];
            double[] withoutJar = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                withJar[round] = seconds("with", with, postgres);
                withoutJar[round] = seconds("without", without, postgres);
            }
            return List.of(Row.compared(
                    "Server start",
                    "seconds, with the jar and without",
                    new Sample(withJar),
                    new Sample(withoutJar),
                    "≤ 1.01×"));
        }
    }

    private KeycloakDistribution prepare(String name, List<Path> jars) {
        return KeycloakDistribution.prepare(
                        Path.of(System.getProperty("keycloak.zip")), work.resolve("start-" + name), jars, List.of())
                .build(
                        List.of("--db=postgres", "--cache=local"),
                        work.resolve("start-" + name + "-build.log"),
                        Duration.ofMinutes(4));
    }

    private double seconds(String name, KeycloakDistribution distribution, Postgres postgres) {
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
                return Double.parseDouble(started.group(1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
