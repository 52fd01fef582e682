package io.github.k12sso.classlink.benchmarks.profiling;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.benchmarks.profiling.StackSamples.Share;
import java.util.List;
import org.junit.jupiter.api.Test;

class StackSamplesTest {

    private final StackSamples samples = new StackSamples();

    @Test
    void aFrameIncludesCalleesOnce() {
        samples.add(List.of("java.put", "ours.seal", "ours.seal", "ours.login"), 1);
        samples.add(List.of("java.get", "ours.login"), 2);
        samples.add(List.of("java.read"), 1);

        assertThat(samples.including(StackSamplesTest::isOurs, 30))
                .containsExactly(new Share("ours.login", 0.75), new Share("ours.seal", 0.25));
        assertThat(samples.including(StackSamplesTest::isOurs, 1)).hasSize(1);
    }

    @Test
    void theNearestMatchingFrameGetsTheWeight() {
        samples.add(List.of("java.put", "ours.seal", "ours.login"), 300);
        samples.add(List.of("java.read"), 100);

        assertThat(samples.nearest(StackSamplesTest::isOurs, 30))
                .containsExactly(new Share("ours.seal", 0.75), new Share("(elsewhere)", 0.25));
    }

    @Test
    void differencesAreSortedBySize() {
        samples.add(List.of("ours.open"), 1);
        samples.add(List.of("ours.check"), 1);
        StackSamples other = new StackSamples();
        other.add(List.of("ours.check"), 1);

        assertThat(StackSamples.differences(samples, 0.8, other, 0.5, StackSamplesTest::isOurs, 30))
                .extracting(Share::frame)
                .containsExactly("ours.open", "ours.check");
        assertThat(StackSamples.differences(samples, 0.8, other, 0.5, StackSamplesTest::isOurs, 30))
                .extracting(share -> Math.round(share.part() * 1_000))
                .containsExactly(400L, -100L);
    }

    private static boolean isOurs(String frame) {
        return frame.startsWith("ours");
    }
}
