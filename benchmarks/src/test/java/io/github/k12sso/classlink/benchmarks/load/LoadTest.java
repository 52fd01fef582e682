package io.github.k12sso.classlink.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LoadTest {

    private static final long MILLISECOND = 1_000_000;

    @Test
    void figures() {
        Load load = Load.of(
                LongStream.rangeClosed(1, 100).map(time -> time * MILLISECOND).toArray(), 0);

        assertThat(load).isEqualTo(new Load(100, 0, 50.5, 50, 95, 99));
        assertThat(load.requireAllRight("pages")).isSameAs(load);
    }

    @Test
    void aWrongResponseOrNoneFailsTheRun() {
        Load wrong = Load.of(new long[] {MILLISECOND}, 1);

        assertThat(wrong.count()).isEqualTo(2);
        assertThatThrownBy(() -> wrong.requireAllRight("logins")).hasMessage("1 of 2 responses were wrong: logins");
        assertThatThrownBy(() -> Load.of(new long[0], 0).requireAllRight("logins"))
                .hasMessage("0 of 0 responses were wrong: logins");
    }
}
