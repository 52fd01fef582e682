package io.github.k12sso.classlink.texts;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A page of documentation, read as GitHub renders it. */
final class MarkdownPage {

    private static final Pattern FENCE = Pattern.compile("^\\s*(```+|~~~+)\\s*(?<language>\\w*).*");
    private static final Pattern LINK =
            Pattern.compile("]\\((?<target>[^)\\s]+)[^)]*\\)|(?:src|href)=\"(?<html>[^\"]+)\"");
    private static final Pattern HEADING = Pattern.compile("^(#+) +(?<text>.*?)\\s*#*$");
    private static final Pattern ANCHOR = Pattern.compile("<a (?:id|name)=\"([^\"]+)\"");

    /** @param line of the page where it starts, from 1 */
    record CodeBlock(String language, int line, List<String> lines) {}

    private final Path file;
    /** Without code blocks and HTML comments, which are blank lines. */
    private final List<String> lines = new ArrayList<>();

    private final List<CodeBlock> blocks = new ArrayList<>();

    static List<Path> paths() {
        return SourceFiles.under("", ".md");
    }

    MarkdownPage(Path file) {
        this.file = file;
        String text = Pattern.compile("<!--[\\s\\S]*?-->")
                .matcher(SourceFiles.read(file))
                .replaceAll(comment -> "\n".repeat((int) comment.group().lines().count() - 1));
        CodeBlock block = null;
        for (String line : text.split("\n", -1)) {
            Matcher fence = FENCE.matcher(line);
            boolean edge = fence.matches();
            lines.add(edge || block != null ? "" : line);
            if (edge && block == null) {
                block = new CodeBlock(fence.group("language"), lines.size(), new ArrayList<>());
                blocks.add(block);
            } else if (edge) {
                block = null;
            } else if (block != null) {
                block.lines().add(line);
            }
        }
    }

    /** The lines of the page with blanks for code, and without addresses: what a person reads as sentences. */
    List<String> prose() {
        return lines.stream()
                .map(line -> line.replaceAll("`[^`]*`", "…").replaceAll("]\\([^)]*\\)", "]"))
                .toList();
    }

    /** Those of tables and examples, too: everything between blanks that has a letter or a digit. */
    long words() {
        return Stream.of(SourceFiles.read(file).split("\\s+"))
                .filter(word -> word.matches(".*\\w.*"))
                .count();
    }

    List<CodeBlock> blocks() {
        return blocks;
    }

    List<String> headings() {
        return lines.stream()
                .map(HEADING::matcher)
                .filter(Matcher::matches)
                .map(heading -> heading.group("text"))
                .toList();
    }

    /** Relative targets and those inside the page, as they are written. */
    Set<String> links() {
        return LINK.matcher(String.join("\n", lines))
                .results()
                .map(link -> link.group(1) == null ? link.group(2) : link.group(1))
                .filter(link -> !link.matches("[a-z]+:.*"))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The file of a link's target: this page if it has only an anchor. */
    Path resolve(String link) {
        String path = link.replaceAll("#.*", "");
        return path.isEmpty() ? file : file.resolveSibling(path).normalize();
    }

    /** Each heading's, as GitHub makes it, and those of the page's own anchors. */
    Set<String> anchors() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        Set<String> anchors = ANCHOR.matcher(String.join("\n", lines))
                .results()
                .map(anchor -> anchor.group(1))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        for (String heading : headings()) {
            String anchor = anchor(heading);
            int before = counts.merge(anchor, 1, Integer::sum) - 1;
            anchors.add(before == 0 ? anchor : anchor + "-" + before);
        }
        return anchors;
    }

    private static String anchor(String heading) {
        return heading.replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
                .strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("(?U)[^\\w\\- ]", "")
                .replace(' ', '-');
    }
}
