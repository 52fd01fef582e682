package io.github.k12sso.classlink.oneroster.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.oneroster.client.RosterFailure.Silences;
import io.github.k12sso.classlink.oneroster.client.TestSource.SourcePaging;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** After three timeouts, a service gets no further calls until it responds again. */
@Timeout(30)
class UnresponsiveServiceTest {

    private static final Duration LONG = Duration.ofSeconds(3);

    private Instant now = Instant.parse("2026-09-01T07:45:00Z");
    private final Silences silences = new Silences(() -> now, Ticker.disabledTicker());
    private final Silences.Source source = silences.of("realm provider");
    private UpstreamFailure.Unavailable silence;
    private UpstreamFailure.Unavailable busy;

    @BeforeEach
    void failures() throws Exception {
        try (TestSource answering = TestSource.answering(exchange -> TestSource.send(exchange, 503, "{}"))) {
            busy = failure(answering, answering.url());
            silence = failure(answering, "http://127.0.0.1:1/");
        }
    }

    private static UpstreamFailure.Unavailable failure(TestSource server, String url) throws UpstreamFailure {
        try {
            server.upstream().get(Operation.ROSTER, url);
        } catch (UpstreamFailure.Unavailable e) {
            return e;
        }
        throw new AssertionError("answered");
    }

    @Test
    void afterThreeTimeoutsCallsStopAndOneProbeFollows() throws RosterFailure {
        source.failed(silence, LONG);
        source.failed(silence, LONG);
        source.require();
        source.failed(silence, LONG);

        assertNotCalled(Duration.ofSeconds(30));
        now = now.plusSeconds(20);
        assertNotCalled(Duration.ofSeconds(10));
        assertThatNoException().isThrownBy(() -> silences.of("realm other").require());

        now = now.plusSeconds(10);
        source.require();
        assertNotCalled(Duration.ofSeconds(30));
        source.answered();
        source.require();
    }

    @Test
    void anErrorStatusIsNotATimeout() throws RosterFailure {
        source.failed(silence, LONG);
        source.failed(silence, LONG);
        source.failed(busy, LONG);
        source.failed(silence, LONG);

        source.require();
    }

    /** It costs no waiting time, and a restarted service is detected immediately. */
    @Test
    void aRefusedConnectionIsNotATimeout() throws RosterFailure {
        for (int time = 0; time < 5; time++) {
            source.failed(silence, Duration.ofMillis(5));
        }

        source.require();
    }

    private void assertNotCalled(Duration retryAfter) {
        assertThatExceptionOfType(RosterFailure.class)
                .isThrownBy(source::require)
                .satisfies(failure -> {
                    assertThat(failure.reason()).isEqualTo(RosterFailure.Reason.SOURCE_UNAVAILABLE);
                    assertThat(failure.retryAfter()).contains(retryAfter);
                });
    }

    // ---- the district list
    // ---------------------------------------------------------------------------------------

    @Test
    void anUnresponsiveDistrictListDoesNotDelayOtherProviders() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (TestSource silent = TestSource.answering(exchange -> await(over));
                TestSource honest =
                        TestSource.answering(exchange -> TestSource.send(exchange, 200, list("\"tenant_id\":\"7\"")))) {
            PartnerApplications applications = new PartnerApplications(() -> now, silences);
            List<CompletableFuture<String>> waiting = Stream.generate(
                            () -> CompletableFuture.supplyAsync(() -> reason(applications, "silent", silent)))
                    .limit(2)
                    .toList();
            waitUntilCalled(silent);

            assertThat(applications.find(partner("honest", honest, 10), "7")).isPresent();

            assertThat(silent.asked()).as("one call for all requests").hasSize(1);
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            over.countDown();
            waiting.forEach(CompletableFuture::join);
        }
    }

    /** The deadline of the request includes reading the district list. */
    @Test
    void theDistrictListSharesTheDeadlineOfTheRequest() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (TestSource silent = TestSource.answering(exchange -> await(over))) {
            PartnerApplications applications = new PartnerApplications(() -> now, silences);

            assertThatExceptionOfType(RosterFailure.class)
                    .isThrownBy(() -> applications.find(partner("silent", silent, 0.2), "7"));

            over.countDown();
        }
    }

    @Test
    void districtIdsAndTheDistrictListAreBounded() throws Exception {
        String long256 = "x".repeat(256);
        try (TestSource honest = TestSource.answering(exchange ->
                TestSource.send(exchange, 200, list("\"tenant_id\":\"" + long256 + "\"", "\"tenant_id\":\"7\"")))) {
            PartnerApplications applications = new PartnerApplications(() -> now, silences);

            assertThat(applications.find(partner("p", honest, 10), "7")).isPresent();
            assertThat(applications.find(partner("p", honest, 10), long256)).isEmpty();
        }
        try (TestSource endless = TestSource.ofStudents(0, 0, SourcePaging.SILENT)) {
            PartnerApplications applications = new PartnerApplications(() -> now, silences);

            assertThatExceptionOfType(RosterFailure.class)
                    .isThrownBy(() -> applications.find(partner("q", endless, 10), "7"))
                    .withMessageContaining("has no applications array");
        }
    }

    private static String reason(PartnerApplications applications, String provider, TestSource server) {
        try {
            Optional<PartnerApplications.Application> found = applications.find(partner(provider, server, 10), "7");
            return "found " + found.isPresent();
        } catch (RosterFailure e) {
            return e.reason().name();
        }
    }

    private static PartnerApplications.Partner partner(String provider, TestSource server, double seconds) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        return new PartnerApplications.Partner(provider, server.upstream(), server.url(), "key", end);
    }

    private static String list(String... rows) {
        return "{\"applications\":["
                + String.join(
                        ",",
                        Stream.of(rows)
                                .map(row -> "{" + row + ",\"oneroster_application_id\":\"a\",\"bearer\":\"b\"}")
                                .toList())
                + "]}";
    }

    private static void waitUntilCalled(TestSource server) {
        while (server.asked().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    private static void await(CountDownLatch over) {
        try {
            over.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
