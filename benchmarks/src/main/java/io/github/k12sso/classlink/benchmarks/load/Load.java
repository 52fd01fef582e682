package io.github.k12sso.classlink.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;

/**
 * What Gatling reports of one run. Times are milliseconds, as Gatling rounds them.
 *
 * @param failed requests without the expected answer
 * @param perSecond requests in a second, over the whole run
 */
public record Load(long count, long failed, double perSecond, double mean, double median, double p95, double p99) {

    /** The statistics of the request or group of that name, from the report's table: Gatling 3.14 writes them nowhere else. */
    static Load read(Path results, String name) throws IOException {
        Path report;
        try (Stream<Path> files = Files.walk(results)) {
            report = files.filter(file -> file.endsWith("index.html"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("Gatling left no report in " + results));
        }
        return Jsoup.parse(report.toFile()).select("tr:has(span.ellipsed-name)").stream()
                .filter(row -> row.select("span.ellipsed-name").text().equals(name))
                .findFirst()
                .map(Load::of)
                .orElseThrow(() -> new IOException("Gatling reports no '" + name + "' in " + report));
    }

    private static Load of(Element row) {
        return new Load(
                (long) cell(row, 2),
                (long) cell(row, 4),
                cell(row, 6),
                cell(row, 13),
                cell(row, 8),
                cell(row, 10),
                cell(row, 11));
    }

    /** Columns as Gatling numbers them. A run without any failure has a dash where their number would be. */
    private static double cell(Element row, int column) {
        String figure = row.select("td.col-" + column).text();
        return "-".equals(figure) ? 0 : Double.parseDouble(figure);
    }
}
