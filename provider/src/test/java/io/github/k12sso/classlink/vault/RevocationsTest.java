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

/** Whose revocations run when; what they send needs a server, see {@code DisconnectIT}. */
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
    void aRealmDoesNotWaitForTheSilentClassLinksOfOthers() throws InterruptedException {
        for (String realm : new String[] {"north", "south", "west"}) {
            IntStream.range(0, 100).forEach(person -> turns.execute(realm, this::waitForAnAnswer));
        }
        CountDownLatch done = new CountDownLatch(100);

        IntStream.range(0, 100).forEach(person -> turns.execute("east", done::countDown));

        assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(begun).hasValueLessThanOrEqualTo(3 * Turns.PER_REALM);
    }

    @Test
    void aRealmWithManyTasksLetsOthersHaveTheirTurn() throws InterruptedException {
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
    void aRealmThatFillsItsQueueHarmsNoOther() throws InterruptedException {
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> IntStream.rangeClosed(0, Turns.MAX_WAITING_OF_REALM + Turns.PER_REALM)
                        .forEach(person -> turns.execute("north", this::waitForAnAnswer)));
        CountDownLatch done = new CountDownLatch(1);

        turns.execute("east", done::countDown);

        assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aTaskThatFailsTakesNoPlaceWithIt() throws InterruptedException {
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
    void realmsWithoutTasksAreForgotten() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(500);

        IntStream.range(0, 500).forEach(realm -> turns.execute("realm " + realm, done::countDown));

        assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5); turns.size() > 0; ) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private void waitForAnAnswer() {
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
