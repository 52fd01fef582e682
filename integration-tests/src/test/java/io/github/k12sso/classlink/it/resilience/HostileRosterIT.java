package io.github.k12sso.classlink.it.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.simulator.SimulatorSettings;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.runtime.HostileRoster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A Keycloak with 512 MB of heap reads malicious roster responses and continues to serve logins. */
@Full // starts a server
@Isolated("one server of a test's own at a time")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileRosterIT {

    private static final int AT_ONCE = 12;

    private TestEnvironment environment;
    private TestRealm realm;
    private Roster roster;
    private String administrator;

    @BeforeAll
    void aSmallServer() {
        environment = TestEnvironment.startOwn("hostile-roster", SimulatorSettings.defaults(), "-Xms128m -Xmx512m");
        realm = environment.newRealm();
        realm.configureRealm(settings -> settings.put("accessTokenLifespan", 7_200));
        roster = Roster.withPartnerKey(environment, realm);
        administrator = roster.administratorsToken("roster-administrator");
        assertSignedIn();
    }

    @AfterAll
    void stop() {
        if (environment != null) {
            environment.close();
        }
    }

    @AfterEach
    void honestAgain() {
        environment.classLink().faults().clear();
        environment.classLink().switches().hostileRoster(HostileRoster.NONE);
        environment.passTime(realm, Duration.ofMinutes(1)); // on a slow machine, three responses may time out
        assertSignedIn();
        assertThat(environment.log()).doesNotContain("OutOfMemoryError");
        assertThat(roster.get(administrator, Roster.MAPLE_VALLEY, "users?limit=1000")
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aMaliciousRosterServiceAffectsNoOtherRequest(HostileRoster kind) {
        environment.classLink().switches().hostileRoster(kind);

        assertThat(readAtOnce()).allMatch(status -> status >= 400);
    }

    @Test
    void aTruncatedPageAffectsNoOtherRequest() {
        environment.classLink().faults().inject(Endpoint.ROSTER, Fault.truncated());

        assertThat(readAtOnce()).allMatch(status -> status >= 400);
    }

    /** Requests end at their deadline, and logins succeed meanwhile. */
    @Test
    void anUnresponsiveDistrictListDelaysNoLogin() {
        TestRealm other = environment.newRealm();
        Roster silent = Roster.withPartnerKey(environment, other);
        String token = silent.administratorsToken("roster-administrator");
        roster.get(administrator, Roster.MAPLE_VALLEY, "terms"); // caches the districts
        environment.classLink().faults().inject(Endpoint.APPLICATIONS, Fault.stall(Duration.ofSeconds(60)));
        long start = System.nanoTime();

        CompletableFuture<Integer> waiting = CompletableFuture.supplyAsync(
                () -> silent.get(token, Roster.MAPLE_VALLEY, "users").statusCode());
        assertSignedIn();
        assertThat(roster.get(administrator, Roster.MAPLE_VALLEY, "users?limit=5")
                        .statusCode())
                .as("roster of another realm")
                .isEqualTo(200);

        assertThat(waiting.join()).isGreaterThanOrEqualTo(500);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(35));
    }

    private List<Integer> readAtOnce() {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        List<CompletableFuture<Integer>> answers = IntStream.range(0, 2 * AT_ONCE)
                .mapToObj(number -> CompletableFuture.supplyAsync(
                        () -> roster.get(administrator, Roster.MAPLE_VALLEY, "users?limit=10000&offset=" + number)
                                .statusCode(),
                        threads))
                .toList();
        assertSignedIn();
        List<Integer> statuses = answers.stream().map(CompletableFuture::join).toList();
        threads.shutdown();
        return statuses;
    }

    private void assertSignedIn() {
        assertThat(realm.login(realm.newBrowser(), "teacher").handedToApp()).containsKey("code");
    }
}
