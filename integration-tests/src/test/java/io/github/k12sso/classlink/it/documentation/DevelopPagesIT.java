package io.github.k12sso.classlink.it.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks that the pages of {@code docs/develop/} quote the examples. {@code ExamplesIT} and {@code BrowserExampleIT} run them.
 */
class DevelopPagesIT {

    private static final Path ROOT = Path.of(System.getProperty("project.root"));
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```\\w+\\n(.*?)^```$");
    private static final Pattern SOURCE = Pattern.compile(".*\\.(java|js|py|yml|properties|conf|html)");

    static List<String> stacks() throws IOException {
        try (Stream<Path> pages = Files.list(ROOT.resolve("docs/develop"))) {
            return pages.map(page -> page.getFileName().toString().replace(".md", ""))
                    .filter(name -> !name.equals("README"))
                    .toList();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("stacks")
    void thePageQuotesTheExamplesCode(String stack) throws IOException {
        String page = Files.readString(ROOT.resolve("docs/develop/" + stack + ".md"));
        String example = withoutIndentation(sourcesOf(stack));

        assertThat(BLOCK.matcher(page).results().map(block -> withoutIndentation(block.group(1))))
                .isNotEmpty()
                .allSatisfy(block -> assertThat(example).contains(block));
    }

    private static String sourcesOf(String stack) throws IOException {
        Path example = ROOT.resolve("examples").resolve(stack);
        try (Stream<Path> files = Files.walk(example)) {
            return files.filter(file -> SOURCE.matcher(file.toString()).matches())
                    .filter(file -> Stream.of("node_modules", "target", ".next")
                            .noneMatch(example.relativize(file)::startsWith))
                    .map(DevelopPagesIT::read)
                    .collect(Collectors.joining());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String withoutIndentation(String code) {
        return code.replaceAll("(?m)^ +", "");
    }
}
