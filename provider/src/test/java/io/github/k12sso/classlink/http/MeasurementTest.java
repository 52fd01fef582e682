package io.github.k12sso.classlink.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.k12sso.classlink.http.Measurement.Operation;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MeasurementTest {

    private static final Pattern SERIES = Pattern.compile("classlink_[a-z_]+");

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
    void countsByTheNamesOfConstants() {
        Measurement.REFRESHES.count(MeasuredCall.Outcome.ANSWERED);
        Measurement.REFRESHES.count(MeasuredCall.Outcome.ANSWERED);

        assertThat(keycloaks
                        .get("classlink.token.refreshes")
                        .tag("outcome", "answered")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void timesByTheNamesOfConstants() {
        Measurement.UPSTREAM_CALLS.record(Duration.ofMillis(250), Operation.PROFILE, MeasuredCall.Outcome.REFUSED);

        assertThat(keycloaks
                        .get("classlink.upstream.calls")
                        .tags("operation", "profile", "outcome", "refused")
                        .timer()
                        .totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(250);
    }

    @Test
    void aTagTooFewIsAMistakeOfOurs() {
        assertThatThrownBy(() -> Measurement.UPSTREAM_CALLS.count(MeasuredCall.Outcome.ANSWERED))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("classlink.upstream.calls has the tags operation,outcome");
    }

    @ParameterizedTest
    @EnumSource
    void hasARowInTheDocs(Measurement measurement) throws IOException {
        String row = Files.readAllLines(Path.of("../docs/metrics.md")).stream()
                .filter(line -> line.startsWith("| `" + prometheus(measurement)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row for " + prometheus(measurement)));

        assertThat(measurement.tags()).allSatisfy(tag -> assertThat(row).contains("`" + tag + "`"));
    }

    @Test
    void theDashboardAsksForNothingElse() throws IOException {
        JsonNode dashboard = new ObjectMapper()
                .readTree(Path.of("../docs/grafana-dashboard.json").toFile());
        List<String> known = Arrays.stream(Measurement.values())
                .map(MeasurementTest::prometheus)
                .toList();

        assertThat(dashboard.get("panels"))
                .hasSizeGreaterThanOrEqualTo(known.size())
                .allSatisfy(panel -> assertThat(panel.get("targets")).allSatisfy(target -> {
                    List<String> asked = SERIES.matcher(target.get("expr").textValue())
                            .results()
                            .map(MatchResult::group)
                            .toList();
                    assertThat(asked)
                            .isNotEmpty()
                            .allMatch(name -> known.stream().anyMatch(name::startsWith));
                }));
        known.forEach(name -> assertThat(dashboard.toString()).contains(name));
    }

    private static String prometheus(Measurement measurement) {
        return measurement.meter().replace('.', '_');
    }
}
