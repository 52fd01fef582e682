package io.github.k12sso.classlink.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler;

/**
 * The part of {@code docs/performance.md} between {@code <!-- chapter: name -->} and {@code <!-- end -->}, one for each
 * chapter, and the plot of those ratios on the page that have a goal.
 */
final class PerformancePage {

    private static final Pattern RATIO_WITH_GOAL =
            Pattern.compile("(?m)^\\| ([^|]+) \\| [^|]* \\| [^|]* \\| ([0-9.]+)× \\| [≤≥] [0-9.]+× \\|");

    private final Path page;
    private final Path plot;

    PerformancePage(Path project) {
        this.page = project.resolve("docs").resolve("performance.md");
        this.plot = project.resolve("docs").resolve("images").resolve("performance.png");
    }

    /** Replaces one chapter's figures; those of the others stay. */
    void write(String chapter, List<Row> rows) throws IOException {
        replace(chapter, tables(rows));
    }

    /** Says on what the newest chapter was measured. */
    void describeMachine() throws IOException {
        replace(
                "machine",
                "%nMeasured with %d cores (%s), %d GiB of memory, Java %s, Keycloak %s.%n%n"
                        .formatted(
                                Runtime.getRuntime().availableProcessors(),
                                processor(),
                                Math.round(((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                                                .getTotalMemorySize()
                                        / Math.pow(2, 30)),
                                Runtime.version().feature(),
                                System.getProperty("keycloak.version")));
    }

    private static String processor() throws IOException {
        Path information = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(information)) {
            return System.getProperty("os.arch");
        }
        return Files.readAllLines(information).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    private void replace(String chapter, String figures) throws IOException {
        String begin = "<!-- chapter: " + chapter + " -->\n";
        String end = "<!-- end -->";
        String text = Files.readString(page);
        int from = text.indexOf(begin);
        if (from < 0) {
            throw new IOException(page + " has no place for the chapter " + chapter);
        }
        int to = text.indexOf(end, from);
        Files.writeString(page, text.substring(0, from) + begin + figures + text.substring(to));
    }

    private static String tables(List<Row> rows) {
        Map<String, List<Row>> chapters = new LinkedHashMap<>();
        rows.forEach(row -> chapters.computeIfAbsent(row.chapter(), name -> new ArrayList<>())
                .add(row));
        StringBuilder text = new StringBuilder();
        chapters.forEach((name, lines) -> {
            text.append("\n**").append(name).append("**\n\n");
            text.append("| | this provider | compared with | ratio | goal |\n| --- | --- | --- | --- | --- |\n");
            lines.forEach(row -> text.append(row.line()));
        });
        return text.append('\n').toString();
    }

    /** Every ratio of the page as a bar; what both take alike is 1. */
    void plot() throws IOException {
        List<String> names = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        RATIO_WITH_GOAL.matcher(Files.readString(page)).results().forEach(row -> {
            names.add(row.group(1));
            ratios.add(Double.valueOf(row.group(2)));
        });
        if (names.isEmpty()) {
            return;
        }
        CategoryChart chart = new CategoryChartBuilder()
                .width(1_200)
                .height(700)
                .title("This provider beside what it is compared with (1 = alike)")
                .build();
        chart.addSeries("ratio", names, ratios);
        chart.addSeries("alike", names, Collections.nCopies(names.size(), 1.0))
                .setChartCategorySeriesRenderStyle(org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle.Line);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
        chart.getStyler().setXAxisLabelRotation(60);
        chart.getStyler().setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        BitmapEncoder.saveBitmap(chart, plot.toString(), BitmapEncoder.BitmapFormat.PNG);
    }
}
