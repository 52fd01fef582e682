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

/** Weighted stacks of executed methods or allocation sites. */
final class StackSamples {

    private static final String NONE = "(elsewhere)";

    private final Map<List<String>, Double> stacks = new HashMap<>();
    private long count;
    private double total;

    /** A frame's share of the total, 0 to 1. */
    record Share(String frame, double part) {}

    /**
     * Adds one sample.
     *
     * @param frames {@code Class.method}, top frame first
     * @param weight 1 for an execution sample, bytes for an allocation sample
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

    /** Frames by their weight including callees; recursive frames count once. */
    List<Share> including(Predicate<String> wanted, int most) {
        return shares(stack -> new LinkedHashSet<>(stack).stream().filter(wanted), most);
    }

    /** The matching frame nearest to the top of each stack, which gets the time or bytes. */
    List<Share> nearest(Predicate<String> wanted, int most) {
        return shares(
                stack -> Stream.of(stack.stream().filter(wanted).findFirst().orElse(NONE)), most);
    }

    /** Frames with the largest difference in weight to other samples, in a common unit. */
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
