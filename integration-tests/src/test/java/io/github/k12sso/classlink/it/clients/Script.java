package io.github.k12sso.classlink.it.clients;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.School;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/** A script of {@code integration-tests/clients/}, run from a copy below {@code target/}. */
final class Script implements StockClient {

    private static final String NODE_REMEDY = "Install Node.js 20 or newer, with npm.";
    private static final String PYTHON_REMEDY = "Install the Debian packages python3-authlib and python3-requests, or"
            + " name a Python that has both with -Dpython.binary=<file>.";

    private final String language;
    private final Program interpreter;
    private final Path file;

    private Script(String language, Program interpreter, Path file) {
        this.language = language;
        this.interpreter = interpreter;
        this.file = file;
    }

    static Script javaScript() {
        return new Script(
                "JavaScript",
                new Program("node", NODE_REMEDY),
                javaScriptFolder().resolve("exchange.js"));
    }

    /** The scripts for Node.js, and the packages that they need. */
    static Path javaScriptFolder() {
        Path folder = copy(
                "javascript",
                "package.json",
                "package-lock.json",
                ".npmrc",
                "exchange.js",
                "roster.js",
                "apps.js",
                "spa/index.html");
        Program.Ended fetched = new Program("npm", NODE_REMEDY)
                .run(
                        Map.of(),
                        "ci",
                        "--prefix=" + folder,
                        "--prefer-offline",
                        "--ignore-scripts",
                        "--no-audit",
                        "--no-fund");
        require(fetched, "npm ci needs Node.js 20 or newer and a registry");
        return folder;
    }

    static Script python() {
        // Debian's own, whatever other Python is first on the path: its packages are for this one.
        Program python = new Program(System.getProperty("python.binary", "/usr/bin/python3"), PYTHON_REMEDY);
        require(python.run(Map.of(), "-c", "import authlib, requests"), PYTHON_REMEDY);
        return new Script("Python", python, copy("python", "exchange.py").resolve("exchange.py"));
    }

    private static Path copy(String name, String... files) {
        Path from = Path.of(System.getProperty("project.root"), "integration-tests", "clients", name);
        Path to = Path.of(System.getProperty("work.dir"), "clients", name);
        try {
            for (String file : files) {
                Files.createDirectories(to.resolve(file).getParent());
                Files.copy(from.resolve(file), to.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void require(Program.Ended ended, String otherwise) {
        if (ended.exitCode() != 0) {
            throw new AssertionError(otherwise + "\n" + ended.errors());
        }
    }

    @Override
    public JsonNode exchange(URI issuer, String accessToken) {
        Program.Ended ended = interpreter.run(
                Map.of(
                        "ISSUER",
                        issuer.toString(),
                        "CLIENT_ID",
                        School.APP,
                        "CLIENT_SECRET",
                        School.APP_SECRET,
                        "ACCESS_TOKEN",
                        accessToken),
                file.toString());
        if (ended.output().isBlank()) {
            throw new AssertionError(file + " ended with " + ended.exitCode() + "\n" + ended.errors());
        }
        return Http.json(ended.output());
    }

    @Override
    public String toString() {
        return language;
    }
}
