package io.github.k12sso.classlink.benchmarks.profiling;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Weighted stacks: of methods that ran, or of places that allocated. */
final class StackSamples {

    private static final String NONE = "(elsewhere)";

    private final Map<List<String>, Double> stacks = new HashMap<>();
    private long count;
    private double total;

    /** One frame's part of the whole, 0 to 1. */
    record Share(String frame, double part) {}

    /**
     * Adds one sample.
     *
     * @param frames {@code Class.method}, the running one first
     * @param weight 1 for a sample of execution, bytes for one of allocation
     */
    void add(List<String> frames, double weight) {
        stacks.merge(List.copyOf(frames), weight, Double::sum);
        count++;
        total += weight;
    }

    long count() {
        return count;
    }

    double total() {
        return total;
    }

    /** Frames by the weight of everything below them and of themselves; a frame that calls itself counts once. */
    List<Share> including(Predicate<String> wanted, int most) {
        return shares(stack -> new LinkedHashSet<>(stack).stream().filter(wanted), most);
    }

    /** The wanted frame nearest to the top of each stack: whose line the time or the bytes are. */
    List<Share> nearest(Predicate<String> wanted, int most) {
        return shares(
                stack -> Stream.of(stack.stream().filter(wanted).findFirst().orElse(NONE)), most);
    }

    /** Those frames that weigh most more or less than with other samples, in a unit that both have: the largest difference first. */
    static List<Share> differences(
            StackSamples ours,
            double oursEach,
            StackSamples other,
            double otherEach,
            Predicate<String> wanted,
            int most) {
        Map<String, Double> difference = new HashMap<>();
        ours.including(wanted, Integer.MAX_VALUE)
                .forEach(share -> difference.merge(share.frame(), share.part() * oursEach, Double::sum));
        other.including(wanted, Integer.MAX_VALUE)
                .forEach(share -> difference.merge(share.frame(), -share.part() * otherEach, Double::sum));
        return sorted(difference, share -> Math.abs(share.part()), most);
    }

    private List<Share> shares(Function<List<String>, Stream<String>> frames, int most) {
        Map<String, Double> weights = new HashMap<>();
        stacks.forEach((stack, weight) ->
                frames.apply(stack).forEach(frame -> weights.merge(frame, weight / total, Double::sum)));
        return sorted(weights, Share::part, most);
    }

    private static List<Share> sorted(Map<String, Double> weights, ToDoubleFunction<Share> by, int most) {
        return weights.entrySet().stream()
                .map(entry -> new Share(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingDouble(by).reversed().thenComparing(Share::frame))
                .limit(most)
                .toList();
    }
}
