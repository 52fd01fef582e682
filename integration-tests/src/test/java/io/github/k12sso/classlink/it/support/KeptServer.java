package io.github.k12sso.classlink.it.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The shared server in a separate process, which keeps running between runs of {@code ./it} until {@code ./it --stop} or until
 * the provider's jar changes.
 */
public final class KeptServer {

    /** The first argument, because the system truncates long command lines. */
    private static final String MARK = "classlink-kept-server";

    private static final int SECONDS_TO_START = 180;
    private static final List<String> PROPERTIES = List.of(
            "provider.jar",
            "keycloak.zip",
            "keycloak.runtime",
            "keycloak.dist.version",
            "keycloak.java.home",
            "keycloak.options",
            "keycloak.jvm.options",
            "demo.realm",
            "project.root",
            "work.dir");

    private KeptServer() {}

    /** Starts the server, writes its location and runs until stopped. */
    public static void main(String[] arguments) throws InterruptedException {
        TestServer server = SharedServer.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(address()), "forget-address"));
        server.running().writeTo(address());
        Thread.currentThread().join();
    }

    /** Returns the running server with this jar, or starts one. */
    static RunningServer find() {
        Optional<ProcessHandle> process = process();
        if (process.isEmpty() || Files.notExists(address()) || !jarOfTheServer().equals(digestOfTheJar())) {
            process.ifPresent(KeptServer::end);
            launch();
        }
        return RunningServer.readFrom(address());
    }

    private static void launch() {
        try {
            Files.createDirectories(folder());
            delete(address());
            List<String> command = Stream.of(
                            Stream.of(ProcessHandle.current().info().command().orElse("java"), "-D" + MARK),
                            PROPERTIES.stream().map(name -> "-D" + name + "=" + System.getProperty(name)),
                            Stream.of("-cp", System.getProperty("java.class.path"), KeptServer.class.getName()))
                    .flatMap(part -> part)
                    .toList();
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder().resolve("server.log").toFile())
                    .start();
            Files.writeString(folder().resolve("pid"), String.valueOf(process.pid()));
            Files.writeString(folder().resolve("jar"), digestOfTheJar());
            long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START);
            while (Files.notExists(address())) {
                if (process.waitFor(200, TimeUnit.MILLISECONDS) || System.nanoTime() > giveUp) {
                    throw new IllegalStateException("The kept server did not start; see " + folder() + "/server.log");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Optional<ProcessHandle> process() {
        Path file = folder().resolve("pid");
        try {
            return Files.exists(file)
                    ? ProcessHandle.of(Long.parseLong(Files.readString(file)))
                            .filter(process -> process.info()
                                    .commandLine()
                                    .filter(line -> line.contains(MARK))
                                    .isPresent())
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void end(ProcessHandle process) {
        process.destroy();
        process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static String jarOfTheServer() {
        try {
            return Files.readString(folder().resolve("jar"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digestOfTheJar() {
        try (InputStream jar = Files.newInputStream(TestEnvironment.providerJar());
                DigestInputStream digest = new DigestInputStream(jar, MessageDigest.getInstance("SHA-256"))) {
            digest.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.getMessageDigest().digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path address() {
        return folder().resolve("address");
    }

    private static Path folder() {
        return TestServer.folder("kept-server");
    }
}
