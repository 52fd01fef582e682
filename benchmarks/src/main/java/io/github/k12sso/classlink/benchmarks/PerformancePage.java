package io.github.k12sso.classlink.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.ChartUtils;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.labels.ItemLabelAnchor;
import org.jfree.chart.labels.ItemLabelPosition;
import org.jfree.chart.labels.StandardCategoryItemLabelGenerator;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.category.DefaultCategoryDataset;

/**
 * The part of {@code docs/performance.md} between {@code <!-- chapter: name -->} and {@code <!-- end -->}, one for each
 * chapter, and the plot of those ratios on the page that have a goal.
 */
final class PerformancePage {

    private static final Pattern RATIO_WITH_GOAL =
            Pattern.compile("(?m)^\\| ([^|]+) \\| [^|]* \\| [^|]* \\| ([0-9.]+)× \\| ([≤≥]) ([0-9.]+)× \\|");

    private static final String HEADING = "\n## ";
    private static final String REACHED = "goal (in brackets) reached";
    private static final String MISSED = "not reached";

    private final Path page;
    private final Path plot;

    PerformancePage(Path project) {
        this.page = project.resolve("docs").resolve("performance.md");
        this.plot = project.resolve("docs").resolve("images").resolve("performance.png");
    }

    /** Replaces one chapter's figures; those of the others stay. */
    void write(String chapter, List<FigureRow> rows) throws IOException {
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

    private static String tables(List<FigureRow> rows) {
        Map<String, List<FigureRow>> chapters = new LinkedHashMap<>();
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

    /** Every ratio of the page that has a goal as a bar, in one colour if it is reached and in another if not. */
    void plot() throws IOException {
        String text = Files.readString(page);
        List<RatioWithGoal> ratios = RATIO_WITH_GOAL
                .matcher(text)
                .results()
                .map(row -> RatioWithGoal.of(sectionAt(row.start(), text), row))
                .toList();
        if (ratios.isEmpty()) {
            return;
        }
        DefaultCategoryDataset bars = new DefaultCategoryDataset();
        ratios.forEach(ratio -> bars.addValue(ratio.value(), ratio.isReached() ? REACHED : MISSED, ratio.label()));
        JFreeChart chart = ChartFactory.createStackedBarChart(
                "This provider beside what it is compared with; 1 is alike",
                null,
                null,
                bars,
                PlotOrientation.HORIZONTAL,
                true,
                false,
                false);
        chart.setBackgroundPaint(Color.WHITE);
        chart.getTitle().setFont(chart.getTitle().getFont().deriveFont(16f));
        CategoryPlot area = chart.getCategoryPlot();
        area.setBackgroundPaint(Color.WHITE);
        area.setOutlineVisible(false);
        area.getRangeAxis().setUpperMargin(0.08);
        area.getDomainAxis().setMaximumCategoryLabelWidthRatio(0.6f);
        area.addRangeMarker(new ValueMarker(1, Color.DARK_GRAY, new BasicStroke(2)));
        draw((BarRenderer) area.getRenderer(), bars);
        ChartUtils.saveChartAsPNG(plot.toFile(), chart, 1_200, 120 + 40 * ratios.size());
    }

    private static void draw(BarRenderer renderer, DefaultCategoryDataset bars) {
        renderer.setBarPainter(new StandardBarPainter());
        renderer.setShadowVisible(false);
        // One of the two may be without a bar, and then it is no series.
        for (int series = 0; series < bars.getRowCount(); series++) {
            renderer.setSeriesPaint(
                    series, REACHED.equals(bars.getRowKey(series)) ? new Color(0x2a78b8) : new Color(0xd9822b));
        }
        renderer.setDefaultItemLabelGenerator(new StandardCategoryItemLabelGenerator(
                "{2}", new DecimalFormat("0.00×", DecimalFormatSymbols.getInstance(Locale.ENGLISH))));
        renderer.setDefaultPositiveItemLabelPosition(
                new ItemLabelPosition(ItemLabelAnchor.OUTSIDE3, TextAnchor.CENTER_LEFT));
        renderer.setDefaultItemLabelsVisible(true);
    }

    /** The newest heading above. */
    private static String sectionAt(int position, String text) {
        int heading = text.lastIndexOf(HEADING, position) + HEADING.length();
        return text.substring(heading, text.indexOf('\n', heading));
    }

    private record RatioWithGoal(String section, String name, double value, String comparison, double goal) {

        static RatioWithGoal of(String section, MatchResult row) {
            return new RatioWithGoal(
                    section,
                    row.group(1),
                    Double.parseDouble(row.group(2)),
                    row.group(3),
                    Double.parseDouble(row.group(4)));
        }

        boolean isReached() {
            return comparison.equals("≤") ? value <= goal : value >= goal;
        }

        String label() {
            return String.format(Locale.ENGLISH, "%s: %s (%s %.2f×)", section, name, comparison, goal);
        }
    }
}
