package io.github.k12sso.classlink.demo;

import io.github.k12sso.classlink.demo.app.DeviceCurls;
import io.github.k12sso.classlink.demo.app.RosterApp;
import io.github.k12sso.classlink.demo.app.RosterAppSettings;
import io.github.k12sso.classlink.demo.keycloak.KeycloakDistribution;
import io.github.k12sso.classlink.demo.keycloak.KeycloakServer;
import io.github.k12sso.classlink.demo.keycloak.KeycloakSettings;
import io.github.k12sso.classlink.demo.keycloak.KeycloakStartException;
import io.github.k12sso.classlink.demo.keycloak.PortTakenException;
import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import io.github.k12sso.classlink.simulator.SimulatorSettings;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/** Starts all parts of the demo on one machine and runs until Ctrl-C. */
public final class Demo implements AutoCloseable {

    private static final String ADMIN = "admin";
    private static final String ALIAS = "classlink";
    private static final String CLASSLINK_CLIENT = "classlink-demo";
    private static final String APP_CLIENT = "roster-app";
    /** Maple Valley and Harbor Point; Willow Creek is refused. */
    private static final Set<Integer> ALLOWED_TENANTS = new TreeSet<>(List.of(2, 2222));

    private static final int SECRET_BYTES = 24;

    private final DemoSettings settings;
    private final Narrator narrator;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private boolean closed;

    private Demo(DemoSettings settings, Narrator narrator) {
        this.settings = settings;
        this.narrator = narrator;
    }

    /** Started by {@code mvn -Pdemo}. */
    public static void main(String[] arguments) throws InterruptedException {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        Narrator narrator = new Narrator(System.out);
        try {
            Demo demo = new Demo(DemoSettings.fromSystemProperties(), narrator);
            Runtime.getRuntime().addShutdownHook(new Thread(demo::close, "demo-stop"));
            demo.start();
        } catch (PortTakenException | KeycloakStartException | IllegalArgumentException e) {
            narrator.failed(e);
            System.exit(1);
        }
        // Never returns, because Maven would continue with its next module. Ctrl-C ends the JVM and everything started
        // here.
        new CountDownLatch(1).await();
    }

    private void start() {
        settings.requireFreePorts();
        narrator.begins();

        ClassLinkSimulator classLink = started(ClassLinkSimulator.start(
                SimulatorSettings.builder().port(settings.classLinkPort()).build()));
        String classLinkSecret = secret();
        classLink.registerClient(
                CLASSLINK_CLIENT,
                classLinkSecret,
                List.of(keycloakUrl() + "/realms/demo/broker/" + ALIAS + "/endpoint"));
        narrator.ready("Local ClassLink", classLink.baseUrl());

        String appSecret = secret();
        KeycloakServer keycloak =
                started(KeycloakServer.start(keycloakSettings(classLinkSecret, appSecret, classLink)));
        narrator.ready("Keycloak", keycloak.baseUrl());

        RosterAppSettings direct = new RosterAppSettings(
                "localhost",
                settings.appPort(),
                keycloak.baseUrl().resolve("/realms/demo"),
                APP_CLIENT,
                appSecret,
                ALIAS,
                classLink.baseUrl(),
                false);
        RosterApp app = started(RosterApp.start(settings.gateway() ? direct.throughGateway() : direct));
        narrator.ready("Roster app", app.baseUrl());
        narrator.invites(app.baseUrl(), keycloak.baseUrl(), ADMIN);
        narrator.introduces(classLink, ALLOWED_TENANTS);
        narrator.teaches(DeviceCurls.of(direct.issuer(), ALIAS));
    }

    private KeycloakSettings keycloakSettings(String classLinkSecret, String appSecret, ClassLinkSimulator classLink) {
        Path log = settings.work().resolve("keycloak.log").toAbsolutePath().normalize();
        KeycloakDistribution distribution = KeycloakDistribution.prepare(
                settings.keycloakSource(),
                settings.work().resolve("keycloak"),
                settings.providerJars(),
                List.of(settings.realm()));
        narrator.waits("Keycloak", log);
        return KeycloakSettings.of(distribution)
                .withHttpPort(settings.keycloakPort())
                .withAdmin(ADMIN, ADMIN)
                // Allows the local ClassLink on localhost over http, which a production server refuses.
                .withOptions("--spi-social--classlink--allowed-hosts=localhost")
                .withEnvironment("DEMO_CLASSLINK_URL", classLink.baseUrl().toString())
                .withEnvironment("DEMO_CLASSLINK_SECRET", classLinkSecret)
                .withEnvironment(
                        "DEMO_ALLOWED_TENANTS",
                        ALLOWED_TENANTS.stream().map(String::valueOf).collect(Collectors.joining("##")))
                .withEnvironment("DEMO_APP_URL", "http://localhost:" + settings.appPort())
                .withEnvironment("DEMO_APP_SECRET", appSecret)
                .withReadyPath("/realms/demo/.well-known/openid-configuration")
                .withStartTimeout(Duration.ofMinutes(5))
                .withLogFile(log)
                .withProgress(elapsed -> narrator.stillStarting("Keycloak", elapsed));
    }

    private String keycloakUrl() {
        return "http://localhost:" + settings.keycloakPort();
    }

    /** Registers a resource to close at the end; closes it immediately if the demo has already ended. */
    private synchronized <T extends AutoCloseable> T started(T part) {
        running.push(part);
        if (closed) {
            closeAll();
        }
        return part;
    }

    /** Stops everything in reverse order of start. */
    @Override
    public synchronized void close() {
        closed = true;
        if (running.isEmpty()) {
            return;
        }
        narrator.ends();
        closeAll();
        narrator.ended();
    }

    private void closeAll() {
        while (!running.isEmpty()) {
            AutoCloseable part = running.pop();
            try {
                part.close();
            } catch (Exception e) {
                narrator.failed(e);
            }
        }
    }

    private static String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
