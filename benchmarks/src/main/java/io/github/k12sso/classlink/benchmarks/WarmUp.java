package io.github.k12sso.classlink.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;

/** Warms up servers, because Java compiles code while it runs and the first minutes are several times slower. */
final class WarmUp {

    static final int MOST_PASSES = 6;
    private static final int STEADY_PASSES = 2;
    private static final double CHEAPER = 0.95;

    private WarmUp() {}

    /**
     * Repeats all sides in turns until two consecutive passes improve none of them by five percent.
     *
     * @param sides each does the measured work and returns the CPU time of one unit
     * @param mostPasses maximum number of passes
     */
    static void of(List<DoubleSupplier> sides, int mostPasses) {
        double[] least = new double[sides.size()];
        Arrays.fill(least, Double.MAX_VALUE);
        int steady = 0;
        for (int pass = 0; pass < mostPasses && steady < STEADY_PASSES; pass++) {
            steady++;
            for (int side = 0; side < least.length; side++) {
                double cost = sides.get(side).getAsDouble();
                if (cost < least[side] * CHEAPER) {
                    steady = 0;
                }
                least[side] = Math.min(least[side], cost);
            }
        }
    }
}
