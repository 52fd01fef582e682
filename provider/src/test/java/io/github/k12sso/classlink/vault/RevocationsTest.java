package io.github.k12sso.classlink.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.k12sso.classlink.vault.Revocations.Turns;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Scheduling of revocations. {@code DisconnectIT} tests the requests on a server. */
class RevocationsTest {

    private final Turns turns = new Turns();
    private final CountDownLatch answers = new CountDownLatch(1);
    private final AtomicInteger begun = new AtomicInteger();

    @AfterEach
    void stop() {
        answers.countDown();
        turns.close();
    }

    @Test
    void aRealmDoesNotWaitForOtherRealmsCalls() throws InterruptedException {
        for (String realm : new String[] {"north", "south", "west"}) {
            IntStream.range(0, 100).forEach(person -> turns.execute(realm, this::waitForAResponse));
        }
        CountDownLatch done = new CountDownLatch(100);

        IntStream.range(0, 100).forEach(person -> turns.execute("east", done::countDown));

        assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(begun).hasValueLessThanOrEqualTo(3 * Turns.PER_REALM);
    }

    @Test
    void aRealmWithManyTasksDoesNotStarveOthers() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        AtomicInteger before = new AtomicInteger();
        AtomicInteger beforeEast = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        IntStream.range(0, Turns.THREADS).forEach(thread -> turns.execute("blocks " + thread, () -> await(start)));

        IntStream.range(0, 5_000).forEach(person -> turns.execute("north", before::incrementAndGet));
        turns.execute("east", () -> {
            beforeEast.set(before.get());
            done.countDown();
        });
        start.countDown();

        assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(beforeEast).hasValueLessThan(5_000);
    }

    @Test
    void aFullQueueOfOneRealmDoesNotAffectOthers() throws InterruptedException {
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> IntStream.rangeClosed(0, Turns.MAX_WAITING_OF_REALM + Turns.PER_REALM)
                        .forEach(person -> turns.execute("north", this::waitForAResponse)));
        CountDownLatch done = new CountDownLatch(1);

        turns.execute("east", done::countDown);

        assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aFailedTaskFreesItsSlot() throws InterruptedException {
        IntStream.range(0, 20)
                .forEach(person -> turns.execute("north", () -> {
                    begun.incrementAndGet();
                    throw new IllegalStateException("as a test wants it");
                }));
        CountDownLatch done = new CountDownLatch(1);
        turns.execute("north", done::countDown);

        assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void realmsWithoutTasksAreRemoved() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(500);

        IntStream.range(0, 500).forEach(realm -> turns.execute("realm " + realm, done::countDown));

        assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5); turns.size() > 0; ) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private void waitForAResponse() {
        begun.incrementAndGet();
        await(answers);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
