package io.github.k12sso.classlink.it.support.clients;

import io.github.k12sso.classlink.it.support.machine.Installed;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A program shown in docs/develop/roster.md that reads a roster and prints the caller's classes. */
public final class RosterProgram {

    private final String name;
    private final Program program;
    private final List<String> arguments;

    private RosterProgram(String name, Program program, List<String> arguments) {
        this.name = name;
        this.program = program;
        this.arguments = arguments;
    }

    /** The command as shown on the page. */
    public static RosterProgram curl() {
        return new RosterProgram(
                "curl",
                new Program("sh", Installed.CURL),
                List.of("-c", ExchangePage.of("docs/develop/roster.md").code("sh")));
    }

    public static RosterProgram javaScript() {
        return new RosterProgram(
                "JavaScript",
                new Program("node", Installed.NODE),
                List.of(source("javascript", "roster.js").toString()));
    }

    public static RosterProgram python() {
        return new RosterProgram(
                "Python",
                new Program(Installed.python(), Installed.AUTHLIB),
                List.of(source("python", "roster.py").toString()));
    }

    private static Path source(String language, String file) {
        return Path.of(System.getProperty("project.root"), "integration-tests", "clients", language, file);
    }

    /** The output. */
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
