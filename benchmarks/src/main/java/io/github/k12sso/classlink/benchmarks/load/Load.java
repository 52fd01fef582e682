package io.github.k12sso.classlink.benchmarks.load;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The result of a run. Times are in milliseconds and of correct responses.
 *
 * @param count number of responses
 * @param wrong what each response that was not expected was, for example {@code 503 temporarily_unavailable}
 */
public record Load(long count, List<String> wrong, double mean, double median, double p95, double p99) {

    static Load of(long[] nanoseconds, List<String> wrong) {
        double[] times = Arrays.stream(nanoseconds)
                .sorted()
                .mapToDouble(time -> time / 1e6)
                .toArray();
        return new Load(
                times.length + wrong.size(),
                wrong,
                Arrays.stream(times).average().orElse(0),
                percentile(times, 50),
                percentile(times, 95),
                percentile(times, 99));
    }

    /** Percentile by nearest rank. */
    private static double percentile(double[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(percent / 100.0 * sorted.length) - 1];
    }

    /** Number of responses that were not expected. */
    public long failed() {
        return wrong.size();
    }

    /** Counts responses by kind, the most frequent first: {@code 5 × 503 temporarily_unavailable}. */
    public static String byKind(Stream<String> responses) {
        return responses.collect(Collectors.groupingBy(Function.identity(), Collectors.counting())).entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<String, Long> kind) -> -kind.getValue())
                        .thenComparing(Map.Entry::getKey))
                .map(kind -> kind.getValue() + " × " + kind.getKey())
                .collect(Collectors.joining(", "));
    }

    /**
     * Returns this result if there were responses and all were correct.
     *
     * @param what name of the request, for the message
     */
    public Load requireAllRight(String what) {
        if (!wrong.isEmpty() || count == 0) {
            throw new IllegalStateException(failed() + " of " + count + " responses were wrong: " + what
                    + (wrong.isEmpty() ? "" : " (" + byKind(wrong.stream()) + ")"));
        }
        return this;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d, %d failed%s; mean %.2f ms, median %.2f, p95 %.2f, p99 %.2f",
                count,
                failed(),
                wrong.isEmpty() ? "" : " (" + byKind(wrong.stream()) + ")",
                mean,
                median,
                p95,
                p99);
    }
}
