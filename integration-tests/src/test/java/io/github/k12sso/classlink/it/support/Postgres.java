package io.github.k12sso.classlink.it.support;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** A real PostgreSQL, from binaries on Maven Central. Unlike Keycloak's own development database, it can be looked into. */
public final class Postgres implements AutoCloseable {

    private static final String OWNER = "postgres";

    private final EmbeddedPostgres server;

    private Postgres(EmbeddedPostgres server) {
        this.server = server;
    }

    public static Postgres start() {
        try {
            return new Postgres(EmbeddedPostgres.builder().start());
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
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
