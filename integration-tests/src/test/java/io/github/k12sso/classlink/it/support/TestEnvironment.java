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
 * The environment of a test class: a Keycloak, shared with other classes of the run or its own, and its own ClassLink, so that
 * concurrent classes do not see each other's changes.
 */
public final class TestEnvironment implements SystemUnderTest, AutoCloseable {

    /** Username and password of the server's administrator. */
    public static final String ADMIN = "admin";

    /** Reserved for names that do not exist (RFC 6761); an allowed host of Keycloak. */
    public static final String UNKNOWN_HOST = "classlink.invalid";

    /** The only realm with its own metric tag on the shared server; no test uses it. */
    public static final String UNUSED_REALM = "unused";

    /** Pattern of the shared server's access log, without queries. */
    public static final String ACCESS_LOG_PATTERN = "%h %u %t \"%m %R\" %s %b";

    /** Lock of classes that move the clock and of those that must not see it move. */
    public static final String PASSING_TIME = "passing time";

    private static final Duration GUIDE_TOKEN_LIFETIME = Duration.ofHours(1);

    private static final String HEAP = "-Xms256m -Xmx768m";

    /**
     * Test servers start faster with the C1 compiler only. Its default code cache of 48 MB is too small for a whole run: a
     * server with a full code cache responds with 500.
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

    /** Uses the shared server. */
    static TestEnvironment onSharedServer() {
        return new TestEnvironment(SharedServer.get(), Optional.empty(), SimulatorSettings.defaults());
    }

    /**
     * Starts a separate server for options that the shared server does not have. Only one at a time: close it before the next.
     *
     * @param name folder of its files below {@code target/}
     * @param options runtime options of {@code kc.sh}, in addition to the shared server's
     */
    public static TestEnvironment startOwn(String name, String... options) {
        return startOwn(name, SimulatorSettings.defaults(), SHORT_LIVED, options);
    }

    /**
     * Starts a server with another ClassLink or heap.
     *
     * @param heap options of Keycloak's JVM
     */
    public static TestEnvironment startOwn(String name, SimulatorSettings classLink, String heap, String... options) {
        return start(TestServer.BUILD_OPTIONS, name, classLink, heap, options);
    }

    /** Starts a server with version 2 of Keycloak's brokering API, which excludes version 1. */
    public static TestEnvironment startOwnWithBrokeringApiV2(String name, String... options) {
        return start(TestServer.WITH_BROKERING_API_V2, name, SimulatorSettings.defaults(), SHORT_LIVED, options);
    }

    /** Starts a server with Keycloak's legacy token exchange and the permissions that it requires. */
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

    /** Restarts Keycloak on the same port and database with allowed hosts other than {@code localhost}. */
    public void restartAllowing(String hosts) {
        own.orElseThrow().restartAllowing(hosts);
    }

    /** Adds a secret to Keycloak's vault, which settings reference as <code>${vault.key}</code>. */
    public void keepInVault(TestRealm realm, String key, String secret) {
        server.writeVaultEntry(realm.name(), key, secret);
    }

    /** Removes a secret from the vault. */
    public void removeFromVault(TestRealm realm, String key) {
        server.deleteVaultEntry(realm.name(), key);
    }

    /** Moves Keycloak's clock for all realms of this server. */
    public void setClock(TestRealm realm, Duration ahead) {
        moveClock(realm, String.valueOf(ahead.toSeconds()));
    }

    /** Lets time pass for the provider's in-memory state: cool-downs, limits, cached pages. Also affects all realms. */
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

    /** The jar under test, as it is copied to {@code providers/}. */
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

    /** Keycloak's log since this class started. */
    public String log() {
        return server.readLog(logBegins);
    }

    /** Keycloak's log since it was started. */
    public String logFromTheStart() {
        return server.readLog(0);
    }

    /** The content of Keycloak's metrics endpoint. */
    public String metrics() {
        return server.metrics();
    }

    /** The log lines that contain a realm's name. */
    public List<String> logOf(TestRealm realm) {
        Predicate<String> named = Pattern.compile("realm=" + Pattern.quote(realm.name()) + "(?![\\w-])")
                .asPredicate();
        return log().lines().filter(named).toList();
    }

    /** A realm created elsewhere; its ClassLink provider is {@code classlink}. */
    public TestRealm realm(String name) {
        return TestRealm.existing(this, name);
    }

    /** The district realm imported at startup of the shared server; without users, and with this ClassLink. */
    public TestRealm newDistrict() {
        return DistrictRealm.restore(this);
    }

    /** Runs documented commands such as {@code kcadm.sh} in a shell, as this server's administrator. */
    public DocumentedCommands commandsOf(Path page) {
        try {
            Path work = Files.createDirectories(
                    TestServer.folder("commands-" + classLink.baseUrl().getPort()));
            return new DocumentedCommands(page, server.home(), work, server.keycloak());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The demo realm imported at startup of the shared server, with this ClassLink. */
    public DemoRealm demoRealm() {
        return new DemoRealm(this, server.demoAppPort());
    }

    /** Stops the shared server after the last class. */
    public void endServer() {
        SharedServer.end();
    }

    /** Resets everything that a test may have changed at ClassLink. */
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

    /** Stops ClassLink, and the server if it belongs to this class. */
    @Override
    public void close() {
        own.ifPresent(TestServer::close);
        classLink.close();
    }
}
