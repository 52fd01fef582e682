package io.github.k12sso.classlink.oneroster.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class RosterLimitsTest {

    private static final Instant SECOND_40 = Instant.parse("2026-09-01T07:45:40Z");

    private final RosterLimits limits = at(SECOND_40);

    private static RosterLimits at(Instant now) {
        return new RosterLimits(4, 2, 2, Clock.fixed(now, ZoneOffset.UTC));
    }

    @Test
    void aClientHasSoManyPlacesAndTheServerMore() throws RosterFailure {
        limits.acquire("p", "one", "a");
        limits.acquire("p", "one", "b");

        assertBusy("one", "c", "This client");
        limits.acquire("q", "two", "c");
        limits.acquire("q", "three", "d");
        assertBusy("two", "e", "This server");
    }

    /** A roster service that does not answer leaves room for other providers. */
    @Test
    void aProviderHasThreeQuartersOfThePlaces() throws RosterFailure {
        limits.acquire("p", "one", "a");
        limits.acquire("p", "two", "b");
        limits.acquire("p", "three", "c");

        assertBusy("four", "d", "This identity provider");
        limits.acquire("q", "four", "d");
    }

    @Test
    void aDistrictHasSoManyPlaces() throws RosterFailure {
        limits.acquire("p", "one", "a");
        limits.acquire("p", "two", "a");

        assertBusy("three", "a", "This district");
    }

    @Test
    void aPlaceThatWasLeftIsFree_andARefusedRequestTookNone() throws RosterFailure {
        RosterLimits.Permit permit = limits.acquire("p", "one", "a");
        limits.acquire("p", "two", "a");
        assertBusy("three", "a", "This district");

        permit.release();

        limits.acquire("p", "three", "a");
        limits.acquire("p", "three", "b");
    }

    @Test
    void aMinuteHasSoManyRequestsAndThenAnotherBegins() throws RosterFailure {
        assertThat(limits.count("one", 2)).isEqualTo(new RosterLimits.Minute(2, 1));
        assertThat(limits.count("one", 2)).isEqualTo(new RosterLimits.Minute(2, 0));
        assertThat(limits.count("two", 2).remaining()).isEqualTo(1);

        assertThatExceptionOfType(RosterFailure.class)
                .isThrownBy(() -> limits.count("one", 2))
                .satisfies(failure -> {
                    assertThat(failure.reason()).isEqualTo(RosterFailure.Reason.RATE_LIMITED);
                    assertThat(failure.retryAfter()).contains(Duration.ofSeconds(20));
                });
        assertThat(at(SECOND_40.plusSeconds(20)).count("one", 2).remaining()).isEqualTo(1);
    }

    private void assertBusy(String client, String district, String who) {
        assertThatExceptionOfType(RosterFailure.class)
                .isThrownBy(() -> limits.acquire("p", client, district))
                .withMessageStartingWith(who)
                .satisfies(failure -> {
                    assertThat(failure.reason()).isEqualTo(RosterFailure.Reason.BUSY);
                    assertThat(failure.retryAfter()).contains(Duration.ofSeconds(1));
                });
    }
}
