package io.github.k12sso.classlink.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;

/** Java compiles code as it is used, so that the first minutes of a server cost several times what the later ones do. */
final class WarmUp {

    static final int MOST_PASSES = 6;
    private static final int STEADY_PASSES = 2;
    private static final double CHEAPER = 0.95;

    private WarmUp() {}

    /**
     * Repeats all sides in turn until two passes in a row made none of them cheaper by a twentieth.
     *
     * @param sides each does what is to be measured, and tells the processor time of one
     * @param mostPasses at most so many passes
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
