package io.github.k12sso.classlink.it.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.TestReport;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Concurrent logins, exchanges and roster reads on a small heap with intermittent ClassLink faults, for a minute or for
 * {@code -Dmixed.load=PT30M}. Writes the measurements to {@code target/reports/mixed-load.md}.
 */
@Full // runs a minute of load and starts a server
@Isolated("needs the whole machine")
class MixedLoadIT {

    /** Garbage that a sample can include, in MB. */
    private static final double GARBAGE = 64;

    /** Number of threads, files and sockets by which pools may grow. */
    private static final double POOLS = 20;

    @Test
    void noTokenIsLostAndNoResourceLeaks() {
        Duration length = Duration.parse(System.getProperty("mixed.load"));
        try (MixedLoad load = MixedLoad.start("mixed-load")) {
            MixedLoad.Report report = load.run(length);
            TestReport.write("mixed-load.md", report.table());

            assertThat(report.wrong()).isEmpty();
            assertThat(report.answers())
                    .containsKeys("login and out 204", "login 503 told", "exchange 200", "roster 200");
            assertThat(report.allResidentsHaveTheirToken()).isTrue();
            assertThat(report.rowsAfter()).isEqualTo(report.rowsBefore());
            assertThat(report.last().databaseConnections()).isZero();
            assertThat(report.last().threads())
                    .isLessThanOrEqualTo(report.first().threads() + POOLS);
            assertThat(report.filesAfter()).isLessThanOrEqualTo(report.filesBefore() + POOLS);
            assertThat(report.last().heap()).isLessThanOrEqualTo(report.first().heap() + GARBAGE);
        }
    }
}
