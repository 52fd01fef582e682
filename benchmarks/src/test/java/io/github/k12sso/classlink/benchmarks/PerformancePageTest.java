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

class PerformancePageTest {

    @TempDir
    private Path folder;

    @Test
    void aChaptersFiguresAreReplacedAndTheTextIsKept() throws IOException {
        Path page = folder.resolve("performance.md");
        Files.writeString(page, """
                # Performance
                <!-- chapter: machine -->
                old
                <!-- end -->
                ## Login
                <!-- chapter: login -->
                old
                <!-- end -->
                Text.
                """);
        FigureRow row = FigureRow.compared("Login", "ms", new Sample(12), new Sample(10));
        Results.of(folder, "1.0.0").put("login", measured(row));

        new PerformancePage(page).write("login", measured(row), Results.before(folder, "1.1.0"));

        assertThat(Files.readString(page)).isEqualTo("""
                # Performance
                <!-- chapter: machine -->

                Measured with 2 cores (AMD EPYC), 24 GiB of memory, Java 17, Keycloak 26.7.4, at commit `abc1234`. The last column compares with 1.0.0.

                <!-- end -->
                ## Login
                <!-- chapter: login -->

                **Login**

                | | this provider | compared with | ratio | goal | before → now |
                | --- | --- | --- | --- | --- | --- |
                | ms | 12.0 | 10.0 | 1.20× |  | 1.20× → 1.20× |

                <!-- end -->
                Text.
                """);
    }

    /** Every chapter has its markers on one of the pages. */
    @Test
    void aPageHasMarkersForEveryChapter() {
        Path docs = Path.of("..", "docs");

        assertThat(Benchmarks.chapters().keySet())
                .allSatisfy(
                        chapter -> assertThat(PerformancePage.of(chapter, docs)).isNotNull());
    }

    @Test
    void theSuiteChapterShowsTheLastRun() throws IOException {
        assertThat(SuiteChapter.rows(folder)).isEmpty();
        Files.writeString(
                Files.createDirectories(folder.resolve("default-tier")).resolve("seconds"), "255\n");

        List<FigureRow> rows = SuiteChapter.rows(folder);

        assertThat(rows).singleElement().matches(FigureRow::isReached);
        assertThat(rows.get(0).line(Optional.empty())).contains("| 255 |");
    }

    private static Results.Measured measured(FigureRow row) {
        return new Results.Measured(
                Instant.EPOCH, "abc1234", "26.7.4", new Machine(2, "AMD EPYC", 24, 17), List.of(row));
    }
}
