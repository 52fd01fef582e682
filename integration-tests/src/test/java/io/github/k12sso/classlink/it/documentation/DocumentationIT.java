package io.github.k12sso.classlink.it.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks that tests and pages referenced in the docs exist. */
class DocumentationIT {

    private static final Path ROOT =
            Path.of(System.getProperty("project.root")).toAbsolutePath().normalize();
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*[a-z]\\w*(?:IT|Test))`");
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:|mailto:)([^)#]+)(?:#[^)]*)?\\)");
    private static final Set<String> NOT_SOURCES = Set.of("target", ".git", "node_modules");

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void everyReferencedTestAndPageExists(Path page) throws IOException {
        String text = Files.readString(ROOT.resolve(page));

        assertThat(matches(TEST, text)).isSubsetOf(tests());
        assertThat(matches(LINK, text))
                .allSatisfy(link ->
                        assertThat(ROOT.resolve(page).resolveSibling(link)).exists());
    }

    static List<Path> pages() throws IOException {
        return sources(".md").toList();
    }

    private static Set<String> tests() throws IOException {
        return sources(".java")
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());
    }

    /** Skips the output of builds and of example tests: tens of thousands of files. */
    private static Stream<Path> sources(String ending) throws IOException {
        List<Path> sources = new ArrayList<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return NOT_SOURCES.contains(folder.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(ending)) {
                    sources.add(ROOT.relativize(file));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return sources.stream();
    }

    private static Set<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
