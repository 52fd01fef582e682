package io.github.k12sso.classlink.texts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The spelling of pages, messages and sources, in US English. Without codespell, the test is skipped, or fails with {@code CI=true}. */
class SpellingTest {

    /** Products, words of Keycloak and OneRoster, and the last letters of a chunked response. */
    private static final String IGNORED = "cancelled,errorprone,nd,unauthorised,vertx";
    /** Names of code, such as {@code inFlight}. */
    private static final String CAMEL_CASE = "\\b\\w*[a-z][A-Z]\\w*\\b";
    /** Have words of other languages. */
    private static final Set<String> MULTILINGUAL = Set.of("MessagesTest.java", "TrialSignInIT.java");

    @Test
    void everyWordIsSpelledRight(@TempDir Path folder) throws IOException, InterruptedException {
        Path codespell = Path.of("/usr/bin/codespell");
        if (!"true".equals(System.getenv("CI"))) {
            assumeThat(codespell).as("Debian package codespell").exists();
        }
        Path report = folder.resolve("report");
        List<String> command = new ArrayList<>(List.of(
                codespell.toString(),
                "--builtin",
                "clear,rare,en-GB_to_en-US",
                "--ignore-regex",
                CAMEL_CASE,
                "--ignore-words-list",
                IGNORED));
        SourceFiles.under("", ".md", ".java", "messages_en.properties", ".ftl", ".yaml", ".yml").stream()
                .filter(file -> !MULTILINGUAL.contains(file.getFileName().toString()))
                .map(Path::toString)
                .forEach(command::add);

        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(report.toFile())
                .start();

        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(Files.readAllLines(report)).isEmpty();
    }
}
