package io.github.k12sso.classlink.it.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.demo.app.RosterApp;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.browser.AppPage;
import io.github.k12sso.classlink.it.support.browser.Chromium;
import io.github.k12sso.classlink.it.support.machine.Installed;
import io.github.k12sso.classlink.it.support.machine.Needs;
import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The demo's app with the roster gateway. The app requests no ClassLink token. */
@WithTestEnvironment
@ResourceLock("realm of the demo")
@Needs(Installed.CHROMIUM)
@Full // starts a browser for each test
@ResourceLock(Chromium.ONE_AT_A_TIME)
class RosterGatewayInChromiumIT {

    private static RosterApp app;

    private TestEnvironment environment;
    private Chromium browser;

    @BeforeAll
    static void startApp(TestEnvironment environment) {
        app = environment.demoRealm().startAppOnGateway();
    }

    @AfterAll
    static void stopApp() {
        app.close();
    }

    @BeforeEach
    void aNewBrowser(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        environment.demoRealm().restore();
        environment.classLink().clearRequests();
        browser = Chromium.start();
    }

    @AfterEach
    void closeBrowser() {
        browser.close();
    }

    @Test
    void aTeacherSeesTheirClassesAndStudents() {
        AppPage page = signedIn("teacher").withClasses();
        browser.screenshot("app-gateway-teacher");

        assertThat(page.classTitles()).hasSize(3);
        assertThat(page.students()).isNotEmpty();
        assertThat(environment.classLink().requests())
                .filteredOn(request -> request.endpoint() == Endpoint.ROSTER)
                .isNotEmpty();
    }

    @Test
    void aStudentSeesTheirClassesAndTeachers() {
        AppPage page = signedIn("student").withClasses();

        assertThat(page.classTitles()).isNotEmpty();
        assertThat(page.teachers()).isNotEmpty();
        assertThat(page.students()).isEmpty();
    }

    @Test
    void aRefusedRosterShowsTheReason() {
        environment.classLink().faults().inject(Endpoint.ROSTER, Fault.status(403));

        assertThat(signedIn("teacher").note("roster-meaning")).startsWith("Your district doesn't share its roster");
        browser.screenshot("app-gateway-refused");
    }

    @Test
    void aLocalUserCanConnectTheirClassLinkAccount() {
        AppPage page = AppPage.open(browser, app.baseUrl()).signIn().signIn("no-classlink", "demo");

        assertThat(page.note("exchange-error")).contains("not connected to ClassLink");
        assertThat(page.name()).isEqualTo("Nola Link");
    }

    private AppPage signedIn(String personaId) {
        Persona persona = environment.classLink().persona(personaId);
        return AppPage.open(browser, app.baseUrl()).signInWithClassLink().signIn(persona);
    }
}
