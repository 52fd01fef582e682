package io.github.k12sso.classlink.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.diagnostics.Trials.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.SingleUseObjectProvider;

class TrialsTest {

    private final Map<String, Map<String, String>> stored = new HashMap<>();
    private Instant now = Instant.parse("2026-11-27T08:00:00Z");

    private static final Step RESULT = new Step("result", "failed", Map.of("reason", "district_not_allowed"));

    @Test
    void aReportThatIsTooLongKeepsTheFirstStepsAndTheResult() {
        List<Step> steps = new ArrayList<>();
        for (int mapper = 0; mapper < 100; mapper++) {
            steps.add(new Step("mapper " + mapper, "ok", Map.of("groups added", "x".repeat(2_000))));
        }
        steps.add(RESULT);

        String stored = Trials.write(steps);

        assertThat(stored.length()).isLessThanOrEqualTo(64 * 1024);
        assertThat(Trials.read(stored))
                .hasSizeBetween(20, 40)
                .startsWith(steps.get(0), steps.get(1))
                .endsWith(RESULT);
    }

    @Test
    void aReportWithinTheLimitIsKeptUnchanged() {
        List<Step> steps = List.of(new Step("profile", "ok", Map.of("UserId", "***")), RESULT);

        assertThat(Trials.read(Trials.write(steps))).isEqualTo(steps);
    }

    @Test
    void aLinkExpiresButItsReportRemains() {
        Trials trials = trials();
        Trials.Created brief = trials.create(Duration.ofSeconds(10)).orElseThrow();
        Trials.Created week = trials.create(Trials.MAX_LIFESPAN).orElseThrow();
        now = now.plusSeconds(9);
        assertThat(status(trials, brief)).isEqualTo(Trials.Status.OPEN);

        now = now.plusSeconds(1);

        assertThat(status(trials, brief)).isEqualTo(Trials.Status.EXPIRED);
        assertThat(trials.use(trials.ofLink(brief.key()).orElseThrow())).isFalse();
        Trials.Trial open = trials.ofLink(week.key()).orElseThrow();
        assertThat(trials.use(open)).isTrue();
        assertThat(trials.use(open)).as("once").isFalse();
        trials.report(open, List.of(RESULT));
        now = now.plus(Trials.MAX_LIFESPAN);
        assertThat(trials.find(week.id()).orElseThrow().steps()).containsExactly(RESULT);
        assertThat(status(trials, week)).isEqualTo(Trials.Status.DONE);
    }

    private static Trials.Status status(Trials trials, Trials.Created created) {
        return trials.ofLink(created.key()).orElseThrow().status();
    }

    /** A single-use object store whose entries do not expire. */
    private Trials trials() {
        SingleUseObjectProvider store = Stub.of(
                SingleUseObjectProvider.class,
                Map.of(
                        "put",
                        arguments -> stored.put((String) arguments[0], notes(arguments[2])),
                        "get",
                        arguments -> stored.get(arguments[0]),
                        "remove",
                        arguments -> stored.remove(arguments[0]),
                        "putIfAbsent",
                        arguments -> stored.putIfAbsent((String) arguments[0], Map.of()) == null,
                        "contains",
                        arguments -> stored.containsKey(arguments[0])));
        RealmModel realm = Stub.of(RealmModel.class, Map.of("getId", arguments -> "realm-1"));
        KeycloakContext context = Stub.of(KeycloakContext.class, Map.of("getRealm", arguments -> realm));
        KeycloakSession session = Stub.of(
                KeycloakSession.class,
                Map.of("singleUseObjects", arguments -> store, "getContext", arguments -> context));
        return new Trials(session, "classlink", () -> now);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> notes(Object argument) {
        return (Map<String, String>) argument;
    }
}
