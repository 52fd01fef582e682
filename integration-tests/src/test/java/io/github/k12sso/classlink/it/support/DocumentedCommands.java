package io.github.k12sso.classlink.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the commands shown on a page, unchanged, in a shell in the page's folder. */
public final class DocumentedCommands {

    private static final int SECONDS = 120;

    private final Path page;
    private final Path keycloakHome;
    private final Path work;
    private final URI keycloak;

    /**
     * The commands of a page.
     *
     * @param work folder for the output and kcadm's session
     */
    DocumentedCommands(Path page, Path keycloakHome, Path work, URI keycloak) {
        this.page = page;
        this.keycloakHome = keycloakHome;
        this.work = work;
        this.keycloak = keycloak;
    }

    /**
     * Runs the first block of commands below a heading and stops at the first error.
     *
     * @param heading without the {@code #} signs
     * @param variables the variables that the page asks the reader to set
     */
    public CommandResult run(String heading, Map<String, String> variables) {
        Path output = work.resolve("documented-commands.log");
        ProcessBuilder shell = new ProcessBuilder("bash", "-e", "-c", blockBelow(heading))
                .directory(page.getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        Map<String, String> environment = shell.environment();
        environment.put("PATH", keycloakHome.resolve("bin") + ":" + environment.get("PATH"));
        environment.put("KEYCLOAK", keycloak.toString());
        environment.put("KC_CLI_PASSWORD", TestEnvironment.ADMIN);
        // kcadm stores its session in the home folder, so tests use another one.
        environment.put("KC_OPTS", "-Duser.home=" + work.toAbsolutePath());
        environment.putAll(variables);
        try {
            Process process = shell.start();
            process.getOutputStream().close();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("not done after " + SECONDS + " s: " + Files.readString(output));
            }
            return new CommandResult(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private String blockBelow(String heading) {
        try {
            Matcher block = Pattern.compile(
                            "^#+ " + Pattern.quote(heading) + "$.*?^```\\w*$(.*?)^```$",
                            Pattern.MULTILINE | Pattern.DOTALL)
                    .matcher(Files.readString(page));
            if (!block.find()) {
                throw new AssertionError("no commands below '" + heading + "' in " + page);
            }
            return block.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Exit code and output. */
    public record CommandResult(int exitCode, String output) {

        /** Fails unless all commands succeeded. */
        public void requireSuccess() {
            if (exitCode != 0) {
                throw new AssertionError("exit code " + exitCode + ": " + output);
            }
        }
    }
}
