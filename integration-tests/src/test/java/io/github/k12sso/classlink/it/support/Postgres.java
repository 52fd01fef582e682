package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.demo.keycloak.ListeningPort;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A real PostgreSQL, from binaries on Maven Central. Unlike Keycloak's own development database, it can be looked into. */
public final class Postgres implements AutoCloseable {

    private static final String OWNER = "postgres";
    private static final String DATA = "data";

    private final Path folder;
    private final int port = ListeningPort.anyFree();
    private EmbeddedPostgres server;

    private Postgres(Path folder) throws IOException {
        this.folder = folder;
        this.server = run();
    }

    /** An empty one. */
    public static Postgres start() {
        try {
            return new Postgres(Files.createTempDirectory("postgres"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * One with the tables and the realm {@code master} that the tested Keycloak makes in an empty database, which takes it
     * longer than all the rest of a start. They are kept in {@code target/}.
     *
     * @param fill starts a Keycloak on an empty database and ends it again; called only if nothing is kept yet
     */
    static Postgres startFilled(Consumer<Postgres> fill) {
        try {
            Path kept = Path.of(System.getProperty("work.dir"))
                    .resolve("postgres-of-"
                            + Path.of(System.getProperty("keycloak.zip")).getFileName());
            if (Files.notExists(kept)) {
                keepFilled(fill, kept);
            }
            Path folder = Files.createTempDirectory("postgres");
            copy(kept, folder.resolve(DATA));
            return new Postgres(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void keepFilled(Consumer<Postgres> fill, Path kept) throws IOException {
        try (Postgres postgres = start()) {
            fill.accept(postgres);
            postgres.stop();
            // Under its name when it is whole.
            Path unfinished = kept.resolveSibling(kept.getFileName() + ".unfinished");
            delete(unfinished);
            copy(postgres.folder.resolve(DATA), unfinished);
            Files.move(unfinished, kept);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
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
        try {
            delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
