package io.github.k12sso.classlink.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Page;
import io.github.k12sso.classlink.it.support.School;
import io.github.k12sso.classlink.it.support.TestBed;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The operator allows fewer hosts than when the settings were saved. */
class AllowedHostsIT {

    private TestBed bed;

    @BeforeEach
    void aServerOfItsOwn() {
        bed = TestBed.startOwn("allowed-hosts");
    }

    @AfterEach
    void stop() {
        bed.close();
    }

    @Test
    void aHostIsCheckedAgainBeforeItIsCalled() {
        School school = bed.newSchool();
        // The browser goes to a host that stays allowed; the token endpoint is the local one, which does not.
        school.configure("authorizationUrl", "");
        bed.restartAllowing("classlink.example");
        Browser browser = new Browser().stoppingAt(address -> "launchpad.classlink.com".equals(address.getHost()));
        String state = browser.open(school.loginRequest("openid")).parameters().get("state");

        Page page =
                browser.open(URI.create(school.callbackUrl() + "?" + Http.query(Map.of("code", "c1", "state", state))));

        assertThat(page.status()).isEqualTo(500);
        assertThat(page.error()).startsWith("Signing in with ClassLink is not set up correctly.");
        assertThat(school.failureOn(page).at("/details/reason").textValue()).isEqualTo("configuration");
        assertThat(bed.classLink().requests()).noneMatch(request -> request.endpoint() == Endpoint.TOKEN);
    }
}
