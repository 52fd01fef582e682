package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.it.support.machine.Installed;
import java.util.List;

/** A database that Keycloak can be built for. */
public enum DatabaseKind {
    /** Keycloak's own for development, which compares exactly. */
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
    /** Compares without case, accents and trailing blanks. */
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
     * One that runs.
     *
     * @param options of {@code kc.sh} that make it Keycloak's
     */
    record Running(List<String> options, AutoCloseable server) {}
}
