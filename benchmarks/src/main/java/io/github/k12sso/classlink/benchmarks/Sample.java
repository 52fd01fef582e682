package io.github.k12sso.classlink.benchmarks;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Figures of the same measurement, one per round. */
final class Sample {

    private static final int MOST_KEPT = 10;

    private final double[] figures;

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    Sample(double... figures) {
        this.figures = figures.clone();
        Arrays.sort(this.figures);
    }

    static <T> Sample of(List<T> rounds, ToDoubleFunction<T> figure) {
        return new Sample(rounds.stream().mapToDouble(figure).toArray());
    }

    double median() {
        int half = figures.length / 2;
        return figures.length % 2 == 1 ? figures[half] : (figures[half - 1] + figures[half]) / 2;
    }

    /** Sorted figures; if there are more than ten, only minimum, median and maximum. */
    @JsonValue
    double[] kept() {
        if (figures.length <= MOST_KEPT) {
            return figures.clone();
        }
        return new double[] {figures[0], median(), figures[figures.length - 1]};
    }

    /** {@code 12.3 (11.9–14.0)}: median, minimum and maximum. */
    String text() {
        if (figures.length == 1) {
            return rounded(median());
        }
        return "%s (%s–%s)".formatted(rounded(median()), rounded(figures[0]), rounded(figures[figures.length - 1]));
    }

    static String rounded(double figure) {
        double size = Math.abs(figure);
        return String.format(Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", figure);
    }

    @Override
    public String toString() {
        return text();
    }
}
