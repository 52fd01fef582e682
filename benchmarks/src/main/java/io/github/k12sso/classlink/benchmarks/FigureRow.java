package io.github.k12sso.classlink.benchmarks;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * One line of the page's table.
 *
 * @param what is measured, with its unit
 * @param ours of this provider
 * @param other of what it is compared with; empty for a figure that stands alone
 * @param ratio ours to the other's
 * @param goal as text; empty for a figure that is only reported
 */
record FigureRow(String chapter, String what, String ours, String other, OptionalDouble ratio, String goal) {

    /** Both measured in turn. */
    static FigureRow compared(String chapter, String what, Sample ours, Sample other, String goal) {
        return new FigureRow(
                chapter, what, ours.text(), other.text(), OptionalDouble.of(ours.median() / other.median()), goal);
    }

    static FigureRow alone(String chapter, String what, String figure, String goal) {
        return new FigureRow(chapter, what, figure, "", OptionalDouble.empty(), goal);
    }

    String line() {
        return "| %s | %s | %s | %s | %s |%n"
                .formatted(
                        what,
                        ours,
                        other,
                        ratio.isPresent() ? String.format(Locale.ROOT, "%.2f×", ratio.getAsDouble()) : "",
                        goal);
    }
}
