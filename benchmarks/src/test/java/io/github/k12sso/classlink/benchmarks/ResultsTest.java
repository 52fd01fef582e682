package io.github.k12sso.classlink.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {

    private static final Instant THEN = Instant.parse("2026-11-01T08:00:00Z");

    @TempDir
    private Path folder;

    @Test
    void writtenResultsReadBackUnchanged() throws IOException {
        FigureRow row = FigureRow.compared("Login", "ms", new Sample(12, 11, 13), new Sample(10))
                .ratioAtMost(1.10);
        Results.of(folder, "1.0.0").put("login", measured(THEN, row));
        Results.of(folder, "1.0.0").put("suite", measured(THEN, FigureRow.text("Suite", "w", "text")));

        Results read = Results.of(folder, "1.0.0");

        assertThat(read.chapter("login").orElseThrow().machine().cores()).isEqualTo(2);
        assertThat(read.chapter("login").orElseThrow().commit()).isEqualTo("abc1234");
        FigureRow same = read.same("login", row).orElseThrow();
        assertThat(same.line(Optional.empty())).isEqualTo(row.line(Optional.empty()));
        assertThat(read.chapter("suite")).isPresent();
        assertThat(Files.readString(folder.resolve("1.0.0.json"))).contains("\"2026-11-01T08:00:00Z\"");
    }

    @Test
    void beforeReturnsTheNewestOtherResults() {
        assertThat(Results.before(folder.resolve("none"), "1.1.0")).isEmpty();
        FigureRow row = FigureRow.alone("c", "w", new Sample(1));
        Results.of(folder, "0.9.0").put("c", measured(THEN.minusSeconds(60), row));
        Results.of(folder, "1.0.0").put("c", measured(THEN, row));
        Results.of(folder, "1.1.0").put("c", measured(THEN.plusSeconds(60), row));

        assertThat(Results.before(folder, "1.1.0").orElseThrow().name()).isEqualTo("1.0.0");
    }

    @Test
    void rowsMatchByTableAndName() {
        FigureRow row = FigureRow.alone("Start", "seconds", new Sample(1));
        Results.of(folder, "1.0.0").put("start", measured(THEN, row));

        Results read = Results.of(folder, "1.0.0");

        assertThat(read.same("start", FigureRow.alone("Start", "seconds", new Sample(2))))
                .isPresent();
        assertThat(read.same("start", FigureRow.alone("Start", "hours", new Sample(2))))
                .isEmpty();
        assertThat(read.same("start", FigureRow.alone("Login", "seconds", new Sample(2))))
                .isEmpty();
        assertThat(read.same("login", row)).isEmpty();
    }

    @Test
    void ofManyRoundsMinimumMedianAndMaximumAreKept() {
        double[] many = new double[101];
        for (int number = 0; number < many.length; number++) {
            many[number] = number;
        }

        assertThat(new Sample(many).kept()).containsExactly(0, 50, 100);
        assertThat(new Sample(new Sample(many).kept()).text()).isEqualTo(new Sample(many).text());
    }

    private static Results.Measured measured(Instant at, FigureRow row) {
        return new Results.Measured(at, "abc1234", "26.7.4", new Machine(2, "AMD EPYC", 24, 17), List.of(row));
    }
}
