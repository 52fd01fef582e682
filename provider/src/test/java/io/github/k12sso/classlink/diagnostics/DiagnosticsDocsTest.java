package io.github.k12sso.classlink.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/administer/diagnostics.md lists exactly the findings that the checks report. */
class DiagnosticsDocsTest {

    private static final Path SOURCES = Path.of("src/main/java/io/github/k12sso/classlink/diagnostics");

    /** The first argument of a finding, or a constant that holds one. */
    private static final Pattern NAME = Pattern.compile(
            "(?:findings\\.(?:ok|warning|failed)\\(|(?:scope|absent)\\(findings, |String (?:NAME|KEY|DISTRICT|PAGE|CLIENT|HOME|LOGOUT) = )"
                    + "\\s*\"([a-z-]+)\"");

    @Test
    void everyFindingIsDocumented() throws IOException {
        String page = Files.readString(Path.of("../docs/administer/diagnostics.md"));
        String rows = page.substring(page.indexOf("## Findings"), page.indexOf("## Trial sign-in"));
        Set<String> documented = rows.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|", -1)[1])
                .flatMap(cell -> Stream.of(cell.replace("`", "").split(",", -1)))
                .map(String::strip)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(made()).isNotEmpty().isEqualTo(documented);
    }

    private static Set<String> made() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.flatMap(file -> NAME.matcher(read(file)).results().map(found -> found.group(1)))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
