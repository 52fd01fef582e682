package io.github.k12sso.classlink.benchmarks;

import io.github.k12sso.classlink.benchmarks.Turns.Side;
import io.github.k12sso.classlink.benchmarks.load.Gatling;
import io.github.k12sso.classlink.benchmarks.profiling.FlightRecorder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * The tools with which chapters measure.
 *
 * @param work folder for files of this run
 * @param quick whether to run one short round, which only shows that a chapter works; its figures are not representative
 * @param recorder of a profiled run, whose figures include the recording and are not saved
 */
record Bench(Path work, Gatling gatling, boolean quick, Optional<FlightRecorder> recorder) {

    /** Maximum number of rounds for each side of a comparison. */
    private static final int RECORDINGS = 5;

    /** Reads the system properties {@code quick} and {@code profile}, both {@code false} by default. */
    static Bench of(Path work) {
        return new Bench(
                work,
                new Gatling(work),
                Boolean.getBoolean("quick"),
                Boolean.getBoolean("profile") ? Optional.of(new FlightRecorder(work)) : Optional.empty());
    }

    /** Whether the figures are saved. */
    boolean isPublished() {
        return !quick && recorder.isEmpty();
    }

    int rounds(int planned) {
        return quick ? 1 : planned;
    }

    int seconds(int planned) {
        return quick ? Math.min(planned, 2) : planned;
    }

    /**
     * Returns the result of each side in each round.
     *
     * @param title the title of the comparison, for the profile
     */
    <T> List<List<T>> inTurn(String title, int planned, List<Side<T>> sides) {
        int rounds = rounds(planned);
        if (recorder.isEmpty()) {
            return Turns.of(rounds, sides);
        }
        // Starting a recording takes longer than some turns.
        int block = (rounds + RECORDINGS - 1) / RECORDINGS;
        List<Side<List<T>>> recorded = sides.stream()
                .map(side -> new Side<>(
                        side.name(),
                        () -> recorder.get()
                                .record(
                                        side.name(),
                                        CpuTime.keycloaks(),
                                        () -> Turns.of(block, List.of(side)).get(0))))
                .toList();
        List<List<T>> figures = Turns.of((rounds + block - 1) / block, recorded).stream()
                .map(blocks -> blocks.stream().flatMap(List::stream).toList())
                .toList();
        recorder.get().report(title);
        return figures;
    }

    /** Repeats the sides' turns until the servers are warm. */
    <T extends FlightRecorder.Work> void warmUp(List<Side<T>> sides) {
        WarmUp.of(
                sides.stream()
                        .map(Side::turn)
                        .<DoubleSupplier>map(turn -> () -> turn.get().processor())
                        .toList(),
                quick ? 1 : WarmUp.MOST_PASSES);
    }
}
