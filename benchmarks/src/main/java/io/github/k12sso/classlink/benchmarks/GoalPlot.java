package io.github.k12sso.classlink.benchmarks;

import io.github.k12sso.classlink.benchmarks.Goal.Measure;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.ChartUtils;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.DatasetRenderingOrder;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.LevelRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.data.category.DefaultCategoryDataset;

/** A bar chart of the rows with a goal, with a line at each goal. */
final class GoalPlot {

    private static final String REACHED = "goal reached";
    private static final String MISSED = "goal missed";
    private static final String GOAL = "goal";
    private static final Color BLUE = new Color(0x2a78b8);
    private static final Color ORANGE = new Color(0xd9822b);

    private GoalPlot() {}

    /**
     * A bar. Ratios are drawn unchanged, other figures as shares of their goal.
     *
     * @param label the label with the figure and its goal
     * @param length of the bar, at most {@link #MOST}
     * @param goal position of the goal's line
     */
    record Bar(String label, double length, double goal, boolean reached) {

        static final double MOST = 2;

        static Bar of(FigureRow row) {
            Goal goal = row.goal().orElseThrow();
            double value = row.value().orElseThrow();
            double scale = goal.of() == Measure.RATIO || goal.bound() == 0 ? 1 : goal.bound();
            return new Bar(
                    "%s: %s: %s (%s)"
                            .formatted(row.chapter(), row.what(), goal.of().text(value), goal.text()),
                    Math.max(0, Math.min(MOST, value / scale)),
                    goal.bound() / scale,
                    row.isReached());
        }
    }

    static List<Bar> bars(List<FigureRow> rows) {
        return rows.stream()
                .filter(row -> row.goal().isPresent() && row.value().isPresent())
                .map(Bar::of)
                .toList();
    }

    static void draw(List<Bar> bars, Path file) throws IOException {
        DefaultCategoryDataset figures = new DefaultCategoryDataset();
        DefaultCategoryDataset goals = new DefaultCategoryDataset();
        for (Bar bar : bars) {
            figures.addValue(bar.length(), bar.reached() ? REACHED : MISSED, bar.label());
            goals.addValue(bar.goal(), GOAL, bar.label());
        }
        JFreeChart chart = ChartFactory.createStackedBarChart(
                "Figures and goals (≥: longer is better, ≤: shorter is better)",
                null,
                null,
                figures,
                PlotOrientation.HORIZONTAL,
                true,
                false,
                false);
        chart.setBackgroundPaint(Color.WHITE);
        chart.getTitle().setFont(chart.getTitle().getFont().deriveFont(16f));
        CategoryPlot area = chart.getCategoryPlot();
        area.setBackgroundPaint(Color.WHITE);
        area.setOutlineVisible(false);
        area.getRangeAxis().setRange(0, Bar.MOST);
        area.getDomainAxis().setMaximumCategoryLabelWidthRatio(0.65f);
        area.getDomainAxis().setMaximumCategoryLabelLines(2);
        paint((BarRenderer) area.getRenderer(), figures);
        area.setDataset(1, goals);
        area.setRenderer(1, goalLines());
        area.setDatasetRenderingOrder(DatasetRenderingOrder.FORWARD);
        ChartUtils.saveChartAsPNG(file.toFile(), chart, 1_300, 120 + 44 * bars.size());
    }

    private static void paint(BarRenderer renderer, DefaultCategoryDataset figures) {
        renderer.setBarPainter(new StandardBarPainter());
        renderer.setShadowVisible(false);
        // A series without bars is omitted.
        for (int series = 0; series < figures.getRowCount(); series++) {
            renderer.setSeriesPaint(series, REACHED.equals(figures.getRowKey(series)) ? BLUE : ORANGE);
        }
    }

    private static LevelRenderer goalLines() {
        LevelRenderer lines = new LevelRenderer();
        lines.setSeriesPaint(0, Color.BLACK);
        lines.setSeriesStroke(0, new BasicStroke(3));
        return lines;
    }
}
