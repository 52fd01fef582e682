package io.github.k12sso.classlink.it.resilience;

import io.github.k12sso.classlink.it.support.Await;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.simulator.SimulatorSettings;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** A server with traffic and faults. */
final class MixedLoad implements AutoCloseable {

    private static final Duration LOGIN_EVERY = Duration.ofMillis(400);
    private static final Duration EXCHANGE_EVERY = Duration.ofMillis(100);
    private static final Duration PAGE_EVERY = Duration.ofMillis(500);
    private static final Duration FAULT_CHANGES_EVERY = Duration.ofSeconds(2);
    private static final Duration SAMPLE_EVERY = Duration.ofMillis(500);
    /** Time for idle connections to close. */
    private static final Duration CLOSING = Duration.ofSeconds(5);
    /** Maximum duration of a request in progress when the load ended. */
    private static final Duration LAST_REQUEST = Duration.ofSeconds(60);

    private final TestEnvironment environment;
    private final Traffic traffic;
    private final FaultSchedule schedule;
    private final List<ServerHealth> samples = new ArrayList<>();

    private MixedLoad(TestEnvironment environment) {
        this.environment = environment;
        environment.classLink().tokenMode(TokenMode.GUIDE);
        // Less than the refresh threshold (60 s), so that every exchange calls ClassLink, and no lost response costs a
        // user
        // their token.
        environment.classLink().switches().guideTokenLifetime(Duration.ofSeconds(30));
        environment.classLink().switches().refreshRotation(false);
        environment.classLink().revocation(true);
        TestRealm realm = environment.newRealm();
        realm.configure("revocationUrl", environment.classLink().baseUrl() + "/oauth2/v2/revoke");
        realm.configureRealm(settings -> settings.put("eventsEnabled", false)
                .put("adminEventsEnabled", false)
                .put("accessTokenLifespan", 7_200)
                .put("ssoSessionIdleTimeout", 7_200)
                // Failed logins expire within the run.
                .put("accessCodeLifespanLogin", 60)
                .put("accessCodeLifespanUserAction", 60));
        this.traffic = new Traffic(realm, Roster.withPartnerKey(environment, realm));
        this.schedule = new FaultSchedule(environment.classLink());
    }

    /**
     * Starts Keycloak with 512 MB of heap.
     *
     * @param name folder of its files below {@code target/}
     */
    public static MixedLoad start(String name) {
        return new MixedLoad(TestEnvironment.startOwn(name, SimulatorSettings.defaults(), "-Xms256m -Xmx512m"));
    }

    /**
     * The measurements.
     *
     * @param filesBefore open files and sockets after the warm-up, when the server is idle
     * @param filesAfter the same after the load
     * @param first minimum of each value in the second quarter of the time, after the warm-up
     * @param last minimum of each value in the last quarter; database connections when idle
     */
    public record Report(
            Duration length,
            int faults,
            Map<String, AtomicInteger> answers,
            List<String> wrong,
            boolean allResidentsHaveTheirToken,
            Map<String, Long> rowsBefore,
            Map<String, Long> rowsAfter,
            double filesBefore,
            double filesAfter,
            ServerHealth first,
            ServerHealth last) {

        /** The measurements as a table. */
        public String table() {
            String counts = answers.entrySet().stream()
                    .map(answer -> "| %s | %d |"
                            .formatted(answer.getKey(), answer.getValue().get()))
                    .collect(Collectors.joining("\n"));
            return """
                    | in %s, with %d faults of ClassLink | |
                    | --- | --- |
                    %s
                    | threads, second quarter and last | %.0f and %.0f |
                    | open files and sockets before and after, at rest | %.0f and %.0f |
                    | heap in use at least, MB of 512 | %.0f and %.0f |
                    | database rows before and after | %d and %d |
                    """.formatted(
                    length,
                    faults,
                    counts,
                    first.threads(),
                    last.threads(),
                    filesBefore,
                    filesAfter,
                    first.heap(),
                    last.heap(),
                    rowsBefore.values().stream().mapToLong(Long::longValue).sum(),
                    rowsAfter.values().stream().mapToLong(Long::longValue).sum());
        }
    }

    /** Runs the load, stops it and measures. */
    public Report run(Duration length) {
        during(length.dividedBy(6)); // warms up and fills caches
        traffic.deleteVisitors();
        double filesBefore = filesAtRest();
        Map<String, Long> before = ServerHealth.rows(environment.database());
        samples.clear();
        during(length);
        Await.until("tokens of all residents", traffic::everyResidentHasTheirToken);
        traffic.deleteVisitors();
        Await.until(
                "idle database connections", () -> ServerHealth.of(environment).databaseConnections() == 0);
        int quarter = samples.size() / 4;
        ServerHealth first = ServerHealth.least(samples.subList(quarter, 2 * quarter));
        double filesAfter = filesAtRest();
        return new Report(
                length,
                schedule.faults(),
                traffic.answers(),
                traffic.wrong(),
                traffic.everyResidentHasTheirToken(),
                before,
                ServerHealth.rows(environment.database()),
                filesBefore,
                filesAfter,
                first,
                ServerHealth.least(samples.subList(samples.size() - quarter, samples.size())));
    }

    /**
     * The minimum within some seconds, because a browser's connection closes only when this JVM has garbage-collected the
     * browser.
     */
    private double filesAtRest() {
        double least = Double.MAX_VALUE;
        for (long end = System.nanoTime() + CLOSING.toNanos(); System.nanoTime() < end; ) {
            System.gc();
            least = Math.min(least, ServerHealth.of(environment).files());
        }
        return least;
    }

    private void during(Duration length) {
        ScheduledExecutorService clock = Executors.newScheduledThreadPool(6);
        List<ScheduledFuture<?>> work = new ArrayList<>();
        Traffic.VISITORS.forEach(persona -> work.add(every(clock, LOGIN_EVERY, () -> traffic.login(persona))));
        work.addAll(List.of(
                every(clock, EXCHANGE_EVERY, traffic::exchange),
                every(clock, PAGE_EVERY, traffic::read),
                every(clock, SAMPLE_EVERY, () -> samples.add(ServerHealth.of(environment))),
                every(clock, FAULT_CHANGES_EVERY, schedule::change)));
        try {
            clock.awaitTermination(length.toMillis(), TimeUnit.MILLISECONDS);
            if (work.stream().anyMatch(ScheduledFuture::isDone)) {
                throw new AssertionError("a simulated user or app has stopped");
            }
            clock.shutdown();
            if (!clock.awaitTermination(LAST_REQUEST.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("a request is still in progress " + LAST_REQUEST + " after the load");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        environment.classLink().faults().clear();
    }

    private ScheduledFuture<?> every(ScheduledExecutorService clock, Duration pause, Runnable work) {
        return clock.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException | AssertionError failure) {
                        traffic.failed(failure);
                    }
                },
                0,
                pause.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        environment.close();
    }
}
