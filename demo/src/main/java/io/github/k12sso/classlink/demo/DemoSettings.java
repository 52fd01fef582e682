package io.github.k12sso.classlink.demo;

import io.github.k12sso.classlink.demo.keycloak.ListeningPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Ports and files of the demo.
 *
 * @param gateway whether the app reads rosters through Keycloak's gateway
 * @param keycloakSource the unpacked distribution, see {@code KeycloakDistribution}
 * @param providers folder of the provider's jar
 * @param realm the realm file to import
 * @param work folder for the prepared Keycloak and its log
 */
record DemoSettings(
        int keycloakPort,
        int classLinkPort,
        int appPort,
        boolean gateway,
        Path keycloakSource,
        Path providers,
        Path realm,
        Path work) {

    private static final String KEYCLOAK_PORT = "demo.keycloak.port";
    private static final String CLASSLINK_PORT = "demo.classlink.port";
    private static final String APP_PORT = "demo.app.port";
    private static final String ROSTER = "demo.roster";

    /** Reads the {@code -D} options; the build sets the folders. */
    static DemoSettings fromSystemProperties() {
        return new DemoSettings(
                port(KEYCLOAK_PORT, 8080),
                port(CLASSLINK_PORT, 8090),
                port(APP_PORT, 8070),
                isThroughGateway(),
                folder("demo.keycloak.source"),
                folder("demo.providers"),
                folder("demo.realm"),
                folder("demo.work"));
    }

    /** Checks before the start that all ports are free and different. */
    void requireFreePorts() {
        if (Stream.of(keycloakPort, classLinkPort, appPort).distinct().count() < 3) {
            throw new IllegalArgumentException("Keycloak, the local ClassLink and the app need three different ports:"
                    + " see -D" + KEYCLOAK_PORT + ", -D" + CLASSLINK_PORT + " and -D" + APP_PORT + ".");
        }
        ListeningPort.requireFree(keycloakPort, "Keycloak", remedy(KEYCLOAK_PORT));
        ListeningPort.requireFree(classLinkPort, "the local ClassLink", remedy(CLASSLINK_PORT));
        ListeningPort.requireFree(appPort, "the roster app", remedy(APP_PORT));
    }

    List<Path> providerJars() {
        try (Stream<Path> files = Files.list(providers)) {
            return files.filter(file -> file.toString().endsWith(".jar")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + providers, e);
        }
    }

    private static String remedy(String property) {
        return "-D" + property + "=<port>";
    }

    private static boolean isThroughGateway() {
        String value = System.getProperty(ROSTER, "direct");
        if (!value.equals("direct") && !value.equals("gateway")) {
            throw new IllegalArgumentException("-D" + ROSTER + "=" + value + " must be direct or gateway.");
        }
        return value.equals("gateway");
    }

    private static int port(String property, int byDefault) {
        String value = System.getProperty(property, String.valueOf(byDefault));
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("-D" + property + "=" + value + " is not a port number.", e);
        }
    }

    private static Path folder(String property) {
        String value = System.getProperty(property);
        if (value == null) {
            throw new IllegalArgumentException("Start the demo with mvn -Pdemo; " + property + " is not set.");
        }
        return Path.of(value);
    }
}
