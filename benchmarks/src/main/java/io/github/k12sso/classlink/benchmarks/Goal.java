package io.github.k12sso.classlink.benchmarks;

import java.util.Locale;

/**
 * The goal of a row.
 *
 * @param of the measure that is compared with the bound
 * @param atMost whether the bound is a maximum; otherwise a minimum
 */
record Goal(Measure of, boolean atMost, double bound) {

    /** The measures that a goal can refer to. */
    enum Measure {
        /** Ratio of this provider's figure to the other's. */
        RATIO("×"),
        /** This provider's figure, in its unit. */
        FIGURE(""),
        /** This provider's figure minus the other's, in their unit. */
        DIFFERENCE(" more");

        private final String unit;

        Measure(String unit) {
            this.unit = unit;
        }

        String text(double value) {
            return (this == RATIO ? String.format(Locale.ROOT, "%.2f", value) : plain(value)) + unit;
        }

        private static String plain(double value) {
            return value == Math.rint(value) ? String.format(Locale.ROOT, "%,.0f", value) : Sample.rounded(value);
        }
    }

    /** Compares the value rounded as on the page, so a ratio of 1.004 reaches "at most 1.00". */
    boolean isReachedBy(double value) {
        double shown = of == Measure.RATIO ? Math.round(value * 100) / 100.0 : value;
        return atMost ? shown <= bound : shown >= bound;
    }

    String text() {
        return (atMost ? "≤ " : "≥ ") + of.text(bound);
    }
}
