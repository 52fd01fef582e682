package io.github.k12sso.classlink.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.k12sso.classlink.http.Bulkheads.Group;
import io.github.k12sso.classlink.http.Bulkheads.Patience;
import io.github.k12sso.classlink.http.Bulkheads.Place;
import io.github.k12sso.classlink.http.Bulkheads.Places;
import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamFailure.Unavailable.Kind;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BulkheadsTest {

    private static final URI TOKEN_URL = URI.create("https://launchpad.classlink.com/oauth2/v2/token");

    private static final Patience NONE = new Patience(Duration.ZERO, Duration.ZERO);

    private final MovableClock clock = new MovableClock();
    private final Bulkheads bulkheads = new Bulkheads(new Places(50, 10, 10, 10), NONE, NONE, clock);

    @ParameterizedTest
    @ValueSource(ints = {8, 20, 50, 64, 200, 1000})
    void allGroupsTogetherLeaveAtLeastAQuarterOfTheThreadsFree(int threads) {
        Places places = Places.of(threads);

        assertThat(places.logins() + places.refreshes() + places.rosters()).isLessThanOrEqualTo(threads * 3 / 4 + 1);
    }

    @Nested
    class GivenClassLinkDoesNotAnswer {

        @ParameterizedTest
        @EnumSource
        void thenOneGroupFillsUp_andOtherGroupsAreUnaffected(Group group) throws Exception {
            enterAll(group);

            assertThatThrownBy(() -> bulkheads.enter(group))
                    .isInstanceOfSatisfying(UpstreamFailure.Unavailable.class, e -> {
                        assertThat(e.kind()).isEqualTo(Kind.NO_PLACE);
                        assertThat(e.retryAfter()).contains(Bulkheads.TRY_EVERY);
                        assertThat(e.answerLost()).isFalse();
                    });
            for (Group other : Group.values()) {
                if (other != group) {
                    assertThatCode(() -> bulkheads.enter(other).close()).doesNotThrowAnyException();
                }
            }
        }

        @Test
        void thenAProbeIsAdmittedNowAndThen_butNeverBeyondTheLimit() throws Exception {
            int first = enterAll(Group.LOGINS).size();
            assertThat(first).as("eight slots and one probe").isEqualTo(9);

            clock.pass(Bulkheads.TRY_EVERY);
            assertThat(enterAll(Group.LOGINS)).hasSize(1);

            clock.pass(Bulkheads.TRY_EVERY);
            assertThat(enterAll(Group.LOGINS)).as("all ten slots are in use").isEmpty();
        }

        @Test
        void givenTheProbeIsAnswered_thenTheNextCallIsAdmittedImmediately() throws Exception {
            List<Place> taken = enterAll(Group.LOGINS);

            for (int login = 0; login < 5; login++) {
                taken.get(taken.size() - 1).close();
                taken.add(bulkheads.enter(Group.LOGINS));
            }
        }

        @Test
        void givenASlotIsReleased_thenTheNextCallGetsIt() throws Exception {
            List<Place> taken = enterAll(Group.REFRESHES);
            taken.get(0).close();

            assertThatCode(() -> bulkheads.enter(Group.REFRESHES)).doesNotThrowAnyException();
            assertThatThrownBy(() -> bulkheads.enter(Group.REFRESHES)).isInstanceOf(UpstreamFailure.Unavailable.class);
        }
    }

    /** More calls arrive than there are slots, and ClassLink responds. */
    @Nested
    class GivenMoreCallsThanSlots {

        private static final Patience LONG = new Patience(Duration.ofSeconds(30), Duration.ofSeconds(30));

        @ParameterizedTest
        @EnumSource
        void thenEveryCallGetsASlotInTurn(Group group) {
            Bulkheads busy = new Bulkheads(new Places(50, 2, 2, 2), LONG, LONG, clock);

            List<CompletableFuture<Void>> people = IntStream.range(0, 64)
                    .mapToObj(person -> CompletableFuture.runAsync(() -> enterAndLeave(busy, group)))
                    .toList();

            assertThatCode(() -> people.forEach(CompletableFuture::join)).doesNotThrowAnyException();
        }

        /** Each waiting call holds a thread, so the wait is limited. */
        @Test
        void thenNoCallWaitsLongerThanTheLimit() throws Exception {
            Bulkheads full = new Bulkheads(
                    new Places(50, 1, 1, 1), new Patience(Duration.ofMillis(20), LONG.longest()), LONG, clock);
            Place taken = full.enter(Group.LOGINS);

            assertThatThrownBy(() -> full.enter(Group.LOGINS)).isInstanceOf(UpstreamFailure.Unavailable.class);
            taken.close();
            assertThatCode(() -> full.enter(Group.LOGINS)).doesNotThrowAnyException();
        }

        @Test
        void givenFewThreadsLeft_thenCallsWithoutASlotAreRejected() throws Exception {
            Bulkheads few = new Bulkheads(new Places(1, 1, 1, 1), LONG, NONE, clock);
            few.enter(Group.LOGINS);

            assertThatThrownBy(() -> few.enter(Group.LOGINS)).isInstanceOf(UpstreamFailure.Unavailable.class);
        }

        @Nested
        class GivenAnotherDoesTheSameWork {

            private final CompletableFuture<String> same = new CompletableFuture<>();
            private final Bulkheads full = new Bulkheads(new Places(50, 5, 5, 5), LONG, LONG, clock);

            /** Four permits; the fifth is reserved. */
            private List<Place> takeAll() throws Exception {
                List<Place> taken = new ArrayList<>();
                for (int permit = 0; permit < 4; permit++) {
                    taken.add(full.enter(Group.REFRESHES));
                }
                return taken;
            }

            @ParameterizedTest
            @ValueSource(booleans = {true, false})
            void thenACallWithoutAPermitWaitsForItsResult_andFreesNoPermit(boolean succeeds) throws Exception {
                List<Place> taken = takeAll();
                same.completeOnTimeout("done", 20, TimeUnit.MILLISECONDS);
                if (!succeeds) {
                    same.completeExceptionally(new IllegalStateException("failed"));
                }

                full.enter(Group.REFRESHES, () -> same).close();

                for (int call = 0; call < 10; call++) {
                    full.enter(Group.REFRESHES, () -> same);
                }
                assertThatCode(() -> full.enter(Group.REFRESHES))
                        .as("the reserved permit")
                        .doesNotThrowAnyException();
                Thread next = new Thread(() -> enterAndLeave(full, Group.REFRESHES));
                next.start();
                while (next.getState() != Thread.State.TIMED_WAITING) {
                    Thread.onSpinWait();
                }
                taken.get(0).close();
                next.join();
            }

            @Test
            void givenItStartsWhileTheCallWaitsForAPermit_thenTheCallWaitsForItsResult() throws Exception {
                takeAll();
                full.enter(Group.REFRESHES); // the reserved permit
                AtomicInteger asked = new AtomicInteger();
                same.complete("done");

                assertThatCode(() -> full.enter(Group.REFRESHES, () -> asked.incrementAndGet() > 3 ? same : null))
                        .doesNotThrowAnyException();
                assertThat(asked).hasValue(4);
            }

            @Test
            void givenItDoesNotEnd_thenTheCallIsRejectedAfterTheSameTime() throws Exception {
                Bulkheads few = new Bulkheads(
                        new Places(50, 1, 1, 1), new Patience(Duration.ofMillis(20), LONG.longest()), LONG, clock);
                few.enter(Group.REFRESHES);

                assertThatThrownBy(() -> few.enter(Group.REFRESHES, () -> same))
                        .isInstanceOf(UpstreamFailure.Unavailable.class);
            }

            @Test
            void givenAFreePermit_thenTheCallGetsIt() throws Exception {
                Bulkheads one = new Bulkheads(new Places(50, 1, 1, 1), NONE, NONE, clock);
                one.enter(Group.REFRESHES, () -> same);

                assertThatThrownBy(() -> one.enter(Group.REFRESHES)).isInstanceOf(UpstreamFailure.Unavailable.class);
            }
        }

        private static void enterAndLeave(Bulkheads busy, Group group) {
            try (Place place = busy.enter(group)) {
                Thread.onSpinWait();
            } catch (UpstreamFailure.Unavailable e) {
                throw new AssertionError(e);
            }
        }
    }

    @Nested
    class GivenConsecutiveTimeouts {

        private final Circuit circuit = circuit(TOKEN_URL);

        @Test
        void thenCallsFailFast_exceptOneProbeEveryFewSeconds() throws Exception {
            timeOuts(Circuit.MAX_TIMEOUTS);

            assertFailsFast(circuit, Bulkheads.TRY_EVERY);
            clock.pass(Duration.ofSeconds(1));
            assertFailsFast(circuit, Bulkheads.TRY_EVERY.minusSeconds(1));
            clock.pass(Duration.ofSeconds(2));
            circuit.begin(Group.LOGINS);
            assertFailsFast(circuit, Bulkheads.TRY_EVERY);
            clock.pass(Bulkheads.TRY_EVERY);
            assertThatCode(() -> circuit.begin(Group.LOGINS))
                    .as("the previous probe may never end")
                    .doesNotThrowAnyException();
        }

        @Test
        void givenOneTimeoutFewer_thenCallsAreMade() throws Exception {
            timeOuts(Circuit.MAX_TIMEOUTS - 1);

            assertThatCode(() -> circuit.begin(Group.LOGINS)).doesNotThrowAnyException();
        }

        @Test
        void givenAnAnswerInBetween_thenTheCountRestarts() throws Exception {
            timeOuts(Circuit.MAX_TIMEOUTS - 1);
            clock.pass(Duration.ofSeconds(1));
            circuit.answered();
            timeOuts(Circuit.MAX_TIMEOUTS - 1);

            assertThatCode(() -> circuit.begin(Group.LOGINS)).doesNotThrowAnyException();
        }

        @Test
        void givenTheProbeIsAnswered_thenAllCallsAreMade() throws Exception {
            timeOuts(Circuit.MAX_TIMEOUTS);
            clock.pass(Bulkheads.TRY_EVERY);
            circuit.begin(Group.LOGINS);
            circuit.answered();

            circuit.begin(Group.LOGINS);
            assertThatCode(() -> circuit.begin(Group.LOGINS)).doesNotThrowAnyException();
        }

        @Test
        void givenTimeoutsOfCallsStartedBeforeTheRecovery_thenTheyAreIgnored() throws Exception {
            List<Instant> silent = new ArrayList<>();
            for (int call = 0; call < 20; call++) {
                silent.add(circuit.begin(Group.LOGINS));
            }
            clock.pass(Duration.ofSeconds(4));
            circuit.answered();
            clock.pass(Duration.ofSeconds(6));
            silent.forEach(circuit::timedOut);

            assertThatCode(() -> circuit.begin(Group.LOGINS)).doesNotThrowAnyException();
        }

        @Test
        void thenOtherUrlsAndOperationsAreUnaffected() throws Exception {
            timeOuts(Circuit.MAX_TIMEOUTS);

            for (String other : List.of(
                    "https://launchpad.classlink.com:8443/oauth2/v2/token",
                    "https://launchpad.classlink.com/oauth2/v2/tokens",
                    "https://misspelt.classlink.com/oauth2/v2/token")) {
                assertThatCode(() -> circuit(URI.create(other)).begin(Group.LOGINS))
                        .as(other)
                        .doesNotThrowAnyException();
            }
            assertThatCode(() -> bulkheads.circuit(Operation.REFRESH, TOKEN_URL).begin(Group.REFRESHES))
                    .doesNotThrowAnyException();
        }

        private void timeOuts(int times) throws UpstreamFailure {
            for (int call = 0; call < times; call++) {
                circuit.timedOut(circuit.begin(Group.LOGINS));
            }
        }

        private void assertFailsFast(Circuit failing, Duration retryAfter) {
            assertThatThrownBy(() -> failing.begin(Group.LOGINS))
                    .isInstanceOfSatisfying(UpstreamFailure.Unavailable.class, e -> {
                        assertThat(e.kind()).isEqualTo(Kind.FAILING_FAST);
                        assertThat(e.retryAfter()).contains(retryAfter);
                    });
        }
    }

    @Test
    void theNumberOfTrackedUrlsIsBounded() {
        for (int address = 0; address < 3 * Bulkheads.MAX_CIRCUITS; address++) {
            circuit(URI.create("https://launchpad.classlink.com/" + address));
        }

        assertThat(bulkheads.circuits()).isLessThanOrEqualTo(Bulkheads.MAX_CIRCUITS);
    }

    private Circuit circuit(URI address) {
        return bulkheads.circuit(Operation.TOKEN, address);
    }

    /** Enters until no slot is left. */
    private List<Place> enterAll(Group group) throws UpstreamFailure {
        List<Place> taken = new ArrayList<>();
        while (true) {
            try {
                taken.add(bulkheads.enter(group));
            } catch (UpstreamFailure.Unavailable e) {
                return taken;
            }
        }
    }

    private static final class MovableClock implements InstantSource {

        private Instant now = Instant.parse("2026-11-24T08:00:00Z");

        private void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
