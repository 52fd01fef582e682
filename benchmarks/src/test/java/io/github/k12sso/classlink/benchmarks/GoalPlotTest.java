package io.github.k12sso.classlink.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.benchmarks.GoalPlot.Bar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoalPlotTest {

    private static final FigureRow RATIO = FigureRow.compared("Login", "ms", new Sample(12), new Sample(10));

    @Test
    void plotsOnlyRowsWithAGoal() {
        assertThat(GoalPlot.bars(List.of(RATIO, RATIO.ratioAtMost(1.10), FigureRow.text("c", "w", "text"))))
                .containsExactly(new Bar("Login: ms: 1.20× (≤ 1.10×)", 1.2, 1.1, false));
    }

    @Test
    void aFigureIsDrawnAsAShareOfItsGoal() {
        FigureRow size = FigureRow.alone("Start", "KB", new Sample(400)).atMost(500);

        assertThat(Bar.of(size)).isEqualTo(new Bar("Start: KB: 400 (≤ 500)", 0.8, 1, true));
    }

    @Test
    void aGoalOfZeroAndABarBeyondTheLimitAreDrawn() {
        FigureRow calls = FigureRow.alone("Roster", "calls", new Sample(3)).atMost(0);

        assertThat(Bar.of(calls)).isEqualTo(new Bar("Roster: calls: 3 (≤ 0)", Bar.MOST, 0, false));
    }

    @Test
    void theImageIsWritten(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("plot.png");

        GoalPlot.draw(GoalPlot.bars(List.of(RATIO.ratioAtMost(1.10), RATIO.ratioAtLeast(1.10))), file);

        assertThat(ImageIO.read(file.toFile()).getWidth()).isEqualTo(1_300);
    }
}
