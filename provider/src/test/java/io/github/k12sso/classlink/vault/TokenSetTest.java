package io.github.k12sso.classlink.vault;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.http.TokenEndpointClient.TokenResponse;
import io.github.k12sso.classlink.vault.TokenRecord.TokenSet;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenSetTest {

    private static final Instant NOW = Instant.parse("2026-11-23T08:00:00Z");

    @ParameterizedTest
    @CsvSource({"6000,false", "5001,false", "5000,true", "4999,true", "0,true", "-1,true", "-86400000,true"})
    void aTokenIsValidOnlyIfMoreThanFiveSecondsRemain(long left, boolean expired) {
        assertThat(endingAt(NOW.plusMillis(left)).isExpired(NOW)).isEqualTo(expired);
    }

    @ParameterizedTest
    @CsvSource({"3600", "0", "-60"})
    void theRemainingTimeIsCountedFromNow(long seconds) {
        assertThat(endingAt(NOW.plusSeconds(seconds)).remaining(NOW)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Nested
    class WhenItIsIssued {

        @Test
        void givenAResponseWithALifetime_thenItSetsTheExpiry() {
            TokenResponse response = new TokenResponse(
                    "access", Optional.of("refresh"), Optional.of("id"), Optional.of(Duration.ofMinutes(10)));

            assertThat(TokenSet.issued(response, NOW, Duration.ofHours(24)))
                    .isEqualTo(new TokenSet("access", Optional.of("refresh"), NOW.plusSeconds(600)));
        }

        @Test
        void givenAResponseWithoutALifetime_thenTheSettingSetsTheExpiry() {
            TokenResponse response = new TokenResponse("access", Optional.empty(), Optional.empty(), Optional.empty());

            assertThat(TokenSet.issued(response, NOW, Duration.ofHours(24)))
                    .isEqualTo(new TokenSet("access", Optional.empty(), Instant.parse("2026-11-24T08:00:00Z")));
        }
    }

    @Test
    void toStringHidesTheTokensAndShowsTheExpiry() {
        assertThat(new TokenSet("access-1", Optional.of("refresh-1"), NOW).toString())
                .doesNotContain("access-1", "refresh-1")
                .contains("2026-11-23T08:00:00Z");
    }

    private static TokenSet endingAt(Instant end) {
        return new TokenSet("access", Optional.empty(), end);
    }
}
