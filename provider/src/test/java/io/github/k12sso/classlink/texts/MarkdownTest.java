package io.github.k12sso.classlink.texts;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.texts.MarkdownPage.CodeBlock;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every link leads somewhere, every named test exists, every diagram can be drawn, and every picture is shown. */
class MarkdownTest {

    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*[a-z]\\w*(?:IT|Test))`");

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void everyLinkHasATarget(Path path) {
        MarkdownPage page = page(path);

        assertThat(page.links()).allSatisfy(link -> {
            Path target = page.resolve(link);
            assertThat(target).exists();
            if (link.contains("#") && target.toString().endsWith(".md")) {
                assertThat(new MarkdownPage(target).anchors()).contains(link.substring(link.indexOf('#') + 1));
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void everyTestThatAPageNamesExists(Path path) {
        Set<String> tests = SourceFiles.under("", "IT.java", "Test.java").stream()
                .map(test -> test.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());

        assertThat(TEST.matcher(SourceFiles.read(SourceFiles.ROOT.resolve(path)))
                        .results()
                        .map(name -> name.group(1)))
                .isSubsetOf(tests);
    }

    /** A duplicate heading's anchor has a number at its end, and moves when another one comes before it. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void headingsOfOnePageDiffer(Path path) {
        assertThat(page(path).headings()).as("headings").doesNotHaveDuplicates();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void everyDiagramHasATypeAndBalancedBrackets(Path path) {
        for (CodeBlock block : page(path).blocks()) {
            if (block.language().equals("mermaid")) {
                assertThat(Mermaid.faults(block.lines()))
                        .as("diagram of line " + block.line())
                        .isEmpty();
            }
        }
    }

    @Test
    void everyPictureIsShown() {
        Set<Path> shown = new TreeSet<>();
        for (Path path : MarkdownPage.paths()) {
            MarkdownPage page = new MarkdownPage(path);
            page.links().stream().map(page::resolve).forEach(shown::add);
        }
        assertThat(SourceFiles.under("docs/images", ".png", ".svg"))
                .filteredOn(picture -> !shown.contains(picture))
                .isEmpty();
    }

    /** Pages show screenshots in one width. The chart of the benchmarks is no screenshot. */
    @Test
    void everyScreenshotIs1280PixelsWide() {
        assertThat(SourceFiles.under("docs/images", ".png"))
                .filteredOn(picture -> !picture.endsWith("performance.png"))
                .isNotEmpty()
                .allSatisfy(picture ->
                        assertThat(ImageIO.read(picture.toFile()).getWidth()).isEqualTo(1280));
    }

    static List<Path> pages() {
        return MarkdownPage.paths().stream().map(SourceFiles.ROOT::relativize).toList();
    }

    private static MarkdownPage page(Path path) {
        return new MarkdownPage(SourceFiles.ROOT.resolve(path));
    }
}
