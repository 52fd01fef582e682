package io.github.k12sso.classlink.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Duration of the last run of {@code .ci/run}, which measures it. No row without such a run. */
final class SuiteChapter implements Chapter {

    private static final String CHAPTER = "Build and tests, seconds of the last .ci/run";

    /** A tier of {@code .ci/run} and its time limit in seconds on two cores. */
    private record Tier(String name, String what, int most) {}

    private static final List<Tier> TIERS = List.of(
            new Tier("default", "default tier (mvn verify)", 300),
            new Tier("full-only", "full tier, without the default tier", 1_200));

    @Override
    public List<FigureRow> measure(Bench bench) {
        return rows(Path.of(System.getProperty("project.root")).resolve("target"));
    }

    static List<FigureRow> rows(Path target) {
        return TIERS.stream()
                .flatMap(tier -> seconds(target.resolve(tier.name() + "-tier/seconds"))
                        .map(seconds -> FigureRow.alone(CHAPTER, tier.what(), new Sample(seconds))
                                .atMost(tier.most()))
                        .stream())
                .toList();
    }

    private static Optional<Double> seconds(Path file) {
        try (Stream<String> lines = Files.exists(file) ? Files.lines(file) : Stream.empty()) {
            return lines.findFirst().map(String::strip).map(Double::valueOf);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
