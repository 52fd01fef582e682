package io.github.k12sso.classlink.it.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.TestReport;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every call to ClassLink with every fault: the user or app gets a timely response, no data is lost or partially written, the
 * next call works, and response, event, metric and log line match {@code upstream-faults.tsv}. Writes the observations to {@code
 * target/reports/reliability.md}.
 */
@WithTestEnvironment
@Isolated("compares the shared server's metrics before and after")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpstreamFaultsIT {

    /** One fault of each kind: no response, a response with Retry-After, an invalid response. */
    private static final Set<UpstreamFault> ONE_OF_EACH_KIND =
            EnumSet.of(UpstreamFault.RESET, UpstreamFault.STATUS_503, UpstreamFault.MALFORMED);

    /** The provider's 10 s for a call plus a margin for a busy machine. The roster gateway's deadline is 30 s. */
    private static final Duration DEADLINE = Duration.ofSeconds(14);

    private static final Duration ROSTER_DEADLINE = Duration.ofSeconds(34);
    private static final Pattern COUNT = Pattern.compile(
            "(?m)^classlink_upstream_calls_seconds_count\\{operation=\"([a-z]+)\",outcome=\"([a-z]+)\",?} ([0-9.E]+)$");
    /** Details that differ between runs: host, time and user. */
    private static final Pattern PARTICULARS =
            Pattern.compile(",? ?\\b(realm|provider|reference|client|path|user|district|tenant)=[^ ,]+,?");

    private final ExpectedFaults expected = new ExpectedFaults();
    private final Map<UpstreamCall, List<String>> report =
            Collections.synchronizedMap(new EnumMap<>(UpstreamCall.class));

    private TestEnvironment environment;
    private UnreachableAddresses unreachable;

    @BeforeAll
    void addressesWithoutClassLink(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        unreachable = UnreachableAddresses.open(
                Path.of(System.getProperty("work.dir")).resolve("untrusted.p12"));
    }

    @AfterAll
    void closeAddressesAndWriteReport() {
        unreachable.close();
        List<String> lines = new ArrayList<>(List.of("# Calls to ClassLink with faults", ""));
        report.forEach((call, rows) -> {
            lines.addAll(
                    List.of("## " + call, "", "| fault | answer | event | outcome | log |", "|---|---|---|---|---|"));
            lines.addAll(rows);
            lines.add("");
        });
        TestReport.write("reliability.md", String.join("\n", lines));
    }

    @BeforeEach
    void aClassLinkThatRevokes() {
        environment.classLink().tokenMode(TokenMode.GUIDE);
        environment.classLink().revocation(true);
        // Without rotation, ClassLink accepts the refresh token again even if it processed the lost request.
        environment.classLink().switches().refreshRotation(false);
    }

    @AfterEach
    void asItWas() {
        environment.classLink().revocation(false);
    }

    @ParameterizedTest
    @EnumSource
    void oneFaultOfEachKindIsReportedWithoutDataLoss(UpstreamCall call) {
        assertExpected(call, ONE_OF_EACH_KIND);
    }

    @Full // up to 23 faults, two of which last until the provider's timeout
    @ParameterizedTest
    @EnumSource
    void everyFaultIsReportedWithoutDataLoss(UpstreamCall call) {
        assertThat(expected.of(call))
                .containsOnlyKeys(EnumSet.allOf(UpstreamFault.class).stream()
                        .filter(call::canHave)
                        .toList());
        assertExpected(call, EnumSet.allOf(UpstreamFault.class));
    }

    private void assertExpected(UpstreamCall call, Set<UpstreamFault> faults) {
        Map<UpstreamFault, Observed> observed = observeAll(call, faults);
        report.merge(
                call,
                observed.values().stream().map(Observed::row).toList(),
                (one, other) -> one.size() > other.size() ? one : other);

        Map<UpstreamFault, ExpectedFaults.Expected> rows = expected.of(call);
        SoftAssertions.assertSoftly(softly -> observed.forEach((fault, seen) -> {
            ExpectedFaults.Expected row = rows.get(fault);
            softly.assertThat(seen.answer()).as("%s: answer", fault).isEqualTo(row.answer());
            softly.assertThat(seen.event()).as("%s: event", fault).isEqualTo(row.event());
            softly.assertThat(seen.outcome()).as("%s: outcome", fault).isEqualTo(row.outcome());
            softly.assertThat(seen.log()).as("%s: log", fault).matches(row.log());
        }));
    }

    /** In the order of the faults. */
    private Map<UpstreamFault, Observed> observeAll(UpstreamCall call, Set<UpstreamFault> chosen) {
        Map<UpstreamFault, Observed> seen = Collections.synchronizedMap(new EnumMap<>(UpstreamFault.class));
        List<UpstreamFault> faults = chosen.stream().filter(call::canHave).toList();
        faults.stream()
                .filter(fault -> !fault.onlyTimeEnds())
                .forEach(fault -> seen.put(fault, observe(call, fault, () -> {})));
        // The other two run concurrently, because each has its own URL or fault and lasts until the timeout.
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Void> stalls = faults.contains(UpstreamFault.CONNECT_STALLS)
                ? CompletableFuture.runAsync(() -> seen.put(
                        UpstreamFault.CONNECT_STALLS,
                        observe(call, UpstreamFault.CONNECT_STALLS, () -> begun.complete(null))))
                : CompletableFuture.completedFuture(null);
        CompletableFuture.anyOf(begun, stalls).join();
        if (faults.contains(UpstreamFault.DRIP)) {
            seen.put(UpstreamFault.DRIP, observe(call, UpstreamFault.DRIP, () -> {}));
        }
        stalls.join();

        environment.classLink().faults().clear();
        seen.values().forEach(each -> each.over().run());
        return seen;
    }

    /**
     * One observed fault.
     *
     * @param over ends the fault, and fails if the next call does not work
     */
    private record Observed(
            UpstreamFault fault, String answer, String event, String outcome, String log, Runnable over) {

        String row() {
            return "| %s | %s | %s | %s | %s |"
                    .formatted(
                            fault,
                            answer,
                            event,
                            outcome,
                            PARTICULARS.matcher(log).replaceAll("").strip());
        }
    }

    private Observed observe(UpstreamCall call, UpstreamFault fault, Runnable begins) {
        TestRealm realm = environment.newRealm();
        Map<String, Double> counted = new LinkedHashMap<>();
        UpstreamCall.Observation observed = call.observe(fault, unreachable, environment, realm, () -> {
            counted.putAll(outcomes(call));
            begins.run();
        });
        if (!fault.onlyTimeEnds()) {
            environment.classLink().faults().clear();
        }
        assertThat(observed.took())
                .as("%s: %s", call, fault)
                .isLessThan(
                        call == UpstreamCall.ROSTER || call == UpstreamCall.APPLICATIONS ? ROSTER_DEADLINE : DEADLINE);
        return new Observed(
                fault,
                observed.answer(),
                event(realm),
                String.join(", ", risen(counted, outcomes(call))),
                log(realm),
                observed.over());
    }

    /** The newest error event, as {@code TYPE reason}, or with its error if the reason is a sentence. */
    private static String event(TestRealm realm) {
        for (JsonNode event : realm.admin().get("/realms/" + realm.name() + "/events?max=20")) {
            if (event.hasNonNull("error")) {
                String reason = event.at("/details/reason").asText();
                return "%s %s"
                        .formatted(
                                event.get("type").textValue(),
                                reason.matches("[a-z_]+")
                                        ? reason
                                        : event.get("error").textValue());
            }
        }
        return "none";
    }

    /** The count of each outcome of the call. */
    private Map<String, Double> outcomes(UpstreamCall call) {
        Map<String, Double> outcomes = new LinkedHashMap<>();
        Matcher count = COUNT.matcher(environment.metrics());
        while (count.find()) {
            if (count.group(1).equals(call.operation())) {
                outcomes.put(count.group(2), Double.valueOf(count.group(3)));
            }
        }
        return outcomes;
    }

    private static List<String> risen(Map<String, Double> before, Map<String, Double> after) {
        List<String> risen = new ArrayList<>();
        after.forEach((outcome, count) -> {
            if (count > before.getOrDefault(outcome, 0.0)) {
                risen.add(outcome);
            }
        });
        return risen.stream().sorted().toList();
    }

    /** The provider's warning, without time and thread. */
    private String log(TestRealm realm) {
        return environment.logOf(realm).stream()
                .filter(line -> line.contains(" WARN ") && line.contains("[io.github.k12sso"))
                .map(line -> line.replaceFirst("^.*?\\) ", ""))
                .findFirst()
                .orElse("none");
    }
}
