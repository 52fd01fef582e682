package io.github.k12sso.classlink.simulator;

import io.github.k12sso.classlink.simulator.district.DistrictSpec;
import io.github.k12sso.classlink.simulator.oauth.RegisteredClient;
import java.io.PrintWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the simulator from the command line until it is stopped. */
@Command(
        name = "classlink-simulator",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "A local ClassLink to develop against: sign-in, tokens, nodeapi and OneRoster on one port.",
        version = "keycloak-classlink simulator")
final class SimulatorMain implements Callable<Integer> {
    private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

    @Spec
    private CommandSpec spec;

    @Mixin
    private Options options = new Options();

    SimulatorSettings settings() {
        SimulatorSettings.Builder settings = options.settings();
        SwitchOptions.read(spec.commandLine().getParseResult(), settings);
        return settings.build();
    }

    public static void main(String[] arguments) {
        if (System.getProperty(LOG_LEVEL) == null) {
            System.setProperty(LOG_LEVEL, "warn"); // hides the server's own startup lines
        }
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new SimulatorMain());
        SwitchOptions.addTo(line.getCommandSpec());
        return line.setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public Integer call() throws InterruptedException {
        try (ClassLinkSimulator simulator = ClassLinkSimulator.start(settings())) {
            announce(simulator, spec.commandLine().getOut());
            new CountDownLatch(1).await();
        }
        return 0;
    }

    private void announce(ClassLinkSimulator simulator, PrintWriter out) {
        out.printf("ClassLink simulator at %s%n", simulator.baseUrl());
        out.printf("  controls    %s/_sim%n", simulator.baseUrl());
        out.printf("  client      %s, secret %s%n", options.clientId, options.clientSecret);
        out.printf("  partner key %s%n", options.partnerKey);
        out.flush();
    }

    /** Command line options. */
    static final class Options {
        @Option(names = "--port", defaultValue = "9400", description = "Port; 0 = any free port (${DEFAULT-VALUE}).")
        private int port;

        @Option(
                names = "--bind",
                defaultValue = "127.0.0.1",
                description = "Address to listen on (${DEFAULT-VALUE}). In a container, use 0.0.0.0.")
        private String bind;

        @Option(
                names = "--public-url",
                description = "Public URL of the simulator, also the issuer; default http://localhost:PORT.")
        private URI publicUrl;

        @Option(
                names = "--client-id",
                defaultValue = "classlink-demo",
                description = "ID of the client registered at startup (${DEFAULT-VALUE}).")
        private String clientId;

        @Option(
                names = "--client-secret",
                defaultValue = "classlink-demo-secret",
                description = "Client secret (${DEFAULT-VALUE}).")
        private String clientSecret;

        @Option(
                names = "--redirect-uri",
                defaultValue = "http://localhost:8080/*",
                description = "Redirect URI, may be repeated; a URI that ends in * is a prefix (${DEFAULT-VALUE}).")
        private List<String> redirectUris = new ArrayList<>();

        @Option(
                names = "--launch-url",
                description = "URL that the client's tile opens; default: the first redirect URI.")
        private String launchUrl;

        @Option(
                names = "--district",
                paramLabel = "CODE:TENANTID:PEOPLE",
                description = "Adds a district of 10 to 1000000 generated people, or resizes a default one.")
        private List<String> districts = new ArrayList<>();

        @Option(
                names = "--partner-key",
                defaultValue = "partner-key-of-the-simulator",
                description = "Bearer token of /applications (${DEFAULT-VALUE}).")
        private String partnerKey;

        @Option(
                names = "--filler-applications",
                defaultValue = "0",
                description = "Number of disabled districts that /applications lists first (${DEFAULT-VALUE}).")
        private int fillerApplications;

        SimulatorSettings.Builder settings() {
            SimulatorSettings.Builder settings = SimulatorSettings.builder()
                    .port(port)
                    .bindAddress(bind)
                    .publicUrl(publicUrl)
                    .partnerKey(partnerKey)
                    .fillerApplications(fillerApplications)
                    .client(
                            launchUrl == null
                                    ? RegisteredClient.of(clientId, clientSecret, redirectUris)
                                    : new RegisteredClient(clientId, clientSecret, redirectUris, launchUrl));
            districts.stream().map(DistrictSpec::parse).forEach(settings::district);
            return settings;
        }
    }
}
