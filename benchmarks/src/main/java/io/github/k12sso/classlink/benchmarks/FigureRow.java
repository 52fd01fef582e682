package io.github.k12sso.classlink.benchmarks;

import io.github.k12sso.classlink.benchmarks.Goal.Measure;
import java.util.Optional;

/**
 * A row of a table on the page.
 *
 * @param chapter heading of the table
 * @param what name with unit; constant, so that runs can be compared
 * @param ours figures of this provider
 * @param other figures of the other side; empty without a comparison
 * @param text shown instead of figures, for a row without figures
 */
record FigureRow(
        String chapter,
        String what,
        Optional<Sample> ours,
        Optional<Sample> other,
        Optional<String> text,
        Optional<Goal> goal) {

    /** A comparison of two sides measured in turns. */
    static FigureRow compared(String chapter, String what, Sample ours, Sample other) {
        return new FigureRow(chapter, what, Optional.of(ours), Optional.of(other), Optional.empty(), Optional.empty());
    }

    static FigureRow alone(String chapter, String what, Sample ours) {
        return new FigureRow(chapter, what, Optional.of(ours), Optional.empty(), Optional.empty(), Optional.empty());
    }

    static FigureRow text(String chapter, String what, String text) {
        return new FigureRow(chapter, what, Optional.empty(), Optional.empty(), Optional.of(text), Optional.empty());
    }

    FigureRow ratioAtMost(double bound) {
        return with(new Goal(Measure.RATIO, true, bound));
    }

    FigureRow ratioAtLeast(double bound) {
        return with(new Goal(Measure.RATIO, false, bound));
    }

    FigureRow atMost(double bound) {
        return with(new Goal(Measure.FIGURE, true, bound));
    }

    FigureRow atMostMore(double bound) {
        return with(new Goal(Measure.DIFFERENCE, true, bound));
    }

    private FigureRow with(Goal reached) {
        return new FigureRow(chapter, what, ours, other, text, Optional.of(reached));
    }

    /** The measure of the goal; without a goal the ratio, or the figure if there is no comparison. */
    Measure measure() {
        return goal.map(Goal::of).orElse(other.isPresent() ? Measure.RATIO : Measure.FIGURE);
    }

    /** The value of {@link #measure}; empty for a row with text. */
    Optional<Double> value() {
        return value(measure());
    }

    private Optional<Double> value(Measure wanted) {
        return switch (wanted) {
            case FIGURE -> ours.map(Sample::median);
            case RATIO -> ours.flatMap(here -> other.map(there -> here.median() / there.median()));
            case DIFFERENCE -> ours.flatMap(here -> other.map(there -> here.median() - there.median()));
        };
    }

    /** Whether the goal is reached; {@code true} without a goal. */
    boolean isReached() {
        return goal.isEmpty() || value().filter(goal.get()::isReachedBy).isPresent();
    }

    /**
     * The row in Markdown.
     *
     * @param before the same row of an earlier run
     */
    String line(Optional<FigureRow> before) {
        return "| %s | %s | %s | %s | %s | %s |%n"
                .formatted(
                        what,
                        text.orElseGet(() -> ours.map(Sample::text).orElse("")),
                        other.map(Sample::text).orElse(""),
                        value(Measure.RATIO).map(Measure.RATIO::text).orElse(""),
                        goal.map(Goal::text).orElse("") + (isReached() ? "" : ", **missed**"),
                        before.flatMap(this::trend).orElse(""));
    }

    /** The trend, such as {@code 1.38× → 1.09×}; empty if one of the two has no value. */
    Optional<String> trend(FigureRow before) {
        return before.value(measure())
                .flatMap(then -> value().map(
                                now -> measure().text(then) + " → " + measure().text(now)));
    }
}
