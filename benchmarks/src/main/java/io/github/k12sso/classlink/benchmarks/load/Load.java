package io.github.k12sso.classlink.benchmarks.load;

import java.util.Arrays;
import java.util.Locale;

/**
 * The result of a run. Times are in milliseconds and of correct responses.
 *
 * @param count number of responses
 * @param failed number without the expected response
 */
public record Load(long count, long failed, double mean, double median, double p95, double p99) {

    static Load of(long[] nanoseconds, long failed) {
        double[] times = Arrays.stream(nanoseconds)
                .sorted()
                .mapToDouble(time -> time / 1e6)
                .toArray();
        return new Load(
                times.length + failed,
                failed,
                Arrays.stream(times).average().orElse(0),
                percentile(times, 50),
                percentile(times, 95),
                percentile(times, 99));
    }

    /** Percentile by nearest rank. */
    private static double percentile(double[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(percent / 100.0 * sorted.length) - 1];
    }

    /**
     * Returns this result if there were responses and all were correct.
     *
     * @param what name of the request, for the message
     */
    public Load requireAllRight(String what) {
        if (failed > 0 || count == 0) {
            throw new IllegalStateException(failed + " of " + count + " responses were wrong: " + what);
        }
        return this;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d, %d failed; mean %.2f ms, median %.2f, p95 %.2f, p99 %.2f",
                count,
                failed,
                mean,
                median,
                p95,
                p99);
    }
}
