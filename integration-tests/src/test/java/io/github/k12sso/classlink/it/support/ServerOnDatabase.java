package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.demo.keycloak.KeycloakDistribution;
import io.github.k12sso.classlink.demo.keycloak.KeycloakSettings;
import io.github.k12sso.classlink.it.support.runtime.KeycloakRuntime;
import io.github.k12sso.classlink.it.support.runtime.RunningKeycloak;
import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import io.github.k12sso.classlink.simulator.SimulatorSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A Keycloak with an empty database of some kind and a ClassLink. Keycloak creates the realms. */
public final class ServerOnDatabase implements SystemUnderTest, AutoCloseable {

    private static final String HEAP = "-Xms256m -Xmx768m" + TestEnvironment.COMPILED_ONCE;

    private final DatabaseKind.Running database;
    private final RunningKeycloak keycloak;
    private final ClassLinkSimulator classLink;
    private final AdminApi admin;

    private ServerOnDatabase(DatabaseKind.Running database, RunningKeycloak keycloak) {
        this.database = database;
        this.keycloak = keycloak;
        this.classLink = ClassLinkSimulator.start(SimulatorSettings.defaults());
        this.admin = AdminApi.signIn(keycloak.baseUrl(), TestEnvironment.ADMIN, TestEnvironment.ADMIN);
    }

    public static ServerOnDatabase start(DatabaseKind kind) {
        String name = "database-" + kind.name().toLowerCase(Locale.ROOT);
        DatabaseKind.Running database = kind.start();
        List<String> buildOptions = List.of(kind.buildOption());
        KeycloakDistribution distribution = TestServer.build(name + "/keycloak", buildOptions, List.of());
        Path log = TestServer.folder(name).resolve("keycloak.log");
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        KeycloakSettings settings = KeycloakSettings.of(distribution)
                .optimized()
                .withAdmin(TestEnvironment.ADMIN, TestEnvironment.ADMIN)
                .withLogFile(log)
                .withHeap(HEAP)
                .withOptions("--cache=local", "--spi-social--classlink--allowed-hosts=localhost")
                .withOptions(database.options().toArray(String[]::new));
        return new ServerOnDatabase(database, KeycloakRuntime.chosen().start(settings, buildOptions));
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

    /** Empty, because templates are copied with PostgreSQL-specific statements. */
    @Override
    public RealmTemplate template() {
        throw new UnsupportedOperationException("realms are made by Keycloak here");
    }

    @Override
    public TestRealm newRealm() {
        return TestRealm.make(this);
    }

    @Override
    public void close() {
        keycloak.close();
        classLink.close();
        try {
            database.server().close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
