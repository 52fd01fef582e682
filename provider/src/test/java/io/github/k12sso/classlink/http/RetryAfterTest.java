package io.github.k12sso.classlink.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {

    @ParameterizedTest
    @CsvSource({
        "PT0S, 1",
        "PT-2S, 1",
        "PT0.000000001S, 1",
        "PT1S, 1",
        "PT1.000000001S, 2",
        "PT2.999S, 3",
        "PT3S, 3",
        "PT10M, 600"
    })
    void aClientThatWaitsForRetryAfterIsNotTooEarly(Duration wait, long seconds) {
        assertThat(UpstreamFailure.retryAfterSeconds(wait)).isEqualTo(seconds);
    }
}
