package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.demo.keycloak.KeycloakDistribution;
import io.github.k12sso.classlink.demo.keycloak.KeycloakSettings;
import io.github.k12sso.classlink.demo.keycloak.ListeningPort;
import io.github.k12sso.classlink.it.support.clock.MovableClockJar;
import io.github.k12sso.classlink.it.support.runtime.KeycloakRuntime;
import io.github.k12sso.classlink.it.support.runtime.RunningKeycloak;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Starts and stops a Keycloak with PostgreSQL, the built jar and the movable clock. Uses production mode, so that servers that
 * differ only in runtime options share one build, which takes longer than a start.
 */
final class TestServer implements AutoCloseable {

    /** Options of {@code kc.sh build}. */
    static final List<String> BUILD_OPTIONS = List.of(
            "--db=postgres",
            "--metrics-enabled=true",
            "--vault=file",
            "--tracing-enabled=true",
            "--tracing-sampler-type=always_on",
            // A client certificate in a header, as from a TLS-terminating proxy.
            "--spi-x509cert-lookup--provider=haproxy");

    /** Build with version 2 of Keycloak's brokering API, which excludes version 1. */
    static final List<String> WITH_BROKERING_API_V2 = Stream.concat(
                    BUILD_OPTIONS.stream(), Stream.of("--features=identity-brokering-api:v2"))
            .toList();

    /** Build with Keycloak's legacy exchange, which supports {@code requested_issuer} for every provider. */
    static final List<String> WITH_LEGACY_EXCHANGE = Stream.concat(
                    BUILD_OPTIONS.stream(), Stream.of("--features=" + BuiltInBroker.LEGACY_EXCHANGE))
            .toList();

    private static final String ALLOWED_HOSTS = "--spi-social--classlink--allowed-hosts=";
    private static final Duration BUILD_TIMEOUT = Duration.ofMinutes(4);

    private final RunningServer running;
    private final Postgres postgres;
    private final KeycloakSettings settings;
    private final List<String> buildOptions;
    private final TraceCollector traces;
    private RunningKeycloak keycloak;
    private boolean closed;

    /**
     * The configuration of a server.
     *
     * @param name folder of its files below {@code target/}, used by one server at a time
     * @param buildOptions of {@code kc.sh build}
     * @param realms realm files to import
     * @param jvmOptions heap options
     * @param options the options of {@code kc.sh start}, in addition to the common ones
     */
    record Wanted(String name, List<String> buildOptions, List<Path> realms, String jvmOptions, List<String> options) {}

    private TestServer(
            RunningServer running,
            Postgres postgres,
            KeycloakSettings settings,
            List<String> buildOptions,
            TraceCollector traces,
            RunningKeycloak keycloak) {
        this.running = running;
        this.postgres = postgres;
        this.settings = settings;
        this.buildOptions = buildOptions;
        this.traces = traces;
        this.keycloak = keycloak;
    }

    static TestServer start(Wanted wanted, Postgres postgres) {
        Path work = folder(wanted.name());
        KeycloakDistribution distribution = build(wanted.name() + "/keycloak", wanted.buildOptions(), wanted.realms());
        TraceCollector traces = new TraceCollector();
        int managementPort = ListeningPort.anyFree();
        int demoAppPort = ListeningPort.anyFree();
        KeycloakSettings settings = settings(distribution, work, postgres)
                .withManagementPort(managementPort)
                .withHeap(wanted.jvmOptions())
                .withOptions(traces.options().toArray(String[]::new))
                .withOptions(wanted.options().toArray(String[]::new))
                .withOptions(optionsOfThisRun());
        if (!wanted.realms().isEmpty()) {
            settings = DistrictRealm.describe(DemoRealm.describe(settings, demoAppPort));
        }
        RunningKeycloak keycloak = KeycloakRuntime.chosen()
                .start(
                        settings.withOptions(ALLOWED_HOSTS + "localhost," + TestEnvironment.UNKNOWN_HOST),
                        wanted.buildOptions());
        RunningServer running = new RunningServer(
                distribution.home(),
                work,
                keycloak.baseUrl(),
                managementPort,
                keycloak.logFile(),
                postgres.jdbcUrl(),
                wanted.realms().isEmpty() ? 0 : demoAppPort);
        return new TestServer(running, postgres, settings, wanted.buildOptions(), traces, keycloak);
    }

    private static String[] optionsOfThisRun() {
        String options = System.getProperty("keycloak.options", "").trim();
        return options.isEmpty() ? new String[0] : options.split(" +", -1);
    }

    /**
     * Copies a home from one that is unpacked and built once but never run.
     *
     * @param home folder below {@code target/}; several servers can run from it
     */
    static KeycloakDistribution build(String home, List<String> buildOptions, List<Path> realms) {
        Path clock = MovableClockJar.writtenTo(folder("movable-clock.jar"));
        return build(home, buildOptions, realms, List.of(TestEnvironment.providerJar(), clock));
    }

    /** The same with only the provider, because test extensions would affect measurements. */
    static KeycloakDistribution buildToMeasure(String home, List<String> buildOptions) {
        return build(home, buildOptions, List.of(), List.of(TestEnvironment.providerJar()));
    }

    /** The same with another provider than the one under test. */
    static KeycloakDistribution buildWith(Path providerJar, String home, List<String> buildOptions) {
        return build(home, buildOptions, List.of(), List.of(providerJar));
    }

    private static synchronized KeycloakDistribution build(
            String home, List<String> buildOptions, List<Path> realms, List<Path> jars) {
        Path zip = Path.of(System.getProperty("keycloak.zip"));
        List<Path> names = jars.stream().map(Path::getFileName).toList();
        String built = "keycloak-built-" + Integer.toHexString(Objects.hash(buildOptions, names));
        KeycloakDistribution once = KeycloakDistribution.prepare(zip, folder(built), jars, List.of())
                .build(buildOptions, folder(built + ".log"), BUILD_TIMEOUT);
        return KeycloakDistribution.prepare(once.home(), folder(home), jars, realms)
                .build(buildOptions, folder(home + ".log"), BUILD_TIMEOUT);
    }

    static Path folder(String name) {
        return Path.of(System.getProperty("work.dir")).resolve(name).toAbsolutePath();
    }

    /** Common settings; deletes the log of an earlier run. */
    private static KeycloakSettings settings(KeycloakDistribution distribution, Path work, Postgres postgres) {
        Path log = work.resolve("keycloak.log");
        try {
            // The server appends to the log.
            Files.deleteIfExists(log);
            return KeycloakSettings.of(distribution)
                    .optimized()
                    .withAdmin(TestEnvironment.ADMIN, TestEnvironment.ADMIN)
                    .withLogFile(log)
                    .withOptions(
                            "--cache=local",
                            // Keycloak compares whole seconds: only -1 makes a key rotation visible within the same
                            // second.
                            "--spi-public-key-storage--infinispan--min-time-between-requests=-1",
                            // Deprecated and off by default.
                            "--spi-login-protocol--openid-connect--allow-client-initiated-account-linking=true",
                            "--spi-x509cert-lookup--haproxy--ssl-client-cert=ssl-client-cert",
                            "--spi-x509cert-lookup--haproxy--certificate-chain-length=0",
                            "--vault-dir=" + emptyVault(work),
                            "--log-level=info,io.github.k12sso:debug")
                    .withOptions(postgres.options().toArray(String[]::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path emptyVault(Path work) throws IOException {
        Path vault = Files.createDirectories(work.resolve("vault"));
        try (Stream<Path> secrets = Files.list(vault)) {
            for (Path secret : secrets.toList()) {
                Files.delete(secret);
            }
        }
        return vault;
    }

    RunningServer running() {
        return running;
    }

    Postgres postgres() {
        return postgres;
    }

    /** Restarts Keycloak on the same port and database with allowed hosts other than {@code localhost}. */
    void restartAllowing(String hosts) {
        keycloak.close();
        keycloak = KeycloakRuntime.chosen()
                .start(
                        settings.withHttpPort(running.keycloak().getPort()).withOptions(ALLOWED_HOSTS + hosts),
                        buildOptions);
    }

    /** Stops the server once and searches its files for secrets. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        keycloak.close();
        SecretSearch search = SecretSearch.ofThisRun();
        search.log(running.log());
        search.database(running.work().getFileName().toString(), postgres.database());
        postgres.close();
        traces.close();
    }
}
