package io.github.k12sso.classlink.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LoadTest {

    private static final long MILLISECOND = 1_000_000;

    @Test
    void figures() {
        Load load = Load.of(
                LongStream.rangeClosed(1, 100).map(time -> time * MILLISECOND).toArray(), List.of());

        assertThat(load).isEqualTo(new Load(100, List.of(), 50.5, 50, 95, 99));
        assertThat(load.requireAllRight("pages")).isSameAs(load);
    }

    @Test
    void aWrongResponseOrNoneFailsTheRun() {
        Load wrong = Load.of(new long[] {MILLISECOND}, List.of("500", "503 temporarily_unavailable", "500"));

        assertThat(wrong.count()).isEqualTo(4);
        assertThat(wrong.failed()).isEqualTo(3);
        assertThat(wrong).asString().startsWith("4, 3 failed (2 × 500, 1 × 503 temporarily_unavailable); ");
        assertThatThrownBy(() -> wrong.requireAllRight("logins"))
                .hasMessage("3 of 4 responses were wrong: logins (2 × 500, 1 × 503 temporarily_unavailable)");
        assertThatThrownBy(() -> Load.of(new long[0], List.of()).requireAllRight("logins"))
                .hasMessage("0 of 0 responses were wrong: logins");
    }
}
