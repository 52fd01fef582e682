package io.github.k12sso.classlink.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The parts of {@code docs/operate/performance.md} between {@code <!-- chapter: name -->} and {@code <!-- end -->}: one per
 * chapter, and one with the machine of the latest measurement.
 */
final class PerformancePage {

    private final Path page;

    PerformancePage(Path page) {
        this.page = page;
    }

    /**
     * Replaces the figures of one chapter and keeps the others.
     *
     * @param before results of an earlier version, for the trend
     */
    void write(String chapter, Results.Measured measured, Optional<Results> before) throws IOException {
        replace(chapter, tables(chapter, measured.rows(), before));
        replace(
                "machine",
                "%nMeasured with %s, Keycloak %s, at commit `%s`.%s%n%n"
                        .formatted(
                                measured.machine().text(),
                                measured.keycloak(),
                                measured.commit(),
                                before.map(results -> " The last column compares with " + results.name() + ".")
                                        .orElse("")));
    }

    private void replace(String chapter, String figures) throws IOException {
        String begin = "<!-- chapter: " + chapter + " -->\n";
        String end = "<!-- end -->";
        String text = Files.readString(page);
        int from = text.indexOf(begin);
        if (from < 0) {
            throw new IOException(page + " has no markers for the chapter " + chapter);
        }
        int to = text.indexOf(end, from);
        Files.writeString(page, text.substring(0, from) + begin + figures + text.substring(to));
    }

    private static String tables(String chapter, List<FigureRow> rows, Optional<Results> before) {
        Map<String, List<FigureRow>> tables = new LinkedHashMap<>();
        rows.forEach(row ->
                tables.computeIfAbsent(row.chapter(), name -> new ArrayList<>()).add(row));
        StringBuilder text = new StringBuilder();
        tables.forEach((name, lines) -> {
            text.append("\n**").append(name).append("**\n\n");
            text.append("| | this provider | compared with | ratio | goal | before → now |\n");
            text.append("| --- | --- | --- | --- | --- | --- |\n");
            lines.forEach(row -> text.append(row.line(before.flatMap(results -> results.same(chapter, row)))));
        });
        return text.append('\n').toString();
    }
}
