package io.github.k12sso.classlink.oneroster.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.keycloak.models.RealmModel;

class RosterLimitsTest {

    private static final RealmModel REALM = Stub.of(RealmModel.class, Map.of("getName", none -> "district"));

    private static final Instant SECOND_40 = Instant.parse("2026-09-01T07:45:40Z");

    private final RosterLimits limits = at(SECOND_40);

    private static RosterLimits at(Instant now) {
        return new RosterLimits(4, 2, 2, Clock.fixed(now, ZoneOffset.UTC));
    }

    @Test
    void concurrencyIsLimitedPerClientAndPerServer() throws RosterFailure {
        limits.acquire("p", service("one"), "a");
        limits.acquire("p", service("one"), "b");

        assertBusy("one", "c", "This client");
        limits.acquire("q", service("two"), "c");
        limits.acquire("q", service("three"), "d");
        assertBusy("two", "e", "This server");
    }

    /** A roster service that does not respond leaves capacity for other providers. */
    @Test
    void aProviderUsesAtMostThreeQuartersOfTheServersLimit() throws RosterFailure {
        limits.acquire("p", service("one"), "a");
        limits.acquire("p", service("two"), "b");
        limits.acquire("p", service("three"), "c");

        assertBusy("four", "d", "This identity provider");
        limits.acquire("q", service("four"), "d");
    }

    @Test
    void concurrencyIsLimitedPerDistrict() throws RosterFailure {
        limits.acquire("p", service("one"), "a");
        limits.acquire("p", service("two"), "a");

        assertBusy("three", "a", "This district");
    }

    @Test
    void aFinishedRequestFreesItsSlot_andARejectedRequestHoldsNone() throws RosterFailure {
        RosterLimits.Permit permit = limits.acquire("p", service("one"), "a");
        limits.acquire("p", service("two"), "a");
        assertBusy("three", "a", "This district");

        permit.release();

        limits.acquire("p", service("three"), "a");
        limits.acquire("p", service("three"), "b");
    }

    @Test
    void theRateLimitResetsEveryMinute() throws RosterFailure {
        assertThat(limits.count(service("one"), 2)).isEqualTo(new RosterLimits.Minute(2, 1));
        assertThat(limits.count(service("one"), 2)).isEqualTo(new RosterLimits.Minute(2, 0));
        assertThat(limits.count(service("two"), 2).remaining()).isEqualTo(1);

        assertThatExceptionOfType(RosterFailure.class)
                .isThrownBy(() -> limits.count(service("one"), 2))
                .satisfies(failure -> {
                    assertThat(failure.reason()).isEqualTo(RosterFailure.Reason.RATE_LIMITED);
                    assertThat(failure.retryAfter()).contains(Duration.ofSeconds(20));
                });
        assertThat(at(SECOND_40.plusSeconds(20)).count(service("one"), 2).remaining())
                .isEqualTo(1);
    }

    @Test
    void aUserUsesAtMostHalfOfTheClientsLimit() throws RosterFailure {
        limits.acquire("p", user("app", "ann"), "a");

        assertThatExceptionOfType(RosterFailure.class)
                .isThrownBy(() -> limits.acquire("p", user("app", "ann"), "b"))
                .withMessageStartingWith("This user");
        limits.acquire("p", user("app", "bob"), "b");
        limits.acquire("p", user("other app", "ann"), "c");
    }

    @Test
    void theRateLimitIsPerUser() throws RosterFailure {
        limits.count(user("app", "ann"), 1);

        assertThatExceptionOfType(RosterFailure.class).isThrownBy(() -> limits.count(user("app", "ann"), 1));
        assertThat(limits.count(user("app", "bob"), 1).remaining()).isZero();
        assertThat(limits.count(user("other app", "ann"), 1).remaining()).isZero();
    }

    @Test
    void countersExpireRegardlessOfTheSettings() throws RosterFailure {
        RosterLimits uneven = new RosterLimits(100, 2, 50, Clock.fixed(SECOND_40, ZoneOffset.UTC));
        for (int i = 0; i < 1000; i++) {
            uneven.acquire("p", user("app " + i, "ann"), "district " + i).release();
        }
        assertThat(uneven.held()).isZero();

        for (int i = 0; i < RosterLimits.MAX_MINUTES + 1000; i++) {
            uneven.count(user("app", "user " + i), 5);
        }
        assertThat(uneven.held()).isLessThanOrEqualTo(RosterLimits.MAX_MINUTES);
    }

    private static RosterLimits.Requester service(String client) {
        return new RosterLimits.Requester(REALM, client, "service-account-" + client, true);
    }

    private static RosterLimits.Requester user(String client, String user) {
        return new RosterLimits.Requester(REALM, client, user, false);
    }

    private void assertBusy(String client, String district, String who) {
        assertThatExceptionOfType(RosterFailure.class)
                .isThrownBy(() -> limits.acquire("p", service(client), district))
                .withMessageStartingWith(who)
                .satisfies(failure -> {
                    assertThat(failure.reason()).isEqualTo(RosterFailure.Reason.BUSY);
                    assertThat(failure.retryAfter()).contains(Duration.ofSeconds(1));
                });
    }
}
