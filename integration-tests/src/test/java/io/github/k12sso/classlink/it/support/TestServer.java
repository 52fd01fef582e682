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
 * Starts a Keycloak on a PostgreSQL, with the built jar and the movable clock in {@code providers/}, and ends it. In production
 * mode: Keycloak's build takes longer than a start, and all servers that differ in options of run time only share one.
 */
final class TestServer implements AutoCloseable {

    /** Of {@code kc.sh build}. */
    static final List<String> BUILD_OPTIONS = List.of(
            "--db=postgres",
            "--metrics-enabled=true",
            "--vault=file",
            "--tracing-enabled=true",
            "--tracing-sampler-type=always_on",
            // A client certificate in a header, as a TLS-terminating proxy hands it on.
            "--spi-x509cert-lookup--provider=haproxy");

    /** The same with version 2 of Keycloak's brokering API, which excludes version 1. */
    static final List<String> WITH_BROKERING_API_V2 = Stream.concat(
                    BUILD_OPTIONS.stream(), Stream.of("--features=identity-brokering-api:v2"))
            .toList();

    /** The same with Keycloak's legacy exchange, which knows {@code requested_issuer} for every provider. */
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
     * How a server is started.
     *
     * @param name folder of its files below {@code target/}; one server at a time has it
     * @param buildOptions of {@code kc.sh build}
     * @param realms files that it imports
     * @param jvmOptions its heap
     * @param options of {@code kc.sh start}, besides those that all servers have
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
                .withOptions(optionsOfTheRun());
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

    private static String[] optionsOfTheRun() {
        String options = System.getProperty("keycloak.options", "").trim();
        return options.isEmpty() ? new String[0] : options.split(" +", -1);
    }

    /**
     * A home of its own, copied from one that is unpacked and built once and never run.
     *
     * @param home folder below {@code target/}; several servers may run from it
     */
    static KeycloakDistribution build(String home, List<String> buildOptions, List<Path> realms) {
        Path clock = MovableClockJar.writtenTo(folder("movable-clock.jar"));
        return build(home, buildOptions, realms, List.of(TestEnvironment.providerJar(), clock));
    }

    /** The same with nothing but the provider: what tests add would be measured, too. */
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

    /** What all of them have in common; without a log of a former run. */
    private static KeycloakSettings settings(KeycloakDistribution distribution, Path work, Postgres postgres) {
        Path log = work.resolve("keycloak.log");
        try {
            // The server appends.
            Files.deleteIfExists(log);
            return KeycloakSettings.of(distribution)
                    .optimized()
                    .withAdmin(TestEnvironment.ADMIN, TestEnvironment.ADMIN)
                    .withLogFile(log)
                    .withOptions(
                            "--cache=local",
                            // Keycloak counts whole seconds: only -1 lets a key rotation show within the same one.
                            "--spi-public-key-storage--infinispan--min-time-between-requests=-1",
                            // Deprecated, and off by itself.
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

    /** Starts Keycloak once more, on the same port and database, with other hosts allowed than {@code localhost}. */
    void restartAllowing(String hosts) {
        keycloak.close();
        keycloak = KeycloakRuntime.chosen()
                .start(
                        settings.withHttpPort(running.keycloak().getPort()).withOptions(ALLOWED_HOSTS + hosts),
                        buildOptions);
    }

    /** Once; what the server leaves behind is searched for secrets. */
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
