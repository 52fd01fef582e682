package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.demo.keycloak.ListeningPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A MariaDB from this machine's packages with one empty database and the default collation. */
final class MariaDb implements AutoCloseable {

    private static final String NAME = "keycloak";
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Path folder;
    private final int port;
    private final Process server;

    private MariaDb(Path folder, int port, Process server) {
        this.folder = folder;
        this.port = port;
        this.server = server;
    }

    static MariaDb start() {
        try {
            Path folder = Files.createTempDirectory("mariadb");
            Path data = folder.resolve("data");
            Path log = folder.resolve("log");
            String user = System.getProperty("user.name");
            Process tables = run(
                    log,
                    "mariadb-install-db",
                    "--no-defaults",
                    "--datadir=" + data,
                    "--user=" + user,
                    "--auth-root-authentication-method=normal",
                    "--skip-test-db");
            if (!tables.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || tables.exitValue() != 0) {
                throw new IllegalStateException(Files.readString(log));
            }
            Path first = Files.writeString(folder.resolve("first.sql"), """
                    create database %1$s;
                    create user '%1$s'@'%%' identified by '%1$s';
                    grant all on %1$s.* to '%1$s'@'%%';
                    """.formatted(NAME));
            int port = ListeningPort.anyFree();
            Process server = run(
                    log,
                    "mariadbd",
                    "--no-defaults",
                    "--datadir=" + data,
                    "--user=" + user,
                    "--character-set-server=utf8mb4",
                    "--bind-address=127.0.0.1",
                    "--port=" + port,
                    "--socket=" + folder.resolve("socket"),
                    "--pid-file=" + folder.resolve("pid"),
                    "--skip-name-resolve",
                    "--init-file=" + first);
            MariaDb started = new MariaDb(folder, port, server);
            Await.until("MariaDB", started::answers);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Process run(Path log, String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Options of {@code kc.sh} to use it, without the build option {@code --db}. */
    List<String> options() {
        return List.of(
                "--db-url=jdbc:mariadb://127.0.0.1:" + port + "/" + NAME,
                "--db-username=" + NAME,
                "--db-password=" + NAME);
    }

    @Override
    public void close() {
        server.destroy();
        try {
            if (!server.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                server.destroyForcibly().waitFor();
            }
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
