package io.github.k12sso.classlink.benchmarks;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Code that needs no server, measured with JMH. */
final class PartsChapter implements Chapter {

    private static final String CHAPTER = "Pure parts";

    @Override
    public List<FigureRow> measure(Bench bench) {
        try {
            Collection<RunResult> results = new Runner(new OptionsBuilder()
                            .include("io\\.github\\.k12sso\\.classlink\\..*Benchmark\\..*")
                            .forks(bench.rounds(2))
                            .warmupIterations(bench.rounds(3))
                            .warmupTime(TimeValue.seconds(1))
                            .measurementIterations(bench.rounds(5))
                            .measurementTime(TimeValue.seconds(1))
                            .addProfiler(GCProfiler.class)
                            .jvmArgsAppend("-Xmx512m")
                            .build())
                    .run();
            return results.stream()
                    .sorted(Comparator.comparing(PartsChapter::name))
                    .flatMap(PartsChapter::rows)
                    .toList();
        } catch (RunnerException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String name(RunResult result) {
        String name = result.getParams().getBenchmark();
        return name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1);
    }

    private static Stream<FigureRow> rows(RunResult result) {
        Result<?> speed = result.getPrimaryResult();
        Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
        return Stream.of(
                FigureRow.text(
                        CHAPTER,
                        name(result),
                        String.format(
                                Locale.ROOT,
                                "%,.0f/s ± %.0f %%",
                                speed.getScore(),
                                100 * speed.getScoreError() / speed.getScore())),
                FigureRow.alone(CHAPTER, name(result) + ", bytes each", new Sample(allocated.getScore())));
    }
}
