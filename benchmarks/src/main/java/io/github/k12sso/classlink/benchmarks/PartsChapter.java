package io.github.k12sso.classlink.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** The parts that need no server, by JMH. */
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
            List<FigureRow> rows = new ArrayList<>();
            for (RunResult result : results) {
                Result<?> speed = result.getPrimaryResult();
                String name = result.getParams().getBenchmark();
                Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
                rows.add(FigureRow.text(
                        CHAPTER,
                        name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1),
                        String.format(
                                Locale.ROOT,
                                "%,.0f/s ± %.0f %%, %,.0f bytes each",
                                speed.getScore(),
                                100 * speed.getScoreError() / speed.getScore(),
                                allocated.getScore())));
            }
            return rows;
        } catch (RunnerException e) {
            throw new IllegalStateException(e);
        }
    }
}
