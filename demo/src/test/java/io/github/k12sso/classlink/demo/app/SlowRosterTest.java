package io.github.k12sso.classlink.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A slow roster")
class SlowRosterTest extends RosterAppTests {

    private final CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void slow() {
        keycloak.rosterWaits = release;
    }

    @AfterEach
    void letGo() {
        release.countDown();
    }

    @Test
    @DisplayName("the page shows the progress, reloads itself and reads nothing twice")
    void progress() throws Exception {
        Document page = browser.open("/login");

        assertThat(browser.last().statusCode()).isEqualTo(200);
        assertThat(page.selectFirst("#loading-text").text()).isEqualTo("Read 0 of 1 classes");
        assertThat(page.selectFirst("progress").attr("max")).isEqualTo("1");
        assertThat(page.selectFirst("meta[http-equiv=refresh]")).isNotNull();
        assertThat(browser.open("/").selectFirst("#loading")).isNotNull();

        release.countDown();
        Document classes = browser.open("/");

        assertThat(classes.select(".student")).hasSize(2);
        assertThat(classes.selectFirst("meta[http-equiv=refresh]")).isNull();
        assertThat(keycloak.rosterReads).hasSize(2);
        assertThat(keycloak.exchanges).hasSize(1);
    }

    @Test
    @DisplayName("given a failure, the page shows it once and the next page reads again")
    void fails() throws Exception {
        browser.open("/login");
        keycloak.rosterRefusal = ctx -> ctx.status(500).json(Map.of());
        release.countDown();

        assertThat(browser.open("/").selectFirst("#roster-error")).isNotNull();
        keycloak.rosterRefusal = null;
        assertThat(browser.open("/").selectFirst(".student")).isNotNull();
    }

    @Test
    @DisplayName("given a user who signs out meanwhile, the next user does not see their classes")
    void signedOut() throws Exception {
        browser.open("/login");
        browser.post("/logout");
        keycloak.student();
        release.countDown();

        Document page = browser.open("/login");

        assertThat(page.select(".student")).isEmpty();
        assertThat(page.select(".teacher")).isNotEmpty();
    }
}
