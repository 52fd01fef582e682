package io.github.k12sso.classlink.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.k12sso.classlink.Stub;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.keycloak.models.RealmModel;

class MeasuredSeriesTest {

    private final SimpleMeterRegistry keycloaks = new SimpleMeterRegistry();

    private enum Color {
        RED,
        GREEN
    }

    @BeforeEach
    void metricsAreEnabled() {
        MeasuredSeries.begin(Set.of());
        Metrics.globalRegistry.clear();
        Metrics.addRegistry(keycloaks);
        MeasuredSeries.declare(Measurement.LOGINS, Color.values());
    }

    @AfterEach
    void andDisabled() {
        Metrics.removeRegistry(keycloaks);
        MeasuredSeries.begin(Set.of());
    }

    @Test
    void serverSeriesAreRegisteredAtStartup() {
        MeasuredSeries.begin(Set.of());

        for (Measurement.Operation operation : Measurement.Operation.values()) {
            for (MeasuredCall.Outcome outcome : MeasuredCall.Outcome.values()) {
                assertThat(keycloaks
                                .get("classlink.upstream.calls")
                                .tags(
                                        "operation",
                                                Measurement.words(operation).get(0),
                                        "outcome", Measurement.words(outcome).get(0))
                                .timer()
                                .count())
                        .isZero();
            }
        }
        assertThat(keycloaks.get("classlink.upstream.rejections").counters()).hasSize(6);
    }

    @Test
    void realmSeriesAreRegisteredOnFirstUse() {
        MeasuredSeries.begin(Set.of());
        assertThat(realms()).isEmpty();

        MeasuredSeries.meet(realm("north"));

        assertThat(logins("north", Color.RED)).isZero();
        assertThat(logins("north", Color.GREEN)).isZero();
    }

    @Test
    void theFirstCountRegistersTheOtherSeriesToo() {
        MeasuredSeries.begin(Set.of());

        Measurement.LOGINS.count(realm("north"), Color.RED);

        assertThat(logins("north", Color.RED)).isEqualTo(1);
        assertThat(logins("north", Color.GREEN)).isZero();
    }

    @Test
    void configuredRealmsAreRegisteredAtStartup_andOthersShareOneTag() {
        MeasuredSeries.begin(Set.of("north", "south"));
        assertThat(realms()).containsExactlyInAnyOrder("north", "south", "other");
        assertThat(logins("south", Color.RED)).isZero();

        Measurement.LOGINS.count(realm("south"), Color.RED);
        Measurement.LOGINS.count(realm("east"), Color.RED);
        Measurement.LOGINS.count(realm("west"), Color.RED);

        assertThat(logins("south", Color.RED)).isEqualTo(1);
        assertThat(logins("other", Color.RED)).isEqualTo(2);
        assertThat(realms()).containsExactlyInAnyOrder("north", "south", "other");
    }

    @Test
    void realmsBeyondTheLimitShareOneTag() {
        MeasuredSeries.begin(Set.of());

        IntStream.range(0, 500)
                .parallel()
                .forEach(number -> Measurement.LOGINS.count(realm("realm-" + number), Color.RED));

        assertThat(realms()).hasSize(MeasuredSeries.MAX_REALMS + 1).contains("other");
        assertThat(logins("other", Color.RED)).isEqualTo(500 - MeasuredSeries.MAX_REALMS);
    }

    @Test
    void readsRealmNamesFromTheOption() {
        assertThat(MeasuredSeries.names(null)).isEmpty();
        assertThat(MeasuredSeries.names(" north, south,,north ")).containsExactly("north", "south");

        String many = IntStream.rangeClosed(0, MeasuredSeries.MAX_NAMED_REALMS)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(","));
        assertThatThrownBy(() -> MeasuredSeries.names(many))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The option spi-social--classlink--metrics-realms names more than 200 realms");
    }

    private static RealmModel realm(String name) {
        return Stub.of(RealmModel.class, Map.of("getName", none -> name));
    }

    private double logins(String realm, Color outcome) {
        return keycloaks
                .get("classlink.logins")
                .tags("realm", realm, "outcome", Measurement.words(outcome).get(0))
                .counter()
                .count();
    }

    private Set<String> realms() {
        return keycloaks.getMeters().stream()
                .map(Meter::getId)
                .map(id -> id.getTag("realm"))
                .filter(realm -> realm != null)
                .collect(Collectors.toSet());
    }
}
