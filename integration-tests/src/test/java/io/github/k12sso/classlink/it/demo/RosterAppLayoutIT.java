package io.github.k12sso.classlink.it.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.demo.app.RosterApp;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.browser.AppPage;
import io.github.k12sso.classlink.it.support.browser.Chromium;
import io.github.k12sso.classlink.it.support.browser.LaunchPad;
import io.github.k12sso.classlink.it.support.machine.Installed;
import io.github.k12sso.classlink.it.support.machine.Needs;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every page of the demo fits a phone, in light and dark mode. Screenshots are for manual review. */
@WithTestEnvironment
@ResourceLock("realm of the demo")
@Needs(Installed.CHROMIUM)
@Full // starts a browser for each test
@ResourceLock(Chromium.ONE_AT_A_TIME)
class RosterAppLayoutIT {

    @ParameterizedTest
    @CsvSource({"1280, light", "1280, dark", "375, light", "375, dark"})
    void everyPageFitsTheScreen(int width, String colorScheme, TestEnvironment environment) {
        environment.demoRealm().restore();
        String suffix = "-" + width + "-" + colorScheme;
        try (RosterApp app = environment.demoRealm().startApp();
                Chromium browser = Chromium.start().sized(width, 900).preferring(colorScheme)) {
            AppPage page = AppPage.open(browser, app.baseUrl()).welcome();
            fits(browser, "look-welcome" + suffix);
            LaunchPad launchPad = page.signInWithClassLink().districtSearch();
            fits(browser, "look-districts" + suffix);
            launchPad.chooseDistrict(environment.classLink().persona("student"));
            fits(browser, "look-sign-in" + suffix);
            launchPad.choosePersona(environment.classLink().persona("student")).withClasses();
            fits(browser, "look-student" + suffix);
            page.whatJustHappened().unfold(2);
            fits(browser, "look-calls" + suffix);
            environment.classLink().faults().inject(Endpoint.ROSTER, Fault.status(403));
            AppPage.open(browser, app.baseUrl()).note("roster-reason");
            fits(browser, "look-refused" + suffix);
            LaunchPad.open(browser, environment.classLink().baseUrl()).home();
            fits(browser, "look-launchpad" + suffix);
        }
    }

    private static void fits(Chromium browser, String picture) {
        browser.screenshot(picture);
        assertThat(browser.isTooWide()).as(picture).isFalse();
    }
}
