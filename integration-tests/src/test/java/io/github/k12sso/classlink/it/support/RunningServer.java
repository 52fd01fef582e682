package io.github.k12sso.classlink.it.support;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Location of a Keycloak under test.
 *
 * @param home folder that holds {@code bin/kcadm.sh}
 * @param work folder of its files: {@code vault/} and output of commands
 * @param keycloak base URL
 * @param managementPort port of its metrics
 * @param log its log file
 * @param database JDBC URL with user and password
 * @param demoAppPort port of the app in the demo realm; 0 if there is no such realm
 */
record RunningServer(
        Path home, Path work, URI keycloak, int managementPort, Path log, String database, int demoAppPort) {

    Database connect() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(database);
        return new Database(source);
    }

    String readLog(long begins) {
        try (FileChannel file = FileChannel.open(log)) {
            return new String(Channels.newInputStream(file.position(begins)).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads Keycloak's metrics endpoint over HTTP/1.1 like Prometheus, in the older text format, because with tracing the newer
     * format appends trace ids.
     */
    String metrics() {
        URI address = URI.create("http://localhost:" + managementPort + "/metrics");
        return AdminApi.require(
                        new Http()
                                .send(HttpRequest.newBuilder(address)
                                        .header("Accept", "text/plain; version=0.0.4")
                                        .version(HttpClient.Version.HTTP_1_1)),
                        "metrics")
                .body();
    }

    void writeVaultEntry(String realm, String key, String secret) {
        try {
            Files.writeString(vaultEntry(realm, key), secret);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void deleteVaultEntry(String realm, String key) {
        try {
            Files.delete(vaultEntry(realm, key));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path vaultEntry(String realm, String key) {
        return work.resolve("vault").resolve(realm + "_" + key);
    }

    void writeTo(Path file) {
        Properties properties = new Properties();
        properties.setProperty("home", home.toString());
        properties.setProperty("work", work.toString());
        properties.setProperty("keycloak", keycloak.toString());
        properties.setProperty("managementPort", String.valueOf(managementPort));
        properties.setProperty("log", log.toString());
        properties.setProperty("database", database);
        properties.setProperty("demoAppPort", String.valueOf(demoAppPort));
        try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            properties.store(writer, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RunningServer readFrom(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new RunningServer(
                Path.of(properties.getProperty("home")),
                Path.of(properties.getProperty("work")),
                URI.create(properties.getProperty("keycloak")),
                Integer.parseInt(properties.getProperty("managementPort")),
                Path.of(properties.getProperty("log")),
                properties.getProperty("database"),
                Integer.parseInt(properties.getProperty("demoAppPort")));
    }
}
