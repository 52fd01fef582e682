package io.github.k12sso.classlink.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.k12sso.classlink.vault.RefreshOutcome.Refreshed;
import io.github.k12sso.classlink.vault.RefreshOutcome.Unreachable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RefreshesTest {

    private final MovableClock clock = new MovableClock();
    private final Refreshes refreshes = new Refreshes(clock);

    @Nested
    class GivenSeveralRequestsForOnePerson {

        private final RefreshOutcome outcome = new Refreshed(new TokenSet("access", Optional.empty(), Instant.EPOCH));

        @Test
        void thenOneWorksAndAllGetItsOutcome() throws Exception {
            List<Refreshes.Shared> answers = together(20);

            assertThat(answers).extracting(Refreshes.Shared::outcome).containsOnly(outcome);
            assertThat(answers).filteredOn(Refreshes.Shared::own).hasSize(1);
        }

        @Test
        void givenMoreThanMayWait_thenTheRestIsToldToComeAgain() throws Exception {
            List<Refreshes.Shared> answers = together(1 + Refreshes.MAX_WAITING + 3);

            assertThat(answers)
                    .extracting(Refreshes.Shared::outcome)
                    .filteredOn(outcome::equals)
                    .hasSize(1 + Refreshes.MAX_WAITING);
            assertThat(answers)
                    .extracting(Refreshes.Shared::outcome)
                    .filteredOn(Unreachable.class::isInstance)
                    .hasSize(3);
        }

        /** The first works until all the others have come to wait or were turned away. */
        private List<Refreshes.Shared> together(int requests) throws Exception {
            AtomicInteger arrived = new AtomicInteger();
            CountDownLatch working = new CountDownLatch(1);
            CountDownLatch finish = new CountDownLatch(1);
            ExecutorService threads = Executors.newFixedThreadPool(requests);
            try {
                List<Future<Refreshes.Shared>> answers = new ArrayList<>();
                answers.add(threads.submit(() -> refreshes.once("key", () -> {
                    working.countDown();
                    awaitQuietly(finish);
                    return outcome;
                })));
                working.await();
                for (int i = 1; i < requests; i++) {
                    answers.add(threads.submit(() -> {
                        arrived.incrementAndGet();
                        return refreshes.once("key", () -> {
                            throw new AssertionError("a second worker");
                        });
                    }));
                }
                while (arrived.get() < requests - 1
                        || refreshes.waiting() < Math.min(requests - 1, Refreshes.MAX_WAITING)
                        || answers.stream().filter(Future::isDone).count() < requests - 1 - Refreshes.MAX_WAITING) {
                    Thread.onSpinWait();
                }
                finish.countDown();
                List<Refreshes.Shared> outcomes = new ArrayList<>();
                for (Future<Refreshes.Shared> answer : answers) {
                    outcomes.add(answer.get(10, TimeUnit.SECONDS));
                }
                return outcomes;
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @Test
    void givenDifferentPeople_thenEachDoesItsOwnWork() {
        Refreshes.Shared outer = refreshes.once(
                "a", () -> refreshes.once("b", RefreshOutcome.Gone::new).outcome());

        assertThat(outer.own()).isTrue();
    }

    @Test
    void givenTheWorkFails_thenTheNextOneWorksAgain() {
        assertThatThrownBy(() -> refreshes.once("key", () -> {
                    throw new IllegalStateException("failed");
                }))
                .hasMessage("failed");

        assertThat(refreshes.once("key", RefreshOutcome.Gone::new).own()).isTrue();
    }

    @Nested
    class GivenAServerThatFailed {

        @Test
        void thenItRestsForAShortWhile() {
            assertThat(refreshes.coolDown("provider", Optional.empty())).isEqualTo(Refreshes.COOL_DOWN);

            clock.now = clock.now.plusSeconds(1);
            assertThat(refreshes.remainingCoolDown("provider")).contains(Refreshes.COOL_DOWN.minusSeconds(1));
            assertThat(refreshes.remainingCoolDown("another")).isEmpty();

            clock.now = clock.now.plus(Refreshes.COOL_DOWN);
            assertThat(refreshes.remainingCoolDown("provider")).isEmpty();
        }

        @Test
        void thenItRestsAsLongAsItAsked_butNotForever() {
            assertThat(refreshes.coolDown("provider", Optional.of(Duration.ofSeconds(30))))
                    .isEqualTo(Duration.ofSeconds(30));
            assertThat(refreshes.coolDown("provider", Optional.of(Duration.ofHours(30))))
                    .isEqualTo(Refreshes.MAX_COOL_DOWN);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static final class MovableClock extends Clock {

        private Instant now = Instant.parse("2026-11-24T08:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return Clock.fixed(now, zone);
        }
    }
}
