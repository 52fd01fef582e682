package io.github.k12sso.classlink.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.k12sso.classlink.diagnostics.Check.Findings;
import io.github.k12sso.classlink.diagnostics.Check.OutOfTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Time limits of the setup check, and checks that time out or fail. */
class SetupCheckTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final Findings findings = new Findings(now::get, SetupCheck.TOTAL);

    private record Failing(RuntimeException failure) implements Check {

        @Override
        public String theme() {
            return "theme";
        }

        @Override
        public void run(Findings findings) {
            findings.ok("first", "Seen before.");
            throw failure;
        }
    }

    @Test
    void aCallGetsFiveSecondsOrTheRemainingTime() {
        assertThat(findings.timeForACall()).isEqualTo(Duration.ofSeconds(5));
        now.set(Instant.EPOCH.plusSeconds(27));
        assertThat(findings.timeForACall()).isEqualTo(Duration.ofSeconds(3));
        now.set(Instant.EPOCH.plusSeconds(30));
        assertThatThrownBy(findings::timeForACall).isInstanceOf(OutOfTime.class);
    }

    @Test
    void givenNoTimeLeft_thenTheOtherChecksAreReportedAsNotRun() {
        SetupCheck.run(new Failing(new OutOfTime()), findings);

        assertThat(Found.lines(findings)).first().asString().startsWith("first ok");
        assertThat(Found.lines(findings)).last().asString().startsWith("theme warning: Not checked");
    }

    @Test
    void givenAnUnexpectedException_thenItsMessageIsNotReported() {
        SetupCheck.run(new Failing(new IllegalStateException("s3cret of a person")), findings);

        assertThat(Found.lines(findings))
                .last()
                .asString()
                .startsWith("theme failed: Not checked: unexpected IllegalStateException.")
                .doesNotContain("s3cret");
    }
}
