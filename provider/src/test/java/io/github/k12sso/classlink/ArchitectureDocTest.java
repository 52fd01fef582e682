package io.github.k12sso.classlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Compares docs/internals/architecture.md with the code. */
class ArchitectureDocTest {

    private static final Path PAGE = Path.of("../docs/internals/architecture.md");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#]+)");
    private static final Pattern SOURCE = Pattern.compile("]\\(([^)]+\\.java)\\)");
    private static final Pattern ARROW = Pattern.compile("^    ([a-z]+) --> ([a-z &]+)$", Pattern.MULTILINE);
    private static final int MAX_FILES = 8;

    private static String page;

    @BeforeAll
    static void read() throws IOException {
        page = Files.readString(PAGE);
    }

    @Test
    void everyLinkedFileExists() {
        assertThat(matches(LINK, page))
                .isNotEmpty()
                .allSatisfy(
                        link -> assertThat(PAGE.resolveSibling(link.group(1))).exists());
    }

    @Test
    void everyReadingPathHasAtMostEightFiles() {
        List<String> paths = Arrays.stream(page.split("(?m)^## "))
                .filter(section -> SOURCE.matcher(section).find())
                .toList();

        assertThat(paths)
                .hasSize(4)
                .allSatisfy(path -> assertThat(matches(SOURCE, path)).hasSizeLessThanOrEqualTo(MAX_FILES));
    }

    @Test
    void theDiagramShowsTheArrowsOfArchitectureTest() {
        Map<String, TreeSet<String>> drawn = new TreeMap<>();
        ArchitectureTest.ARROWS.keySet().forEach(user -> drawn.put(user, new TreeSet<>()));
        matches(ARROW, page)
                .forEach(arrow ->
                        drawn.get(arrow.group(1)).addAll(List.of(arrow.group(2).split(" & "))));
        Map<String, TreeSet<String>> held = new TreeMap<>();
        ArchitectureTest.ARROWS.forEach((user, used) -> held.put(user, new TreeSet<>(used)));

        assertThat(drawn).isEqualTo(held);
    }

    private static List<MatchResult> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }
}
