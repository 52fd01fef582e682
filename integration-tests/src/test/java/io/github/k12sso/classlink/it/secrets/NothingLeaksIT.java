package io.github.k12sso.classlink.it.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Runs successful and failed logins and exchanges, then searches the server's output for their secrets. */
@WithTestEnvironment
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NothingLeaksIT {

    private final Set<String> secrets = new LinkedHashSet<>(Set.of(TestRealm.CLASSLINK_SECRET));
    private TestRealm realm;

    @BeforeAll
    void goodAndBadLoginsAndExchanges(TestEnvironment environment) {
        realm = environment.newRealm();
        environment.classLink().tokenMode(TokenMode.GUIDE);
        environment.classLink().clearRequests();

        JsonNode tokens = realm.tokensOf("student");
        secrets.add(
                Http.json(realm.exchange(tokens.get("access_token").textValue()).body())
                        .get("access_token")
                        .textValue());
        realm.tokensOf("student");
        for (Endpoint endpoint : List.of(Endpoint.TOKEN, Endpoint.MY_INFO)) {
            for (Fault fault :
                    List.of(Fault.status(500), Fault.status(400), Fault.malformedJson(), Fault.truncated())) {
                environment.classLink().faults().inject(endpoint, fault).times(1);
                realm.login(realm.newBrowser(), "teacher");
            }
        }
        environment.classLink().issueIdTokensWith(draft -> {
            secrets.add(draft.sign());
            return draft.sign() + "x";
        });
        Browser browser = realm.newBrowser();
        realm.login(browser, "teacher");
        browser.open(realm.callbackUrl());

        environment.classLink().requests().stream()
                .flatMap(NothingLeaksIT::secretsIn)
                .forEach(secrets::add);
    }

    private static Stream<String> secretsIn(RecordedRequest request) {
        Stream<String> parameters = Stream.of("code", "code_verifier", "refresh_token", "client_secret")
                .map(request.parameters()::get)
                .filter(value -> value != null);
        Stream<String> bearers = request.headers().entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase("Authorization"))
                .map(header -> header.getValue().substring(header.getValue().indexOf(' ') + 1));
        return Stream.concat(parameters, bearers);
    }

    @Test
    void theLogContainsNoSecret(TestEnvironment environment) {
        assertThat(secrets).as("there are secrets to search for").hasSizeGreaterThan(20);
        String log = environment.log();
        assertThat(secrets).noneMatch(log::contains);
    }

    @Test
    void eventsContainNoSecret() {
        String events = realm.admin()
                .get("/realms/" + realm.name() + "/events?max=1000")
                .toString();

        assertThat(events).contains("IDENTITY_PROVIDER_LOGIN_ERROR", "TOKEN_EXCHANGE");
        assertThat(secrets).noneMatch(events::contains);
    }

    @Test
    void metricsContainNoSecretAndNoPersonalData(TestEnvironment environment) {
        String metrics = environment.metrics();

        assertThat(metrics).contains("classlink_logins_total", "classlink_token_requests_total");
        assertThat(secrets).noneMatch(metrics::contains);
        assertThat(environment.classLink().personas())
                .flatExtracting(persona -> List.of(persona.lastName(), persona.loginId()))
                .noneMatch(metrics::contains);
    }

    @Test
    void logLinesOfTheProviderContainNoPersonalData(TestEnvironment environment) {
        List<String> ours = environment
                .log()
                .lines()
                .filter(line -> line.contains("io.github.k12sso"))
                .toList();

        assertThat(ours).anyMatch(line -> line.contains("realm=" + realm.name()));
        assertThat(environment.classLink().personas())
                .flatExtracting(persona -> List.of(
                        persona.firstName(), persona.lastName(), persona.loginId(), String.valueOf(persona.userId())))
                .noneSatisfy(name -> assertThat(ours).anyMatch(line -> line.contains(name)));
    }
}
