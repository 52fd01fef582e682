package io.github.k12sso.classlink.benchmarks;

import java.util.Locale;

/**
 * What a row is to reach.
 *
 * @param of what of the row is compared with the bound
 * @param atMost whether more than the bound misses it; else less does
 */
record Goal(Measure of, boolean atMost, double bound) {

    /** What of a row a goal is about. */
    enum Measure {
        /** This provider's figure to the other's. */
        RATIO("×"),
        /** This provider's figure itself, in its unit. */
        FIGURE(""),
        /** This provider's figure less the other's, in their unit. */
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

    /** As the page shows it, rounded the same way: a ratio of 1.004 reaches at most 1.00. */
    boolean isReachedBy(double value) {
        double shown = of == Measure.RATIO ? Math.round(value * 100) / 100.0 : value;
        return atMost ? shown <= bound : shown >= bound;
    }

    String text() {
        return (atMost ? "≤ " : "≥ ") + of.text(bound);
    }
}
