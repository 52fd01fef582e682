package io.github.k12sso.classlink.demo.app;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * Runs the roster app in a container, with settings from the environment: {@code ISSUER}, {@code CLIENT_ID},
 * {@code CLIENT_SECRET}, {@code PROVIDER_ALIAS}, {@code CLASSLINK_URL}, and {@code ROSTER}, which is {@code direct} or
 * {@code gateway}.
 */
public final class RosterAppMain {

    private static final int PORT = 8070;

    private RosterAppMain() {}

    /** Runs until the process is stopped. */
    public static void main(String[] arguments) throws InterruptedException {
        try (RosterApp app = RosterApp.start(settings(System.getenv()))) {
            System.out.println("Roster app at " + app.baseUrl());
            new CountDownLatch(1).await();
        }
    }

    static RosterAppSettings settings(Map<String, String> environment) {
        RosterAppSettings direct = new RosterAppSettings(
                "0.0.0.0",
                PORT,
                URI.create(required(environment, "ISSUER")),
                required(environment, "CLIENT_ID"),
                required(environment, "CLIENT_SECRET"),
                required(environment, "PROVIDER_ALIAS"),
                URI.create(required(environment, "CLASSLINK_URL")),
                false);
        String roster = environment.getOrDefault("ROSTER", "direct");
        return switch (roster) {
            case "direct" -> direct;
            case "gateway" -> direct.throughGateway();
            default -> throw new IllegalArgumentException("ROSTER=" + roster + " must be direct or gateway");
        };
    }

    private static String required(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(value -> !value.isBlank())
                .orElseThrow(() -> new IllegalArgumentException(name + " is not set"));
    }
}
