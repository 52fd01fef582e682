package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.it.support.machine.Installed;
import java.util.List;

/** A database that Keycloak supports. */
public enum DatabaseKind {
    /** Keycloak's development database; compares exactly. */
    H2("dev-mem") {
        @Override
        Running start() {
            return new Running(List.of(), () -> {});
        }
    },
    /** Compares exactly. */
    POSTGRESQL("postgres") {
        @Override
        Running start() {
            Installed.POSTGRES.orSkip();
            Postgres started = Postgres.start();
            return new Running(started.options(), started);
        }
    },
    /** Ignores case, accents and trailing spaces. */
    MARIADB("mariadb") {
        @Override
        Running start() {
            Installed.MARIADB.orSkip();
            MariaDb started = MariaDb.start();
            return new Running(started.options(), started);
        }
    };

    private final String keycloakName;

    DatabaseKind(String keycloakName) {
        this.keycloakName = keycloakName;
    }

    String buildOption() {
        return "--db=" + keycloakName;
    }

    abstract Running start();

    /**
     * A running database.
     *
     * @param options the options of {@code kc.sh} to use it
     */
    record Running(List<String> options, AutoCloseable server) {}
}
