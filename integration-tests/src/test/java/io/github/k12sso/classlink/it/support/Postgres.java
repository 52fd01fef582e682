package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.demo.keycloak.ListeningPort;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL from binaries on Maven Central. Unlike Keycloak's development database, tests can query it directly. */
public final class Postgres implements AutoCloseable {

    private static final String OWNER = "postgres";
    private static final String DATA = "data";
    private static final String LOG_OF_CHANGES = "pg_wal";

    private final Path folder;
    private final int port = ListeningPort.anyFree();
    private EmbeddedPostgres server;

    private Postgres(Path folder) throws IOException {
        this.folder = folder;
        this.server = run();
    }

    /** Starts an empty server. */
    public static Postgres start() {
        try {
            return new Postgres(Files.createTempDirectory("postgres"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a server with data from {@link #backUp}. */
    static Postgres startWith(Path backup) {
        try {
            Path folder = Files.createTempDirectory("postgres");
            copy(backup, folder.resolve(DATA));
            return new Postgres(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies the data of this running server with PostgreSQL's base backup. */
    void backUp(Path target) {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            delete(target);
            statement.execute("select pg_backup_start('copy', true)");
            Path data = folder.resolve(DATA);
            copy(data, target);
            String label;
            try (ResultSet stop = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                stop.next();
                label = stop.getString(1);
            }
            Files.writeString(target.resolve("backup_label"), label);
            delete(target.resolve(LOG_OF_CHANGES));
            copy(data.resolve(LOG_OF_CHANGES), target.resolve(LOG_OF_CHANGES));
            Files.delete(target.resolve("postmaster.pid"));
        } catch (SQLException e) {
            throw new AssertionError("could not copy PostgreSQL's data", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A running server deletes files, such as {@code pg_internal.init}; its log of changes makes up for them. */
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                try {
                    Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
                } catch (NoSuchFileException e) {
                    if (Files.exists(file)) {
                        throw e;
                    }
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private EmbeddedPostgres run() throws IOException {
        return EmbeddedPostgres.builder()
                .setPort(port)
                .setDataDirectory(folder.resolve(DATA))
                .setCleanDataDirectory(false)
                .start();
    }

    /** Stops the server and closes all connections; keeps the data. */
    public void stop() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Restarts the server with its data on the same port. */
    public void startAgain() {
        try {
            server = run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String jdbcUrl() {
        return server.getJdbcUrl(OWNER, OWNER);
    }

    /** Options of {@code kc.sh} to use it, without the build option {@code --db}. */
    public List<String> options() {
        return List.of("--db-url=" + jdbcUrl(), "--db-username=" + OWNER, "--db-password=" + OWNER);
    }

    public Database database() {
        return new Database(server.getPostgresDatabase());
    }

    @Override
    public void close() {
        stop();
        try {
            delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
