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
            System.setProperty(LOG_LEVEL, "warn"); // the server's start-up lines would hide ours
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

    /** What can be said on the command line. */
    static final class Options {
        @Option(names = "--port", defaultValue = "9400", description = "Port; 0 = any free one (${DEFAULT-VALUE}).")
        private int port;

        @Option(
                names = "--bind",
                defaultValue = "127.0.0.1",
                description = "Address to listen on (${DEFAULT-VALUE}). In a container 0.0.0.0.")
        private String bind;

        @Option(
                names = "--public-url",
                description = "How others reach the simulator, and its issuer; default http://localhost:PORT.")
        private URI publicUrl;

        @Option(
                names = "--client-id",
                defaultValue = "classlink-demo",
                description = "Client registered from the start (${DEFAULT-VALUE}).")
        private String clientId;

        @Option(
                names = "--client-secret",
                defaultValue = "classlink-demo-secret",
                description = "Its secret (${DEFAULT-VALUE}).")
        private String clientSecret;

        @Option(
                names = "--redirect-uri",
                defaultValue = "http://localhost:8080/*",
                description = "Its redirect URI, may be repeated; one that ends in * is a prefix (${DEFAULT-VALUE}).")
        private List<String> redirectUris = new ArrayList<>();

        @Option(names = "--launch-url", description = "Where its tile leads; default: the first redirect URI.")
        private String launchUrl;

        @Option(
                names = "--district",
                paramLabel = "CODE:TENANTID:PEOPLE",
                description = "Adds a district of 10 to 1000000 generated people, or resizes a default one.")
        private List<String> districts = new ArrayList<>();

        @Option(
                names = "--partner-key",
                defaultValue = "partner-key-of-the-simulator",
                description = "Bearer of /applications (${DEFAULT-VALUE}).")
        private String partnerKey;

        @Option(
                names = "--filler-applications",
                defaultValue = "0",
                description = "Disabled districts that /applications lists first (${DEFAULT-VALUE}).")
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
