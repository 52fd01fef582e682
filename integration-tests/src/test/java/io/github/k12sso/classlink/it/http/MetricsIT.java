package io.github.k12sso.classlink.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What docs/metrics.md says, on Keycloak's own metrics endpoint. */
@WithTestEnvironment
@Isolated("compares the counters of the shared server")
class MetricsIT {

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
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
    void whatFailsIsCountedByItsReason() {
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
    void aLaunchIsCountedWhereItBeginsAndWhereItLands() {
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

    /** Of the one series with these tags; 0 as long as there is none. */
    private double value(String meter, String... tags) {
        List<String> wanted = Arrays.asList(tags);
        Pattern series = Pattern.compile("^" + meter + "\\{([^}]*)} ([0-9.E]+)$");
        return environment
                .metrics()
                .lines()
                .map(series::matcher)
                .filter(Matcher::matches)
                .filter(line -> Arrays.asList(line.group(1).split(",")).containsAll(wanted))
                .mapToDouble(line -> Double.parseDouble(line.group(2)))
                .sum();
    }
}
