package io.github.k12sso.classlink.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.k12sso.classlink.http.Measurement.Operation;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeasurementTest {

    private static final Pattern SERIES =
            Pattern.compile("\\bclasslink_[a-z_]+_(?:total|count|bucket|seconds|sum|max)\\b");

    private final SimpleMeterRegistry keycloaks = new SimpleMeterRegistry();

    @BeforeEach
    void metricsAreEnabled() {
        Metrics.addRegistry(keycloaks);
    }

    @AfterEach
    void andDisabled() {
        Metrics.removeRegistry(keycloaks);
    }

    @Test
    void countsWithConstantTagValues() {
        Measurement.ROSTER_CACHE.count(MeasuredCall.Outcome.ANSWERED);
        Measurement.ROSTER_CACHE.count(MeasuredCall.Outcome.ANSWERED);

        assertThat(keycloaks
                        .get("classlink.roster.cache")
                        .tag("result", "answered")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void timesWithConstantTagValues() {
        Measurement.UPSTREAM_CALLS.record(Duration.ofMillis(250), Operation.PROFILE, MeasuredCall.Outcome.REFUSED);

        assertThat(keycloaks
                        .get("classlink.upstream.calls")
                        .tags("operation", "profile", "outcome", "refused")
                        .timer()
                        .totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(250);
    }

    @Test
    void aMissingTagThrows() {
        assertThatThrownBy(() -> Measurement.UPSTREAM_CALLS.record(Duration.ZERO, MeasuredCall.Outcome.ANSWERED))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("classlink.upstream.calls has the tags operation,outcome");
    }

    @Test
    void onlyRealmCountersHaveARealmTag() {
        assertThatThrownBy(() -> Measurement.LOGINS.count(MeasuredCall.Outcome.ANSWERED))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("classlink.logins has the tags realm,outcome");
    }

    @ParameterizedTest
    @EnumSource
    void everyMetricIsDocumented(Measurement measurement) throws IOException {
        String row = Files.readAllLines(Path.of("../docs/operate/metrics.md")).stream()
                .filter(line -> line.startsWith("| `" + measurement.series() + "`"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row for " + measurement.series()));

        assertThat(measurement.tags()).allSatisfy(tag -> assertThat(row).contains("`" + tag + "`"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"alerts.yaml", "alerts-test.yaml", "grafana-dashboard.json"})
    void docsAndAlertsUseNoOtherMetric(String file) throws IOException {
        Set<String> asked = SERIES.matcher(Files.readString(Path.of("../deploy/monitoring", file)))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toSet());
        Set<String> known = Arrays.stream(Measurement.values())
                .flatMap(measurement -> measurement.series().endsWith("_total")
                        ? Stream.of(measurement.series())
                        : Stream.of("_count", "_bucket").map(end -> measurement.series() + end))
                .collect(Collectors.toSet());

        assertThat(asked).isNotEmpty().isSubsetOf(known);
    }

    @Test
    void theDashboardShowsEveryMetric() throws IOException {
        assertThat(Files.readString(Path.of("../deploy/monitoring/grafana-dashboard.json")))
                .contains(Arrays.stream(Measurement.values())
                        .map(Measurement::series)
                        .toList());
    }
}
