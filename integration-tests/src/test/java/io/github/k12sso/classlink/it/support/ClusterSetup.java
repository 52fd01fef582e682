package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.demo.keycloak.KeycloakDistribution;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the nodes of a {@link Cluster} have in common.
 *
 * @param work folder of the cluster's files
 * @param distribution the Keycloak that the nodes start with
 * @param buildOptions options of {@code kc.sh build}
 * @param logLevels as in {@code --log-level}
 * @param jvmOptions heap size, and options of the compiler
 */
record ClusterSetup(
        Path work,
        KeycloakDistribution distribution,
        Postgres postgres,
        List<String> buildOptions,
        String logLevels,
        String jvmOptions,
        Optional<TraceCollector> traces) {

    private static final String LOGS_FOR_TESTS = "info,io.github.k12sso:debug";
    private static final String HEAP = "-Xms256m -Xmx640m";

    static ClusterSetup forTests(String name) {
        return new ClusterSetup(
                TestServer.folder(name),
                TestServer.build(name + "/keycloak", TestServer.BUILD_OPTIONS, List.of()),
                SharedServer.newDatabase(),
                TestServer.BUILD_OPTIONS,
                LOGS_FOR_TESTS,
                HEAP + TestEnvironment.COMPILED_ONCE,
                Optional.of(new TraceCollector()));
    }

    static ClusterSetup withProvider(Path providerJar, String name) {
        List<String> options = List.of("--db=postgres");
        return new ClusterSetup(
                TestServer.folder(name),
                TestServer.buildWith(providerJar, home(name, providerJar), options),
                Postgres.start(),
                options,
                LOGS_FOR_TESTS,
                HEAP,
                Optional.empty());
    }

    static ClusterSetup toMeasure(String name, String logLevels, String... features) {
        List<String> buildOptions =
                Stream.concat(Stream.of("--db=postgres"), Stream.of(features)).toList();
        return new ClusterSetup(
                TestServer.folder(name),
                TestServer.buildToMeasure(name + "/keycloak", buildOptions),
                Postgres.start(),
                buildOptions,
                logLevels,
                HEAP,
                Optional.empty());
    }

    /** Builds the same Keycloak with another provider jar. */
    KeycloakDistribution build(Path providerJar) {
        return TestServer.buildWith(providerJar, home(work.getFileName().toString(), providerJar), buildOptions);
    }

    private static String home(String name, Path providerJar) {
        return name + "/" + providerJar.getFileName().toString().replace(".jar", "");
    }
}
