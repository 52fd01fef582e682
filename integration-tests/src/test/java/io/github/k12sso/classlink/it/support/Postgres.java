package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.demo.keycloak.ListeningPort;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A real PostgreSQL, from binaries on Maven Central. Unlike Keycloak's own development database, it can be looked into. */
public final class Postgres implements AutoCloseable {

    private static final String OWNER = "postgres";

    private final Path data;
    private final int port = ListeningPort.anyFree();
    private EmbeddedPostgres server;

    private Postgres(Path data) throws IOException {
        this.data = data;
        this.server = run();
    }

    public static Postgres start() {
        try {
            return new Postgres(Files.createTempDirectory("postgres"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private EmbeddedPostgres run() throws IOException {
        return EmbeddedPostgres.builder()
                .setPort(port)
                .setDataDirectory(data.resolve("data"))
                .setCleanDataDirectory(false)
                .start();
    }

    /** Ends it, and every connection with it; the data stay. */
    public void stop() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it again with its data, on the same port. */
    public void startAgain() {
        try {
            server = run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Options of {@code kc.sh} that make it Keycloak's database, the build option {@code --db} left out. */
    public List<String> options() {
        return List.of(
                "--db-url=" + server.getJdbcUrl(OWNER, OWNER), "--db-username=" + OWNER, "--db-password=" + OWNER);
    }

    public Database database() {
        return new Database(server.getPostgresDatabase());
    }

    @Override
    public void close() {
        stop();
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
