package io.github.k12sso.classlink.it.support.clients;

import io.github.k12sso.classlink.demo.keycloak.ListeningPort;
import io.github.k12sso.classlink.it.support.SecretSearch;
import io.github.k12sso.classlink.it.support.machine.Installed;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An app in {@code examples/}, built and started with the commands in its README: the last line starts it, the lines before
 * build it. {@code export} lines set the environment.
 */
public final class ExampleApp implements AutoCloseable {

    /** The first build downloads packages. */
    private static final Duration TO_BUILD = Duration.ofMinutes(10);

    private static final Duration TO_START = Duration.ofMinutes(1);
    private static final long TO_END_SECONDS = 10;
    private static final String APACHE = "apache";

    /** For a faster start, because each app serves few requests. */
    private static final Map<String, String> FRUGAL = Map.of(
            "JAVA_TOOL_OPTIONS", "-Xmx192m -XX:TieredStopAtLevel=1",
            "npm_config_ignore_scripts", "true",
            "npm_config_audit", "false",
            "npm_config_fund", "false",
            "npm_config_prefer_offline", "true",
            "NEXT_TELEMETRY_DISABLED", "1");

    private final String name;
    private final Path folder;
    private final Path log;
    private final URI url;
    private Process process;

    private ExampleApp(String name, int port) {
        this.name = name;
        this.folder = folderOf(name);
        this.log = folder.resolve("app.log");
        this.url = URI.create("http://localhost:" + port + "/");
    }

    /** An app that is not started yet but whose URL is known. */
    public static ExampleApp of(String name) {
        ExampleApp app = new ExampleApp(name, ListeningPort.anyFree());
        app.copySources();
        return app;
    }

    /** A copy, so that builds do not write to the sources. Apache's workers run as another user and need access. */
    private static Path folderOf(String name) {
        if (!name.equals(APACHE)) {
            return Path.of(System.getProperty("work.dir"), "examples", name);
        }
        try {
            Path folder = Files.createTempDirectory("example-");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The base URL, with trailing slash. */
    public URI url() {
        return url;
    }

    /** Writes a file that the README says to edit. */
    public void edit(String file, String text) {
        try {
            Files.writeString(folder.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void start(Map<String, String> environment) {
        List<String> commands = ExchangePage.of("examples/" + name + "/README.md")
                .code("sh")
                .lines()
                .filter(line -> !line.startsWith("export "))
                .toList();
        Map<String, String> complete = new HashMap<>(FRUGAL);
        complete.putAll(environment);
        complete.put("PORT", String.valueOf(url.getPort()));
        for (String command : commands.subList(0, commands.size() - 1)) {
            Process build = run(command, complete);
            require(endsWithin(build, TO_BUILD) && build.exitValue() == 0, command);
        }
        String last = commands.get(commands.size() - 1);
        process = run("exec " + last, complete);
        require(listens(), last);
    }

    private Process run(String command, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        // Debian's Python, which finds Debian's packages.
        builder.environment()
                .merge("PATH", new File(Installed.python()).getParent(), (path, first) -> first + ":" + path);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean listens() {
        long end = System.nanoTime() + TO_START.toNanos();
        while (System.nanoTime() < end && !endsWithin(process, Duration.ofMillis(100))) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), url.getPort())) {
                return socket.isConnected();
            } catch (IOException notYet) {
                // Retries.
            }
        }
        return false;
    }

    private static boolean endsWithin(Process process, Duration patience) {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void require(boolean succeeded, String command) {
        if (!succeeded) {
            String said = output();
            close();
            throw new AssertionError(command + " failed in examples/" + name + ":\n" + said);
        }
    }

    private String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void copySources() {
        Path source = Path.of(System.getProperty("project.root"), "examples", name);
        try {
            Files.walkFileTree(source, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) throws IOException {
                    if (List.of("node_modules", "target", ".next")
                            .contains(each.getFileName().toString())) {
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    Files.createDirectories(folder.resolve(source.relativize(each)));
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path each, BasicFileAttributes attributes) throws IOException {
                    Files.copy(each, folder.resolve(source.relativize(each)), StandardCopyOption.REPLACE_EXISTING);
                    return FileVisitResult.CONTINUE;
                }
            });
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops the app and searches its output for secrets. */
    @Override
    public void close() {
        if (process != null) {
            List<ProcessHandle> started = process.descendants().toList();
            process.destroy();
            started.forEach(ProcessHandle::destroy);
            if (!endsWithin(process, Duration.ofSeconds(TO_END_SECONDS))) {
                process.destroyForcibly();
            }
            SecretSearch.ofThisRun().printed("examples/" + name, output());
            process = null;
        }
        if (name.equals(APACHE) && Files.exists(folder)) {
            deleteCopy();
        }
    }

    private void deleteCopy() {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
