package io.github.k12sso.classlink.it.support.clients;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.machine.Installed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A script in {@code integration-tests/clients/}. */
final class Script implements StockClient {

    private static final Path CLIENTS = Path.of(System.getProperty("project.root"), "integration-tests", "clients");
    private static final List<String> JAVA_SCRIPT =
            List.of("package.json", "package-lock.json", ".npmrc", "exchange.js", "apps.js", "spa/index.html");

    /** A copy of the lock file next to the installed packages. */
    private static final String FETCHED = "node_modules/fetched-packages.json";

    private static Path javaScriptFolder;

    private final String language;
    private final Program interpreter;
    private final Supplier<Path> file;

    private Script(String language, Program interpreter, Supplier<Path> file) {
        this.language = language;
        this.interpreter = interpreter;
        this.file = file;
    }

    static Script javaScript() {
        return new Script(
                "JavaScript",
                new Program("node", Installed.NODE),
                () -> javaScriptFolder().resolve("exchange.js"));
    }

    static Script python() {
        return new Script(
                "Python",
                new Program(Installed.python(), Installed.AUTHLIB),
                () -> CLIENTS.resolve("python").resolve("exchange.py"));
    }

    /**
     * The scripts for Node.js below {@code target/} with their packages, shared by all tests. npm runs only if the lock file
     * has changed.
     */
    static synchronized Path javaScriptFolder() {
        if (javaScriptFolder == null) {
            Path folder = Path.of(System.getProperty("work.dir"), "clients", "javascript");
            try {
                copyTo(folder);
                Path lock = folder.resolve("package-lock.json");
                Path fetched = folder.resolve(FETCHED);
                if (Files.notExists(fetched) || Files.mismatch(lock, fetched) != -1) {
                    fetchPackages(folder);
                    Files.copy(lock, fetched);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            javaScriptFolder = folder;
        }
        return javaScriptFolder;
    }

    private static void copyTo(Path folder) throws IOException {
        for (String name : JAVA_SCRIPT) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.copy(CLIENTS.resolve("javascript").resolve(name), file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void fetchPackages(Path folder) {
        Program.Ended fetched = new Program("npm", Installed.NODE)
                .run(
                        Map.of(),
                        "ci",
                        "--prefix=" + folder,
                        "--prefer-offline",
                        "--ignore-scripts",
                        "--no-audit",
                        "--no-fund");
        if (fetched.exitCode() != 0) {
            throw new AssertionError("npm ci needs a registry\n" + fetched.errors());
        }
    }

    @Override
    public JsonNode exchange(URI issuer, String accessToken) {
        interpreter.needed().orSkip();
        Path script = file.get();
        Program.Ended ended = interpreter.run(
                Map.of(
                        "ISSUER",
                        issuer.toString(),
                        "CLIENT_ID",
                        TestRealm.APP,
                        "CLIENT_SECRET",
                        TestRealm.APP_SECRET,
                        "ACCESS_TOKEN",
                        accessToken),
                script.toString());
        if (ended.output().isBlank()) {
            throw new AssertionError(script + " ended with " + ended.exitCode() + "\n" + ended.errors());
        }
        return Http.json(ended.output());
    }

    @Override
    public String toString() {
        return language;
    }
}
