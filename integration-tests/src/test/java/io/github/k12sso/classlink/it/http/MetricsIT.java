package io.github.k12sso.classlink.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Checks docs/operate/metrics.md against Keycloak's metrics endpoint. */
@WithTestEnvironment
@Isolated("compares the counters of the shared server")
class MetricsIT {

    private static final Pattern SERIES = Pattern.compile("(?m)^(classlink_\\w+)\\{([^}]*)} ([0-9.E]+)$");
    private static final Pattern WORD = Pattern.compile("`(\\w+)`");

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
    }

    /** For a realm named in the server's option. Prometheus detects no increase in a series that starts at 1. */
    @Test
    void everyOutcomeOfARealmIsAtZeroBeforeTheFirstCall() throws IOException {
        List<Series> unused = series().stream()
                .filter(series -> series.tags().contains("realm=\"" + TestEnvironment.UNUSED_REALM + "\""))
                .toList();

        assertThat(unused)
                .hasSizeBetween(100, 200)
                .allSatisfy(series -> assertThat(series.value()).isZero());
        assertThat(outcomes(unused, "classlink_logins_total"))
                .contains("identified")
                .containsAll(reasonsIn("administer/troubleshooting.md"));
        assertThat(outcomes(unused, "classlink_roster_outcomes_total"))
                .contains("answered")
                .containsAll(reasonsIn("operate/roster-operations.md"));
        assertThat(outcomes(unused, "classlink_launches_total"))
                .containsExactlyInAnyOrder("begun", "landed", "refused");
        assertThat(outcomes(unused, "classlink_token_refreshes_total")).contains("refreshed", "grant_revoked", "gone");
        assertThat(outcomes(unused, "classlink_token_requests_total"))
                .contains("stored", "coalesced", "not_linked", "token_scope_missing", "keys_unavailable");
    }

    @Test
    void everyServerOutcomeIsAtZeroFromTheStart() throws IOException {
        assertThat(outcomes(series(), "classlink_upstream_calls_seconds_count"))
                .containsExactlyInAnyOrder("answered", "refused", "unavailable", "malformed");
        assertThat(outcomes(series(), "classlink_roster_requests_seconds_count"))
                .contains("answered")
                .containsAll(reasonsIn("operate/roster-operations.md"));
        assertThat(environment.metrics())
                .contains("classlink_upstream_rejections_total{group=\"rosters\",reason=\"no_place\"")
                .contains("classlink_roster_cache_total{result=\"applications_miss\"")
                .containsPattern("classlink_roster_requests_seconds_bucket\\{[^}]*le=\"30\\.0\"");
    }

    @Test
    void aLoginAndAnExchangeAreCountedAndTimed() {
        double calls = calls("token", "answered");
        double profiles = calls("profile", "answered");
        double logins = value("classlink_logins_total", "outcome=\"identified\"");
        double exchanges = value("classlink_token_requests_total", "api=\"token_exchange\"", "outcome=\"stored\"");

        String token = realm.tokensOf("student").get("access_token").textValue();
        realm.exchange(token);

        assertThat(calls("token", "answered")).isEqualTo(calls + 1);
        assertThat(calls("profile", "answered")).isEqualTo(profiles + 1);
        assertThat(value("classlink_logins_total", "outcome=\"identified\"")).isEqualTo(logins + 1);
        assertThat(value("classlink_token_requests_total", "api=\"token_exchange\"", "outcome=\"stored\""))
                .isEqualTo(exchanges + 1);
        assertThat(environment.metrics())
                .containsPattern("classlink_upstream_calls_seconds_bucket\\{[^}]*le=\"0\\.3\"");
    }

    @Test
    void failuresAreCountedByReason() {
        double unavailable = calls("profile", "unavailable");
        double logins = value("classlink_logins_total", "outcome=\"classlink_unavailable\"");
        double refused = value("classlink_token_requests_total", "outcome=\"token_scope_missing\"");
        environment
                .classLink()
                .faults()
                .inject(Endpoint.MY_INFO, Fault.status(503))
                .times(1);

        Browser browser = realm.newBrowser();
        realm.login(browser, "student");
        String token = realm.redeem(browser.open(realm.loginRequest("openid")), TestRealm.APP, TestRealm.APP_SECRET)
                .get("access_token")
                .textValue();
        realm.exchange(token);

        assertThat(calls("profile", "unavailable")).isEqualTo(unavailable + 1);
        assertThat(value("classlink_logins_total", "outcome=\"classlink_unavailable\""))
                .isEqualTo(logins + 1);
        assertThat(value("classlink_token_requests_total", "outcome=\"token_scope_missing\""))
                .isEqualTo(refused + 1);
    }

    @Test
    void aTileLaunchIsCountedAtItsStartAndEnd() {
        double begun = launches("begun");
        double landed = launches("landed");
        double refused = launches("refused");
        Browser browser = realm.newBrowser();
        browser.open(realm.url("/classlink/" + TestRealm.ALIAS + "/launch"));
        assertThat(launches("refused")).isEqualTo(refused + 1);

        realm.configure("launchpadClient", TestRealm.APP);
        realm.configureClient(TestRealm.APP, app -> app.put("baseUrl", "http://app.example/home"));
        realm.choosePersona(browser, browser.open(realm.url("/classlink/" + TestRealm.ALIAS + "/launch")), "student");

        assertThat(launches("begun")).isEqualTo(begun + 1);
        assertThat(launches("landed")).isEqualTo(landed + 1);
    }

    private double launches(String outcome) {
        return value("classlink_launches_total", "outcome=\"" + outcome + "\"");
    }

    private double calls(String operation, String outcome) {
        return value(
                "classlink_upstream_calls_seconds_count",
                "operation=\"" + operation + "\"",
                "outcome=\"" + outcome + "\"");
    }

    /** Sum of the series with these tags over all realms. */
    private double value(String meter, String... tags) {
        return series().stream()
                .filter(series -> series.meter().equals(meter) && series.tags().containsAll(Arrays.asList(tags)))
                .mapToDouble(Series::value)
                .sum();
    }

    private record Series(String meter, List<String> tags, double value) {}

    private List<Series> series() {
        return SERIES.matcher(environment.metrics())
                .results()
                .map(line -> new Series(
                        line.group(1), List.of(line.group(2).split(",", -1)), Double.parseDouble(line.group(3))))
                .toList();
    }

    private static Set<String> outcomes(List<Series> all, String meter) {
        return all.stream()
                .filter(series -> series.meter().equals(meter))
                .flatMap(series -> series.tags().stream())
                .filter(tag -> tag.startsWith("outcome="))
                .map(tag -> tag.substring("outcome=".length()).replace("\"", ""))
                .collect(Collectors.toSet());
    }

    /** Reasons in the first column of the tables. */
    private static Set<String> reasonsIn(String page) throws IOException {
        Set<String> reasons = new TreeSet<>();
        boolean table = false;
        for (String line : Files.readAllLines(Path.of(System.getProperty("project.root"), "docs", page))) {
            table = line.startsWith("| reason |") || (table && line.startsWith("|"));
            if (table) {
                WORD.matcher(line.split("\\|", -1)[1]).results().forEach(word -> reasons.add(word.group(1)));
            }
        }
        assertThat(reasons).as(page).hasSizeGreaterThan(25);
        return reasons;
    }
}
