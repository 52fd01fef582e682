package io.github.k12sso.classlink.benchmarks;

import io.github.k12sso.classlink.benchmarks.Goal.Measure;
import java.util.Optional;

/**
 * One line of the page's table.
 *
 * @param chapter heading of its table
 * @param what is measured, with its unit; the same in every run, so that runs can be compared
 * @param ours of this provider
 * @param other of what it is compared with; empty for a figure that stands alone
 * @param text instead of figures, for a row that has none to compare
 */
record FigureRow(
        String chapter,
        String what,
        Optional<Sample> ours,
        Optional<Sample> other,
        Optional<String> text,
        Optional<Goal> goal) {

    /** Both measured in turn. */
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

    /** What the goal is about; without one the ratio, or the figure if nothing is compared. */
    Measure measure() {
        return goal.map(Goal::of).orElse(other.isPresent() ? Measure.RATIO : Measure.FIGURE);
    }

    /** The value of {@link #measure}; empty for a text. */
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

    /** Without a goal {@code true}. */
    boolean isReached() {
        return goal.isEmpty() || value().filter(goal.get()::isReachedBy).isPresent();
    }

    /**
     * As a line of the table.
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

    /** {@code 1.38× → 1.09×}; empty where one of the two has nothing to compare. */
    Optional<String> trend(FigureRow before) {
        return before.value(measure())
                .flatMap(then -> value().map(
                                now -> measure().text(then) + " → " + measure().text(now)));
    }
}
