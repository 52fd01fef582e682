package io.github.k12sso.classlink.texts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every page of {@code docs} can be found, and read to the last line. */
class DocsTreeTest {

    private static final int MAX_WORDS = 1500;
    /** Tables to search in, not to read. */
    private static final Set<String> REFERENCES = Set.of("messages.md", "settings.md");

    private static final Path DOCS = SourceFiles.ROOT.resolve("docs");

    @Test
    void noPageIsLongerThanAPersonReads() {
        List<String> tooLong = new ArrayList<>();
        for (Path path : SourceFiles.under("docs", ".md")) {
            long words = new MarkdownPage(path).words();
            if (words > MAX_WORDS && !REFERENCES.contains(path.getFileName().toString())) {
                tooLong.add(SourceFiles.ROOT.relativize(path) + " has " + words + " words");
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void everyPageIsReachedFromTheMap() {
        Set<Path> reached = new HashSet<>();
        Deque<Path> next = new ArrayDeque<>(List.of(DOCS.resolve("README.md")));
        while (!next.isEmpty()) {
            Path path = next.poll();
            if (reached.add(path) && path.toString().endsWith(".md") && Files.exists(path)) {
                MarkdownPage page = new MarkdownPage(path);
                page.links().stream().map(page::resolve).forEach(next::add);
            }
        }
        assertThat(SourceFiles.under("docs", ".md"))
                .as("pages without a link")
                .filteredOn(path -> !reached.contains(path))
                .isEmpty();
    }
}
