package io.github.k12sso.classlink.texts;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.Messages;
import io.github.k12sso.classlink.texts.JavaTexts.JavaText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person reads says things in the field's words. */
class ForbiddenWordsTest {

    @Test
    void thePages() {
        List<String> found = new ArrayList<>();
        for (Path page : MarkdownPage.paths()) {
            List<String> lines = new MarkdownPage(page).prose();
            for (int number = 0; number < lines.size(); number++) {
                report(page, number + 1L, lines.get(number), found);
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void theMessages() {
        List<String> found = new ArrayList<>();
        Map<String, String> messages = Messages.english();
        messages.forEach((key, text) ->
                ForbiddenWords.in(text).forEach(word -> found.add("messages_en.properties: " + key + ": " + word)));
        assertThat(found).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"provider", "simulator", "demo", "benchmarks"})
    void theConstantsAndCommentsOfTheSources(String module) {
        List<String> found = new ArrayList<>();
        List<Path> files = SourceFiles.under(module + "/src/main", ".java");
        for (JavaText text : JavaTexts.of(files)) {
            report(text.file(), text.line(), text.value(), found);
        }
        reportComments(files, found);
        assertThat(found).isEmpty();
    }

    /** Not the other constants: test data are messages of others, and wrong on purpose. */
    @ParameterizedTest
    @ValueSource(strings = {"provider", "integration-tests", "simulator", "demo", "benchmarks"})
    void theNamesAndCommentsOfTheTests(String module) {
        List<String> found = new ArrayList<>();
        List<Path> files = SourceFiles.under(module + "/src/test", ".java");
        for (JavaText text : JavaTexts.of(files)) {
            if (text.use().matches("@(DisplayName|ParameterizedTest)|call .*\\.as")) {
                report(text.file(), text.line(), text.value(), found);
            }
        }
        reportComments(files, found);
        assertThat(found).isEmpty();
    }

    /** Deployments, pipelines, scripts, examples, themes: their comments and descriptions are read, too. */
    @Test
    void theOtherFiles() {
        List<String> found = new ArrayList<>();
        SourceFiles.under(
                        "",
                        ".yaml",
                        ".yml",
                        ".json",
                        ".xml",
                        ".sh",
                        ".js",
                        ".py",
                        ".conf",
                        ".ftl",
                        ".html",
                        ".css",
                        ".properties")
                .stream()
                .filter(file -> !file.getFileName().toString().matches("messages_.*|package-lock.json"))
                .forEach(file -> {
                    List<String> lines = SourceFiles.read(file).lines().toList();
                    for (int number = 0; number < lines.size(); number++) {
                        report(file, number + 1L, lines.get(number), found);
                    }
                });
        assertThat(found).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "the user name", "renewed", "one a line", "whoever asks", "it is none of OneRoster's",
                        "the token is sealed",
                "60 requests a minute", "it answers 503", "an e-mail", "the set-up", "logs in", "a login of its own"
            })
    void aPrivateWordIsFound(String text) {
        assertThat(ForbiddenWords.in(text)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "the username",
                "one per line",
                "troubleshooting",
                "it is no longer valid",
                "set up the provider",
                "returns 503",
                "the login flow",
                "a scope is told apart by its name"
            })
    void theFieldsWordIsNot(String text) {
        assertThat(ForbiddenWords.in(text)).isEmpty();
    }

    private static void reportComments(List<Path> files, List<String> found) {
        for (Path file : files) {
            new JavaComments(file).forEach((line, comment) -> report(file, line, comment, found));
        }
    }

    private static void report(Path file, long line, String text, List<String> found) {
        String place = SourceFiles.ROOT.relativize(file.toAbsolutePath().normalize()) + ":" + line + ": ";
        ForbiddenWords.in(text).forEach(word -> found.add(place + word));
    }
}
