package io.github.k12sso.classlink.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.k12sso.classlink.http.Bulkheads;
import io.github.k12sso.classlink.refresh.RefreshesInFlight.RefreshOutcome;
import io.github.k12sso.classlink.vault.TokenRecord.TokenSet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class RefreshesInFlightTest {

    private static final RefreshOutcome VALID =
            RefreshOutcome.refreshed(new TokenSet("access", Optional.empty(), Instant.EPOCH));

    private final MovableClock clock = new MovableClock();
    /** Of 10 slots, two are reserved for probes. */
    private static final int PLACES = 10;

    private final RefreshesInFlight refreshes =
            new RefreshesInFlight(new Bulkheads(new Bulkheads.Places(50, 1, PLACES, 1), clock), clock);

    @Nested
    class GivenSeveralRequestsForOneUser {

        @ParameterizedTest
        @ValueSource(ints = {PLACES - 2, 40})
        void thenOneRefreshesAndAllGetItsResult_evenWithoutASlot(int requests) throws Exception {
            List<RefreshOutcome> answers = together(requests, requests - 1);

            assertThat(answers).filteredOn(VALID::equals).hasSize(1);
            assertThat(answers).filteredOn(VALID.coalesced()::equals).hasSize(requests - 1);
        }

        @Test
        void givenTheRefreshTakesTooLong_thenThoseWithoutASlotAreToldToRetry() throws Exception {
            List<RefreshOutcome> answers = together(70, PLACES - 3);

            assertThat(answers).filteredOn(VALID::equals).hasSize(1);
            assertThat(answers)
                    .as("the slots")
                    .filteredOn(VALID.coalesced()::equals)
                    .hasSize(PLACES - 3);
            assertThat(answers)
                    .filteredOn(RefreshOutcome.unreachable(RefreshesInFlight.COOL_DOWN)::equals)
                    .hasSize(70 - (PLACES - 2));
        }

        /** The first refresh lasts until that many other requests wait and all others were rejected. */
        private List<RefreshOutcome> together(int requests, int waiting) throws Exception {
            Queue<Thread> started = new ConcurrentLinkedQueue<>();
            CountDownLatch working = new CountDownLatch(1);
            CountDownLatch finish = new CountDownLatch(1);
            ExecutorService threads = Executors.newFixedThreadPool(requests);
            try {
                List<Future<RefreshOutcome>> answers = new ArrayList<>();
                answers.add(threads.submit(() -> refreshes.join("key", () -> {
                    working.countDown();
                    awaitQuietly(finish);
                    return VALID;
                })));
                working.await();
                for (int i = 1; i < requests; i++) {
                    answers.add(threads.submit(() -> {
                        started.add(Thread.currentThread());
                        return refreshes.join("key", () -> {
                            throw new AssertionError("a second worker");
                        });
                    }));
                }
                while (started.stream()
                                        .filter(thread -> thread.getState() == Thread.State.TIMED_WAITING)
                                        .count()
                                < waiting
                        || answers.stream().filter(Future::isDone).count() < requests - 1 - waiting) {
                    Thread.onSpinWait();
                }
                finish.countDown();
                List<RefreshOutcome> outcomes = new ArrayList<>();
                for (Future<RefreshOutcome> answer : answers) {
                    outcomes.add(answer.get(10, TimeUnit.SECONDS));
                }
                return outcomes;
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @Test
    void givenDifferentUsers_thenEachIsRefreshedSeparately() {
        RefreshOutcome outer = refreshes.join("a", () -> refreshes.join("b", () -> VALID));

        assertThat(outer).isEqualTo(VALID);
    }

    @Test
    void givenARefreshFails_thenTheNextRequestTriesAgain() {
        assertThatThrownBy(() -> refreshes.join("key", () -> {
                    throw new IllegalStateException("failed");
                }))
                .hasMessage("failed");

        assertThat(refreshes.join("key", () -> VALID)).isEqualTo(VALID);
    }

    @Nested
    class GivenAServerThatFailed {

        @Test
        void thenNoCallIsMadeForAShortTime() {
            assertThat(refreshes.coolDown("provider", Optional.empty())).isEqualTo(RefreshesInFlight.COOL_DOWN);

            clock.now = clock.now.plusSeconds(1);
            assertThat(refreshes.remainingCoolDown("provider")).contains(RefreshesInFlight.COOL_DOWN.minusSeconds(1));
            assertThat(refreshes.remainingCoolDown("another")).isEmpty();

            clock.now = clock.now.plus(RefreshesInFlight.COOL_DOWN);
            assertThat(refreshes.remainingCoolDown("provider")).isEmpty();
        }

        @Test
        void thenNoCallIsMadeForRetryAfter_upToALimit() {
            assertThat(refreshes.coolDown("provider", Optional.of(Duration.ofSeconds(30))))
                    .isEqualTo(Duration.ofSeconds(30));
            assertThat(refreshes.coolDown("provider", Optional.of(Duration.ofHours(30))))
                    .isEqualTo(RefreshesInFlight.MAX_COOL_DOWN);
        }
    }

    @Test
    void theNumberOfStoredCoolDownsIsBounded() {
        for (int provider = 0; provider < 3 * RefreshesInFlight.MAX_COOL_DOWNS; provider++) {
            refreshes.coolDown("realm=" + provider, Optional.empty());
        }

        assertThat(refreshes.coolDowns()).isLessThanOrEqualTo(RefreshesInFlight.MAX_COOL_DOWNS);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static final class MovableClock implements InstantSource {

        private Instant now = Instant.parse("2026-11-24T08:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }
    }
}
