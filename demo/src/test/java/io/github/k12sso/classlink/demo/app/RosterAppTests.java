package io.github.k12sso.classlink.demo.app;

import com.nimbusds.jose.JOSEException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Base class of tests of a roster app with a fake Keycloak and roster. */
@Timeout(60)
abstract class RosterAppTests {

    final RosterAppClock clock = new RosterAppClock();
    StandIn keycloak;
    RosterApp app;
    RosterAppBrowser browser;

    @BeforeEach
    void start() throws JOSEException {
        keycloak = new StandIn();
        app = RosterApp.start(
                new RosterAppSettings(
                        "localhost", 0, keycloak.issuer(), "roster-app", "secret", "classlink", keycloak.url(), false),
                clock);
        browser = new RosterAppBrowser(app.baseUrl());
    }

    @AfterEach
    void stop() {
        app.close();
        keycloak.close();
    }
}
