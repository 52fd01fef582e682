package io.github.k12sso.classlink.it.clients;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A way to read a roster that docs/roster.md shows: it prints something about the caller's classes. */
public final class RosterProgram {

    private final String name;
    private final Program program;
    private final List<String> arguments;

    private RosterProgram(String name, Program program, List<String> arguments) {
        this.name = name;
        this.program = program;
        this.arguments = arguments;
    }

    /** The command of the page as it stands there. */
    public static RosterProgram curl() {
        return new RosterProgram(
                "curl",
                new Program("sh", "A POSIX shell is needed."),
                List.of("-c", ExchangePage.of("docs/roster.md").code("sh")));
    }

    public static RosterProgram javaScript() {
        Path folder = Script.javaScriptFolder();
        return new RosterProgram(
                "JavaScript",
                new Program("node", "Install Node.js 20 or newer."),
                List.of(folder.resolve("roster.js").toString()));
    }

    public static RosterProgram python() {
        Path script =
                Path.of(System.getProperty("project.root"), "integration-tests", "clients", "python", "roster.py");
        return new RosterProgram(
                "Python",
                new Program(
                        System.getProperty("python.binary", "/usr/bin/python3"),
                        "Install the Debian package python3-requests."),
                List.of(script.toString()));
    }

    /** What it prints. */
    public String run(URI issuer, String accessToken) {
        Program.Ended ended = program.run(
                Map.of("ISSUER", issuer.toString(), "ACCESS_TOKEN", accessToken), arguments.toArray(String[]::new));
        if (ended.exitCode() != 0) {
            throw new AssertionError(name + " ended with " + ended.exitCode() + ": " + ended.errors());
        }
        return ended.output();
    }

    @Override
    public String toString() {
        return name;
    }
}
