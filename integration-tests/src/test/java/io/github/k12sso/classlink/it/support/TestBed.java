package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.demo.keycloak.KeycloakDistribution;
import io.github.k12sso.classlink.demo.keycloak.KeycloakServer;
import io.github.k12sso.classlink.demo.keycloak.KeycloakSettings;
import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import io.github.k12sso.classlink.simulator.SimulatorSettings;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The one Keycloak and the one ClassLink of a test run, with the built jar in {@code providers/}. */
public final class TestBed implements AutoCloseable {

    private static final String ADMIN = "admin";

    private final ClassLinkSimulator classLink;
    private final KeycloakServer keycloak;
    private final AdminApi admin;

    private TestBed(ClassLinkSimulator classLink, KeycloakServer keycloak) {
        this.classLink = classLink;
        this.keycloak = keycloak;
        this.admin = AdminApi.signIn(keycloak.baseUrl(), ADMIN, ADMIN);
    }

    static TestBed start() {
        Path work = Path.of(System.getProperty("work.dir"));
        KeycloakDistribution distribution = KeycloakDistribution.prepare(
                Path.of(System.getProperty("keycloak.zip")),
                work.resolve("keycloak"),
                List.of(providerJar()),
                List.of());
        ClassLinkSimulator classLink = ClassLinkSimulator.start(SimulatorSettings.defaults());
        KeycloakServer keycloak = KeycloakServer.start(KeycloakSettings.of(distribution)
                .withAdmin(ADMIN, ADMIN)
                .withLogFile(work.resolve("keycloak.log"))
                .withOptions(
                        "--spi-social--classlink--allowed-hosts=localhost",
                        // A key rotation must show without waiting ten seconds.
                        "--spi-public-key-storage--infinispan--min-time-between-requests=0",
                        // A client certificate in a header, as a TLS-terminating proxy hands it on.
                        "--spi-x509cert-lookup--provider=haproxy",
                        "--spi-x509cert-lookup--haproxy--ssl-client-cert=ssl-client-cert",
                        "--log-level=info,io.github.k12sso:debug"));
        return new TestBed(classLink, keycloak);
    }

    /** The jar under test, as it would be dropped into {@code providers/}. */
    public static Path providerJar() {
        return Path.of(System.getProperty("provider.jar"));
    }

    public ClassLinkSimulator classLink() {
        return classLink;
    }

    public URI keycloakUrl() {
        return keycloak.baseUrl();
    }

    public AdminApi admin() {
        return admin;
    }

    /** Everything that Keycloak has logged so far. */
    public String log() {
        try {
            return Files.readString(keycloak.logFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new realm with a ClassLink provider, described in {@code school-realm.json}. */
    public School newSchool() {
        return School.open(this);
    }

    /** Everything that a test may have turned at ClassLink is as it was. */
    void restoreClassLink() {
        classLink.faults().clear();
        classLink.issueIdTokensNormally();
        classLink.clearProfileOverrides();
        classLink.clock().reset();
        classLink.tokenMode(TokenMode.CLASSLINK);
        classLink.consent(false);
        classLink.guideProfile(false);
        classLink.clearRequests();
    }

    @Override
    public void close() {
        keycloak.close();
        classLink.close();
    }
}
