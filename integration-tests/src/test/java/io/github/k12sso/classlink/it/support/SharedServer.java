package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.it.support.machine.Installed;
import java.nio.file.Path;
import java.util.List;

/**
 * The Keycloak shared by the classes of a run. It starts with the first class that needs it, on an empty database that all
 * other servers of the run copy. With {@code -Dserver.kept} it is the {@link KeptServer}.
 */
final class SharedServer {

    private static final String NAME = "shared";
    private static final String HEAP = "-Xms512m -Xmx1g" + TestEnvironment.COMPILED_ONCE;

    private static TestServer started;
    private static RunningServer running;
    private static boolean failed;
    private static RealmTemplate template;

    private SharedServer() {}

    static synchronized RunningServer get() {
        Installed.POSTGRES.orSkip();
        if (failed) {
            throw new IllegalStateException("The shared server did not start; the first class that wanted it says why");
        }
        if (running == null) {
            failed = true;
            running = find();
            failed = false;
        }
        return running;
    }

    private static RunningServer find() {
        if (Boolean.getBoolean("server.kept")) {
            return KeptServer.find();
        }
        started = start();
        return started.running();
    }

    static TestServer start() {
        TestServer server = TestServer.start(
                new TestServer.Wanted(
                        NAME,
                        TestServer.BUILD_OPTIONS,
                        List.of(DemoRealm.file(), DistrictRealm.file()),
                        HEAP,
                        List.of(
                                "--spi-social--classlink--metrics-realms=" + TestEnvironment.UNUSED_REALM,
                                "--http-access-log-enabled=true",
                                "--http-access-log-pattern=" + TestEnvironment.ACCESS_LOG_PATTERN,
                                "--http-access-log-exclude=/(admin|resources)/.*")),
                Postgres.start());
        server.postgres().backUp(backup());
        return server;
    }

    /** The template of all realms on this server. */
    static synchronized RealmTemplate template(TestEnvironment any) {
        if (template == null) {
            template = RealmDescription.template(any, any.database());
        }
        return template;
    }

    /** A PostgreSQL with the tables and the realm {@code master} that Keycloak creates in an empty database, which is slow. */
    static Postgres newDatabase() {
        get();
        return Postgres.startWith(backup());
    }

    private static Path backup() {
        return TestServer.folder("filled-database");
    }

    /** Stops the server if this run started it. */
    static synchronized void end() {
        if (started != null) {
            started.close();
        }
    }
}
