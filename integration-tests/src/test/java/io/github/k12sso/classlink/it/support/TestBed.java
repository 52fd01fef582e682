package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.demo.keycloak.KeycloakDistribution;
import io.github.k12sso.classlink.demo.keycloak.KeycloakSettings;
import io.github.k12sso.classlink.demo.keycloak.ListeningPort;
import io.github.k12sso.classlink.it.clock.MovableClockJar;
import io.github.k12sso.classlink.it.runtime.KeycloakRuntime;
import io.github.k12sso.classlink.it.runtime.RunningKeycloak;
import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import io.github.k12sso.classlink.simulator.SimulatorSettings;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Keycloak and a ClassLink, with the built jar in {@code providers/}; one of them is what most tests share. On PostgreSQL:
 * Keycloak's development database grew to 436 MB in a run, and the last tests of it waited for seconds each.
 */
public final class TestBed implements Deployment, AutoCloseable {

    /** User name and password of the server's administrator. */
    public static final String ADMIN = "admin";

    /** Reserved for names that do not exist (RFC 6761); Keycloak may ask it. */
    public static final String UNKNOWN_HOST = "classlink.invalid";

    /** Of the access log that the shared server writes into its log: without queries. */
    public static final String ACCESS_LOG_PATTERN = "%h %u %t \"%m %R\" %s %b";

    private static final Duration GUIDE_TOKEN_LIFETIME = Duration.ofHours(1);

    private static final String HEAP = "-Xms256m -Xmx768m";

    /** A server of a few tests is sooner there if its code is compiled once, and not well. */
    static final String COMPILED_ONCE = " -XX:TieredStopAtLevel=1";

    private static final String SHORT_LIVED = HEAP + COMPILED_ONCE;

    /** Home of the servers that differ from one another in options of run time only. */
    private static final String OWN = "own-keycloak";

    private static final String BROKERING_API_V2 = "--features=identity-brokering-api:v2";

    private static final String ALLOWED_HOSTS = "--spi-social--classlink--allowed-hosts=";

    /** Takes the roles for a realm out of the role {@code admin}. */
    private static final String ADMINISTRATORS_PARTS = """
            delete from composite_role where child_role in (
                select role.id from keycloak_role role join client on role.client = client.id
                where client.client_id = '%s-realm')
            """;

    private final Path work;
    private final KeycloakDistribution distribution;
    private final Postgres postgres;
    private final ClassLinkSimulator classLink;
    private final KeycloakSettings settings;
    private final int managementPort;
    private final Optional<TraceCollector> traces;
    private RunningKeycloak keycloak;
    private boolean closed;
    private final AdminApi admin;
    private final DemoRealm demoRealm;
    private final Deque<School> schools = new ConcurrentLinkedDeque<>();

    /**
     * What a server is made of. Realms cost seconds each: a server of a test's own has none but those it makes.
     *
     * @param home unpacked and built by the first server that needs it: Keycloak builds itself anew, for half a minute, where
     *     jars or build options differ from the last time
     */
    private record Contents(Path home, List<Path> jars, List<Path> realms, Optional<TraceCollector> traces) {

        static Contents withoutRealms(String home, Path... jars) {
            return new Contents(folder(home), List.of(jars), List.of(), Optional.empty());
        }

        KeycloakDistribution prepare() {
            return KeycloakDistribution.prepare(Path.of(System.getProperty("keycloak.zip")), home, jars, realms);
        }
    }

    private TestBed(
            Path work,
            KeycloakDistribution distribution,
            Postgres postgres,
            ClassLinkSimulator classLink,
            KeycloakSettings settings,
            Optional<TraceCollector> traces,
            int demoAppPort,
            int managementPort) {
        this.work = work;
        this.distribution = distribution;
        this.postgres = postgres;
        this.classLink = classLink;
        this.settings = settings;
        this.traces = traces;
        this.managementPort = managementPort;
        this.keycloak = run(settings.withOptions(ALLOWED_HOSTS + "localhost," + UNKNOWN_HOST));
        this.admin = AdminApi.signIn(keycloak.baseUrl(), ADMIN, ADMIN);
        this.demoRealm = new DemoRealm(this, demoAppPort);
    }

    /** The one that most tests share. */
    static TestBed start() {
        TraceCollector traces = new TraceCollector();
        return start(
                Path.of(System.getProperty("work.dir")),
                SimulatorSettings.defaults(),
                HEAP,
                new Contents(
                        folder("keycloak"),
                        List.of(providerJar()),
                        List.of(DemoRealm.file(), DistrictRealm.file()),
                        Optional.of(traces)),
                Stream.concat(
                                traces.options().stream(),
                                Stream.of(
                                        "--http-access-log-enabled=true",
                                        "--http-access-log-pattern=" + ACCESS_LOG_PATTERN,
                                        "--http-access-log-exclude=/(admin|resources)/.*"))
                        .toList());
    }

    /**
     * One of a test's own, for what the shared server cannot have switched on. One at a time: close it before the next.
     *
     * @param name folder of its files below {@code target/}
     * @param options of {@code kc.sh} at run time, besides the shared server's
     */
    public static TestBed startOwn(String name, String... options) {
        return startOwn(name, SimulatorSettings.defaults(), SHORT_LIVED, options);
    }

    /**
     * One with another ClassLink, or another heap.
     *
     * @param heap options of Keycloak's JVM
     */
    public static TestBed startOwn(String name, SimulatorSettings classLink, String heap, String... options) {
        return start(folder(name), classLink, heap, Contents.withoutRealms(OWN, providerJar()), List.of(options));
    }

    /** One with version 2 of Keycloak's brokering API, which excludes version 1. */
    public static TestBed startOwnWithBrokeringApiV2(String name, String... options) {
        return start(
                folder(name),
                SimulatorSettings.defaults(),
                SHORT_LIVED,
                Contents.withoutRealms("own-keycloak-with-brokering-api-v2", providerJar()),
                Stream.concat(Stream.of(BROKERING_API_V2), Stream.of(options)).toList());
    }

    /** One whose clock can be moved, with another heap. */
    public static TestBed startOwnWithMovableClock(String name, String heap, String... options) {
        Path folder = folder(name);
        return start(
                folder,
                SimulatorSettings.defaults(),
                heap,
                Contents.withoutRealms(
                        "own-keycloak-with-movable-clock", providerJar(), MovableClockJar.writeTo(folder)),
                List.of(options));
    }

    private static Path folder(String name) {
        return Path.of(System.getProperty("work.dir")).resolve(name);
    }

    private static TestBed start(
            Path work, SimulatorSettings districts, String heap, Contents contents, List<String> options) {
        Postgres postgres = Postgres.startFilled(TestBed::fill);
        KeycloakDistribution distribution = contents.prepare();
        ClassLinkSimulator classLink = ClassLinkSimulator.start(districts);
        SecretSearch.ofThisRun().watch(classLink);
        int demoAppPort = ListeningPort.anyFree();
        int managementPort = ListeningPort.anyFree();
        KeycloakSettings settings = settings(distribution, work, postgres)
                .withManagementPort(managementPort)
                .withHeap(heap)
                .withOptions(options.toArray(String[]::new));
        if (!contents.realms().isEmpty()) {
            settings = DistrictRealm.describe(DemoRealm.describe(settings, classLink.baseUrl(), demoAppPort));
        }
        return new TestBed(
                work, distribution, postgres, classLink, settings, contents.traces(), demoAppPort, managementPort);
    }

    /** Has Keycloak make its tables and the realm {@code master}. */
    static void fill(Postgres empty) {
        Contents own = Contents.withoutRealms(OWN, providerJar());
        run(settings(own.prepare(), folder("filled-database"), empty).withHeap(SHORT_LIVED))
                .close();
    }

    /** What all of them have in common; without a log of a former run. */
    private static KeycloakSettings settings(KeycloakDistribution distribution, Path work, Postgres postgres) {
        Path log = work.resolve("keycloak.log");
        deleteOldLog(log);
        return KeycloakSettings.of(distribution)
                .withAdmin(ADMIN, ADMIN)
                .withLogFile(log)
                .withOptions(
                        // Keycloak counts whole seconds: only -1 lets a key rotation show within the same one.
                        "--spi-public-key-storage--infinispan--min-time-between-requests=-1",
                        // Deprecated, and off by itself.
                        "--spi-login-protocol--openid-connect--allow-client-initiated-account-linking=true",
                        // A client certificate in a header, as a TLS-terminating proxy hands it on.
                        "--spi-x509cert-lookup--provider=haproxy",
                        "--spi-x509cert-lookup--haproxy--ssl-client-cert=ssl-client-cert",
                        "--spi-x509cert-lookup--haproxy--certificate-chain-length=0",
                        "--db=postgres",
                        "--metrics-enabled=true",
                        "--vault=file",
                        "--vault-dir=" + emptyVault(work),
                        "--log-level=info,io.github.k12sso:debug")
                .withOptions(postgres.options().toArray(String[]::new));
    }

    private static RunningKeycloak run(KeycloakSettings settings) {
        return KeycloakRuntime.chosen().start(settings, List.of());
    }

    /** Starts Keycloak once more, on the same port and database, with other hosts allowed than {@code localhost}. */
    public void restartAllowing(String hosts) {
        int port = keycloak.baseUrl().getPort();
        keycloak.close();
        keycloak = run(settings.withHttpPort(port).withOptions(ALLOWED_HOSTS + hosts));
    }

    /** The server appends, and realms of different runs have the same names. */
    private static void deleteOldLog(Path log) {
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path emptyVault(Path work) {
        try {
            Path folder = Files.createDirectories(vaultFolder(work));
            try (Stream<Path> secrets = Files.list(folder)) {
                for (Path secret : secrets.toList()) {
                    Files.delete(secret);
                }
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path vaultFolder(Path work) {
        return work.resolve("vault").toAbsolutePath();
    }

    /** Puts a secret into Keycloak's vault, where the school's settings reach it as <code>${vault.key}</code>. */
    public void keepInVault(School school, String key, String secret) {
        try {
            Files.writeString(vaultFolder(work).resolve(school.realm() + "_" + key), secret);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes it out again. */
    public void removeFromVault(School school, String key) {
        try {
            Files.delete(vaultFolder(work).resolve(school.realm() + "_" + key));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Moves Keycloak's clock; only where it was started so. */
    public void setClock(School school, Duration ahead) {
        AdminApi.require(
                new Http()
                        .send(HttpRequest.newBuilder(school.url("/movable-clock/" + ahead.toSeconds()))
                                .POST(HttpRequest.BodyPublishers.noBody())),
                "clock");
    }

    /** The jar under test, as it would be dropped into {@code providers/}. */
    public static Path providerJar() {
        return Path.of(System.getProperty("provider.jar"));
    }

    @Override
    public ClassLinkSimulator classLink() {
        return classLink;
    }

    @Override
    public URI keycloakUrl() {
        return keycloak.baseUrl();
    }

    @Override
    public AdminApi admin() {
        return admin;
    }

    public Database database() {
        return postgres.database();
    }

    /** Everything that Keycloak has logged so far. */
    public String log() {
        try {
            return Files.readString(keycloak.logFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What Keycloak's metrics endpoint shows, asked for over HTTP/1.1 as Prometheus does, in Prometheus' older format: with
     * tracing on, the newer one has traces' ids behind its numbers. The shared server has metrics switched on.
     */
    public String metrics() {
        URI address = URI.create("http://localhost:" + managementPort + "/metrics");
        return AdminApi.require(
                        new Http()
                                .send(HttpRequest.newBuilder(address)
                                        .header("Accept", "text/plain; version=0.0.4")
                                        .version(HttpClient.Version.HTTP_1_1)),
                        "metrics")
                .body();
    }

    /** The lines of the log that name a school's realm. */
    public List<String> logOf(School school) {
        Predicate<String> named = Pattern.compile("realm=" + Pattern.quote(school.realm()) + "(?![\\w-])")
                .asPredicate();
        return log().lines().filter(named).toList();
    }

    @Override
    public School newSchool() {
        School school = Deployment.super.newSchool();
        schools.push(school);
        return school;
    }

    /** How many schools there are that {@link #keepSchools} has not released. */
    int schools() {
        return schools.size();
    }

    /** Releases all schools but the first, of tests that are not over. */
    void keepSchools(int first) {
        while (schools.size() > first) {
            release(schools.pop());
        }
    }

    /**
     * The server's administrator has no more to do there; what the realm holds stays, for the search for secrets. Keycloak makes
     * some twenty roles of each realm part of the administrator's, and each new realm waits for all of them: 1.3 s for the
     * tenth, 9 s for the 340th. Its own interface refuses to take them out.
     */
    private void release(School school) {
        database().update(ADMINISTRATORS_PARTS.formatted(school.realm()));
    }

    /** A realm that was not described here; its ClassLink provider is {@code classlink}. */
    public School school(String realm) {
        return School.existing(this, realm);
    }

    /** The district's realm, which the shared server imported when it started; without users, and asking the local ClassLink. */
    public School newDistrict() {
        return DistrictRealm.restore(this);
    }

    /** Runs {@code kcadm.sh} and what else a page says in a shell, as this server's administrator. */
    public DocumentedCommands commandsOf(Path page) {
        return new DocumentedCommands(page, distribution.home(), work, keycloakUrl());
    }

    /** The realm of the demo, which the shared server imported when it started. */
    public DemoRealm demoRealm() {
        return demoRealm;
    }

    /** Everything that a test may have turned at ClassLink is as it was. */
    void restoreClassLink() {
        classLink.faults().clear();
        classLink.issueIdTokensNormally();
        classLink.clearProfileOverrides();
        classLink.clock().reset();
        classLink.tokenMode(TokenMode.CLASSLINK);
        classLink.switches().guideTokenLifetime(GUIDE_TOKEN_LIFETIME);
        classLink.switches().refreshTokens(true);
        classLink.switches().refreshRotation(true);
        classLink.consent(false);
        classLink.guideProfile(false);
        classLink.clearRequests();
    }

    /** Once; what the server leaves behind is searched for secrets. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        schools.clear();
        keycloak.close();
        SecretSearch search = SecretSearch.ofThisRun();
        search.log(keycloak.logFile());
        search.database(work.getFileName().toString(), postgres.database());
        postgres.close();
        traces.ifPresent(TraceCollector::close);
        classLink.close();
    }
}
