package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import io.github.k12sso.classlink.simulator.SimulatorSettings;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What a test class works with: a Keycloak, shared with the other classes of the run or its own, and a ClassLink of its own, so
 * that classes which run at the same time do not see what the others turn.
 */
public final class TestEnvironment implements SystemUnderTest, AutoCloseable {

    /** User name and password of the server's administrator. */
    public static final String ADMIN = "admin";

    /** Reserved for names that do not exist (RFC 6761); Keycloak may ask it. */
    public static final String UNKNOWN_HOST = "classlink.invalid";

    /** No test uses it, and the shared server's metrics name it alone: all other realms share a tag. */
    public static final String UNUSED_REALM = "unused";

    /** Of the access log that the shared server writes into its log: without queries. */
    public static final String ACCESS_LOG_PATTERN = "%h %u %t \"%m %R\" %s %b";

    /** Lock of the classes that let time pass, and of those for which none may pass. */
    public static final String PASSING_TIME = "passing time";

    private static final Duration GUIDE_TOKEN_LIFETIME = Duration.ofHours(1);

    private static final String HEAP = "-Xms256m -Xmx768m";

    /**
     * A server of tests is sooner there if its code is compiled once, and not well. The 48 MB that Java then reserves for compiled code
     * are too little for a whole run: a server that has filled them answers 500.
     */
    static final String COMPILED_ONCE = " -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=128m";

    private static final String SHORT_LIVED = HEAP + COMPILED_ONCE;

    private final RunningServer server;
    private final Optional<TestServer> own;
    private final ClassLinkSimulator classLink;
    private final AdminApi admin;
    private final long logBegins;
    private RealmTemplate template;

    private TestEnvironment(RunningServer server, Optional<TestServer> own, SimulatorSettings districts) {
        this.server = server;
        this.own = own;
        this.admin = AdminApi.signIn(server.keycloak(), ADMIN, ADMIN);
        this.classLink = ClassLinkSimulator.start(districts);
        this.logBegins = own.isPresent() ? 0 : server.log().toFile().length();
        SecretSearch.ofThisRun().watch(classLink);
    }

    /** On the server that all classes share. */
    static TestEnvironment onSharedServer() {
        return new TestEnvironment(SharedServer.get(), Optional.empty(), SimulatorSettings.defaults());
    }

    /**
     * One of a test's own, for what the shared server cannot have switched on. One at a time: close it before the next.
     *
     * @param name folder of its files below {@code target/}
     * @param options of {@code kc.sh} at run time, besides the shared server's
     */
    public static TestEnvironment startOwn(String name, String... options) {
        return startOwn(name, SimulatorSettings.defaults(), SHORT_LIVED, options);
    }

    /**
     * One with another ClassLink, or another heap.
     *
     * @param heap options of Keycloak's JVM
     */
    public static TestEnvironment startOwn(String name, SimulatorSettings classLink, String heap, String... options) {
        return start(TestServer.BUILD_OPTIONS, name, classLink, heap, options);
    }

    /** One with version 2 of Keycloak's brokering API, which excludes version 1. */
    public static TestEnvironment startOwnWithBrokeringApiV2(String name, String... options) {
        return start(TestServer.WITH_BROKERING_API_V2, name, SimulatorSettings.defaults(), SHORT_LIVED, options);
    }

    /** One with Keycloak's legacy token exchange, and the permissions that it asks for. */
    public static TestEnvironment startOwnWithLegacyExchange(String name, String... options) {
        return start(TestServer.WITH_LEGACY_EXCHANGE, name, SimulatorSettings.defaults(), SHORT_LIVED, options);
    }

    private static TestEnvironment start(
            List<String> buildOptions, String name, SimulatorSettings classLink, String heap, String... options) {
        TestServer own = TestServer.start(
                new TestServer.Wanted(name, buildOptions, List.of(), heap, List.of(options)),
                SharedServer.newDatabase());
        return new TestEnvironment(own.running(), Optional.of(own), classLink);
    }

    /** Starts Keycloak once more, on the same port and database, with other hosts allowed than {@code localhost}. */
    public void restartAllowing(String hosts) {
        own.orElseThrow().restartAllowing(hosts);
    }

    /** Puts a secret into Keycloak's vault, where the realm's settings reach it as <code>${vault.key}</code>. */
    public void keepInVault(TestRealm realm, String key, String secret) {
        server.writeVaultEntry(realm.name(), key, secret);
    }

    /** Removes it. */
    public void removeFromVault(TestRealm realm, String key) {
        server.deleteVaultEntry(realm.name(), key);
    }

    /** Moves Keycloak's clock, for everybody on this server. */
    public void setClock(TestRealm realm, Duration ahead) {
        moveClock(realm, String.valueOf(ahead.toSeconds()));
    }

    /** Lets time pass for what the provider keeps in memory: pauses after failures, limits, pages. Also for everybody. */
    public void passTime(TestRealm realm, Duration passed) {
        moveClock(realm, "passed/" + passed.toSeconds());
    }

    private static void moveClock(TestRealm realm, String target) {
        AdminApi.require(
                new Http()
                        .send(HttpRequest.newBuilder(realm.url("/movable-clock/" + target))
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
        return server.keycloak();
    }

    @Override
    public AdminApi admin() {
        return admin;
    }

    @Override
    public synchronized RealmTemplate template() {
        if (own.isEmpty()) {
            return SharedServer.template(this);
        }
        if (template == null) {
            template = RealmDescription.template(this, database());
        }
        return template;
    }

    public Database database() {
        return server.connect();
    }

    /** What Keycloak has logged since this class began. */
    public String log() {
        return server.readLog(logBegins);
    }

    /** What it has logged since it was started. */
    public String logFromTheStart() {
        return server.readLog(0);
    }

    /** What Keycloak's metrics endpoint shows. */
    public String metrics() {
        return server.metrics();
    }

    /** The lines of the log that name a realm. */
    public List<String> logOf(TestRealm realm) {
        Predicate<String> named = Pattern.compile("realm=" + Pattern.quote(realm.name()) + "(?![\\w-])")
                .asPredicate();
        return log().lines().filter(named).toList();
    }

    /** A realm that was not described here; its ClassLink provider is {@code classlink}. */
    public TestRealm realm(String name) {
        return TestRealm.existing(this, name);
    }

    /** The district's realm, which the shared server imported when it started; without users, and asking this ClassLink. */
    public TestRealm newDistrict() {
        return DistrictRealm.restore(this);
    }

    /** Runs {@code kcadm.sh} and what else a page says in a shell, as this server's administrator. */
    public DocumentedCommands commandsOf(Path page) {
        try {
            Path work = Files.createDirectories(
                    TestServer.folder("commands-" + classLink.baseUrl().getPort()));
            return new DocumentedCommands(page, server.home(), work, server.keycloak());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The realm of the demo, which the shared server imported when it started; asking this ClassLink. */
    public DemoRealm demoRealm() {
        return new DemoRealm(this, server.demoAppPort());
    }

    /** Ends the server that all classes share, after the last of them. */
    public void endServer() {
        SharedServer.end();
    }

    /** Everything that a test may have turned at ClassLink is as it was. */
    void restoreClassLink() {
        classLink.faults().clear();
        classLink.issueIdTokensNormally();
        classLink.clearProfileOverrides();
        classLink.applications().rosters().clear();
        classLink.clock().reset();
        classLink.tokenMode(TokenMode.CLASSLINK);
        classLink.switches().guideTokenLifetime(GUIDE_TOKEN_LIFETIME);
        classLink.switches().refreshTokens(true);
        classLink.switches().refreshRotation(true);
        classLink.switches().refreshIdTokens(false);
        classLink.consent(false);
        classLink.guideProfile(false);
        classLink.clearRequests();
    }

    /** Ends ClassLink, and the server if it is this class's own. */
    @Override
    public void close() {
        own.ifPresent(TestServer::close);
        classLink.close();
    }
}
