package io.github.k12sso.classlink.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FigureRowTest {

    @ParameterizedTest
    @CsvSource({"151,100,true", "150,100,true", "149.4,100,false"})
    void aRatioOfAtLeast(double ours, double other, boolean reached) {
        assertThat(compared(ours, other).ratioAtLeast(1.50).isReached()).isEqualTo(reached);
    }

    @ParameterizedTest
    @CsvSource({"1.10,1,true", "1.104,1,true", "1.106,1,false"})
    void aRatioOfAtMost_isComparedAfterRounding(double ours, double other, boolean reached) {
        assertThat(compared(ours, other).ratioAtMost(1.10).isReached()).isEqualTo(reached);
    }

    @Test
    void aFigureAndADifference() {
        assertThat(compared(499, 1).atMost(500).isReached()).isTrue();
        assertThat(compared(501, 1).atMost(500).isReached()).isFalse();
        assertThat(compared(8, 2).atMostMore(5).isReached()).isFalse();
        assertThat(compared(7, 2).atMostMore(5).isReached()).isTrue();
        assertThat(FigureRow.alone("c", "w", new Sample(1)).atMost(0).isReached())
                .isFalse();
    }

    @Test
    void aLineShowsFiguresRatioGoalAndTrend() {
        FigureRow before = FigureRow.compared("c", "ms", new Sample(13.8), new Sample(10));
        FigureRow now = FigureRow.compared("c", "ms", new Sample(12, 11, 13), new Sample(10, 10, 10))
                .ratioAtMost(1.10);

        assertThat(now.line(Optional.of(before)))
                .isEqualToNormalizingNewlines(
                        "| ms | 12.0 (11.0–13.0) | 10.0 (10.0–10.0) | 1.20× | ≤ 1.10×, **missed** | 1.38× → 1.20× |\n");
    }

    @Test
    void withoutAnEarlierRunOrFiguresThereIsNoTrend() {
        assertThat(compared(1, 1).line(Optional.empty()))
                .isEqualToNormalizingNewlines("| w | 1.00 | 1.00 | 1.00× |  |  |\n");
        assertThat(FigureRow.text("c", "w", "31 and 3").line(Optional.of(FigureRow.text("c", "w", "30 and 3"))))
                .isEqualToNormalizingNewlines("| w | 31 and 3 |  |  |  |  |\n");
    }

    /** An earlier run may have used the ratio where the goal now uses the difference. */
    @Test
    void theTrendComparesTheGoalsMeasure() {
        assertThat(compared(7, 2).atMostMore(5).trend(compared(9, 2))).contains("7 more → 5 more");
    }

    private static FigureRow compared(double ours, double other) {
        return FigureRow.compared("c", "w", new Sample(ours), new Sample(other));
    }
}
