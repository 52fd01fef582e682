package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.demo.keycloak.KeycloakDistribution;
import io.github.k12sso.classlink.demo.keycloak.KeycloakSettings;
import io.github.k12sso.classlink.demo.keycloak.ListeningPort;
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

/** Two Keycloak nodes in production mode with one PostgreSQL and one ClassLink, all without containers. */
public final class Cluster implements SystemUnderTest, AutoCloseable {

    private static final int RECORDED_REQUESTS = 20_000;

    private final ClusterSetup setup;
    private final ClassLinkSimulator classLink;
    private final List<Node> nodes;
    private AdminApi admin;
    private RealmTemplate template;

    /** A node of the cluster. */
    public final class Node {

        private final int number;
        private final int port = ListeningPort.anyFree();
        private KeycloakDistribution distribution = setup.distribution();
        private RunningKeycloak server;

        private Node(int number) {
            this.number = number;
        }

        public URI url() {
            return URI.create("http://localhost:" + port);
        }

        public Path keyFile() {
            return setup.work().resolve("token-keys-" + number);
        }

        public Path logFile() {
            return setup.work().resolve("node-" + number + ".log");
        }

        public String log() {
            return read(logFile());
        }

        /** Stops the node gracefully and starts it with another provider jar. */
        public void restartWith(Path providerJar) {
            stop();
            distribution = setup.build(providerJar);
            start();
        }

        /** Starts the node with the current key file and waits until it responds. */
        public void start() {
            KeycloakSettings settings = KeycloakSettings.of(distribution)
                    .optimized()
                    .withHttpPort(port)
                    .withHeap(setup.jvmOptions())
                    .withAdmin(TestEnvironment.ADMIN, TestEnvironment.ADMIN)
                    .withLogFile(logFile())
                    .withOptions(
                            // The same hostname for both, as behind a load balancer, because it is the issuer.
                            "--hostname=" + keycloakUrl(),
                            "--cache-embedded-network-bind-address=127.0.0.1",
                            "--spi-social--classlink--allowed-hosts=localhost",
                            "--log-level=" + setup.logLevels())
                    .withOptions(keyOptions())
                    .withOptions(setup.traces()
                            .map(TraceCollector::options)
                            .orElse(List.of())
                            .toArray(String[]::new))
                    .withOptions(setup.postgres().options().toArray(String[]::new));
            server = KeycloakRuntime.chosen().start(settings, setup.buildOptions());
        }

        private String[] keyOptions() {
            return Files.exists(keyFile()) && read(keyFile()).isEmpty()
                    ? new String[0]
                    : new String[] {"--spi-social--classlink--token-key-file=" + keyFile()};
        }

        /** Stops the node gracefully, as in a rolling restart. */
        public void stop() {
            if (server != null) {
                server.close();
            }
        }

        /** Kills the node, like a power failure. */
        public void kill() {
            server.kill();
        }
    }

    private Cluster(ClusterSetup setup) {
        this.setup = setup;
        this.classLink = ClassLinkSimulator.start(
                SimulatorSettings.builder().recordedRequests(RECORDED_REQUESTS).build());
        SecretSearch.ofThisRun().watch(classLink);
        this.nodes = List.of(new Node(1), new Node(2));
    }

    /**
     * Starts the database and both nodes, which a test can stop and restart.
     *
     * @param name folder of its files below {@code target/}
     * @param keys content of each node's key file
     */
    public static Cluster start(String name, String keys) {
        return start(ClusterSetup.forTests(name), keys, 2);
    }

    /**
     * Starts a cluster whose nodes run another provider jar than the one under test, with Keycloak's default options.
     *
     * @param keys content of each node's key file; if blank, the option for the key file is not set
     */
    public static Cluster startWith(Path providerJar, String name, String keys) {
        return start(ClusterSetup.withProvider(providerJar, name), keys, 2);
    }

    /**
     * A cluster with optimized nodes, for measurements.
     *
     * @param started number of nodes: 1 or 2
     * @param logLevels as in {@code --log-level}
     * @param features options of {@code kc.sh build}, in addition to those of the database
     */
    public static Cluster startToMeasure(String name, int started, String keys, String logLevels, String... features) {
        return start(ClusterSetup.toMeasure(name, logLevels, features), keys, started);
    }

    private static Cluster start(ClusterSetup setup, String keys, int started) {
        try {
            Files.createDirectories(setup.work());
            Cluster cluster = new Cluster(setup);
            for (Node node : cluster.nodes.subList(0, started)) {
                Files.deleteIfExists(node.logFile());
                Files.writeString(node.keyFile(), keys);
                node.start();
            }
            cluster.admin = AdminApi.signIn(cluster.keycloakUrl(), TestEnvironment.ADMIN, TestEnvironment.ADMIN);
            return cluster;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Node first() {
        return nodes.get(0);
    }

    public Node second() {
        return nodes.get(1);
    }

    /** The database server, for outage tests. */
    public Postgres postgres() {
        return setup.postgres();
    }

    public Database database() {
        return setup.postgres().database();
    }

    @Override
    public ClassLinkSimulator classLink() {
        return classLink;
    }

    /** The URL of the first node, which is also the host of the issuer. */
    @Override
    public URI keycloakUrl() {
        return first().url();
    }

    @Override
    public AdminApi admin() {
        return admin;
    }

    @Override
    public synchronized RealmTemplate template() {
        if (template == null) {
            template = RealmDescription.template(this, database());
        }
        return template;
    }

    @Override
    public void close() {
        nodes.forEach(Node::stop);
        setup.traces().ifPresent(TraceCollector::close);
        nodes.stream()
                .filter(node -> node.server != null)
                .forEach(node -> SecretSearch.ofThisRun().log(node.logFile()));
        SecretSearch.ofThisRun().database(setup.work().getFileName().toString(), database());
        classLink.close();
        setup.postgres().close();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
