package io.github.k12sso.classlink.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;

/** The operator allows fewer hosts than when the settings were saved. */
@Full // starts a server twice
@Isolated("one server of a test's own at a time")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AllowedHostsIT {

    private TestEnvironment environment;
    private TestRealm allLocal;
    private TestRealm localTokenEndpoint;
    private String metricsAtTheStart;

    @BeforeAll
    void aServerThatNoLongerAllowsLocalhost() {
        environment = TestEnvironment.startOwn("allowed-hosts");
        allLocal = environment.newRealm();
        localTokenEndpoint = environment.newRealm();
        localTokenEndpoint.configure("authorizationUrl", "");
        environment.restartAllowing("classlink.example");
        metricsAtTheStart = environment.metrics();
        environment.classLink().clearRequests();
    }

    @AfterAll
    void stop() {
        environment.close();
    }

    @AfterEach
    void noRequestReachedTheHost() {
        assertThat(environment.classLink().requests()).isEmpty();
    }

    /** No option names these realms; they are read from the database. */
    @Test
    void metricsOfExistingRealmsAreRegisteredAtStartup() {
        assertThat(metricsAtTheStart)
                .containsPattern(atZero("classlink_logins_total", "client_rejected", allLocal))
                .containsPattern(atZero("classlink_launches_total", "landed", localTokenEndpoint))
                .doesNotContain("realm=\"master\"", "realm=\"other\"");
    }

    private static String atZero(String series, String outcome, TestRealm realm) {
        return "\n%s\\{outcome=\"%s\",realm=\"%s\",?} 0\\.0\n".formatted(series, outcome, realm.name());
    }

    @Test
    void aHostIsCheckedAgainBeforeItIsCalled() {
        Browser browser = new Browser().stoppingAt(address -> "launchpad.classlink.com".equals(address.getHost()));
        String state = browser.open(localTokenEndpoint.loginRequest("openid"))
                .parameters()
                .get("state");

        WebPage page = browser.open(
                URI.create(localTokenEndpoint.callbackUrl() + "?" + Http.query(Map.of("code", "c1", "state", state))));

        assertThat(page.status()).isEqualTo(500);
        assertThat(page.error()).startsWith("Signing in with ClassLink is not set up correctly.");
        assertThat(localTokenEndpoint
                        .state()
                        .failureOn(page)
                        .at("/details/reason")
                        .textValue())
                .isEqualTo("configuration");
    }

    @Test
    void aHostIsCheckedAgainBeforeARedirect() {
        WebPage page = allLocal.newBrowser().open(allLocal.loginRequest("openid"));

        assertThat(page.status()).isEqualTo(502);
        assertThat(page.error()).startsWith("Could not send authentication request to identity provider");
    }
}
