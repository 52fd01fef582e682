package io.github.k12sso.classlink.it.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tests of examples that exchange tokens: they use the ClassLink token or show why they got none. */
abstract class ExchangeTests extends ExampleTests {

    private static final String PAGE = "/classlink";

    /** Expired on issue: a token counts as expired five seconds before its expiry. */
    private static final Duration OVER_AT_ONCE = Duration.ofSeconds(2);

    private final String afterBusy;

    /** @param afterBusy what the app shows of the error and {@code Retry-After} if ClassLink asks to wait 7 seconds */
    ExchangeTests(String name, String homePath, String afterBusy) {
        super(name, homePath, "/roster");
        this.afterBusy = afterBusy;
    }

    @Test
    void itCallsClassLinkWithTheExchangedToken() {
        Browser browser = new Browser();
        openTile(browser, "student");

        assertThat(browser.open(address(PAGE)).text()).contains("870001");
    }

    @Test
    void itShowsThatTheUserIsNotLinked() {
        Browser browser = new Browser();
        signInWithPassword(browser);

        assertThat(browser.open(address(PAGE)).text()).contains("not_linked");
    }

    @Test
    void itShowsThatAccessIsDenied() {
        Browser browser = new Browser();
        openTile(browser, "teacher");
        realm.configure("allowedTenants", "999");
        try {
            assertThat(browser.open(address(PAGE)).text()).contains("access_denied");
        } finally {
            realm.configure("allowedTenants", "");
        }
    }

    @Test
    void itShowsRetryAfter() {
        environment.classLink().tokenMode(TokenMode.GUIDE);
        environment.classLink().switches().guideTokenLifetime(OVER_AT_ONCE);
        Browser browser = new Browser();
        openTile(browser, "teacher");
        environment
                .classLink()
                .faults()
                .inject(Endpoint.TOKEN, Fault.status(503).retryAfter(7));

        assertThat(browser.open(address(PAGE)).text()).contains(afterBusy);
    }
}
