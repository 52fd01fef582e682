package io.github.k12sso.classlink.it.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.demo.app.RosterApp;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.browser.AppCallsPage;
import io.github.k12sso.classlink.it.support.browser.AppPage;
import io.github.k12sso.classlink.it.support.browser.Chromium;
import io.github.k12sso.classlink.it.support.browser.LaunchPad;
import io.github.k12sso.classlink.it.support.browser.LinkPage;
import io.github.k12sso.classlink.it.support.browser.LoggedOutPage;
import io.github.k12sso.classlink.it.support.browser.LoginPage;
import io.github.k12sso.classlink.it.support.machine.Installed;
import io.github.k12sso.classlink.it.support.machine.Needs;
import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The demo in a real browser: pages of the app, Keycloak and ClassLink, on the demo's realm file. */
@WithTestEnvironment
@ResourceLock("realm of the demo")
@Needs(Installed.CHROMIUM)
@ResourceLock(Chromium.ONE_AT_A_TIME)
class RosterAppInChromiumIT {

    private static RosterApp app;

    private TestEnvironment environment;
    private Chromium browser;

    @BeforeAll
    static void startApp(TestEnvironment environment) {
        app = environment.demoRealm().startApp();
    }

    @AfterAll
    static void stopApp() {
        app.close();
    }

    @BeforeEach
    void aNewBrowser(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        environment.demoRealm().restore();
        browser = Chromium.start().sized(1280, 780); // ends between two rows in the pictures
    }

    @AfterEach
    void closeBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void aTeacherSignsInThroughKeycloaksLoginPage() {
        Persona teacher = persona("teacher");

        AppPage welcome = AppPage.open(browser, app.baseUrl()).welcome();
        browser.screenshot("app-welcome");
        LoginPage login = welcome.signIn().shown();
        browser.screenshot("login-page");
        assertThat(login.classLinkButton()).isEqualTo("ClassLink");
        LaunchPad launchPad = login.chooseClassLink().districtSearch();
        browser.screenshot("classlink-district-search");
        launchPad.chooseDistrict(teacher);
        browser.screenshot("classlink-sign-in");
        AppPage page = launchPad.choosePersona(teacher).withClasses();
        browser.screenshot("app-teacher");

        assertThat(page.name()).isEqualTo("Orla Thistledown");
        assertThat(page.district()).isEqualTo(teacher.tenantName());
        assertThat(page.role()).contains("Teacher");
        assertThat(page.classTitles()).isNotEmpty().containsExactlyElementsOf(titlesInTheRoster("teachers", teacher));
        assertThat(page.students()).isNotEmpty();
        assertThat(page.teachers()).isEmpty();
        assertThatNoClassLinkTokenWasSeen();
    }

    @Full // starts a browser
    @Test
    void signInWithClassLinkSkipsKeycloaksLoginPage() {
        AppPage.open(browser, app.baseUrl()).signInWithClassLink().districtSearch();

        assertThat(browser.address().getAuthority())
                .isEqualTo(environment.classLink().baseUrl().getAuthority());
    }

    @Full // starts a browser
    @Test
    void aStudentWithoutEmailSeesTheirClasses() {
        Persona student = persona("student-without-email");

        AppPage page = AppPage.open(browser, app.baseUrl())
                .signInWithClassLink()
                .signIn(student)
                .withClasses();
        browser.screenshot("app-student");

        assertThat(page.name()).isEqualTo("Nolan Nomail");
        assertThat(page.classTitles()).isNotEmpty().containsExactlyElementsOf(titlesInTheRoster("students", student));
        assertThat(page.teachers()).isNotEmpty();
        assertThat(page.students()).isEmpty();
        assertThatNoClassLinkTokenWasSeen();
    }

    @Full // starts a browser
    @Test
    void aUserWithoutARosterRecordGetsAMessage() {
        AppPage page =
                AppPage.open(browser, app.baseUrl()).signInWithClassLink().signIn(persona("user-without-sourcedid"));

        assertThat(page.note("no-roster")).contains("no classes to show");
        browser.screenshot("app-no-roster");
        assertThat(page.name()).isEqualTo("Unity Unrostered");
        assertThatNoClassLinkTokenWasSeen();
    }

    @Full // starts a browser
    @Test
    void aLocalUserCanConnectTheirClassLinkAccount() {
        AppPage page = AppPage.open(browser, app.baseUrl()).signIn().signIn("no-classlink", "demo");

        assertThat(page.note("exchange-error")).contains("Your account is not connected to ClassLink");
        browser.screenshot("app-not-linked");
        assertThat(page.name()).isEqualTo("Nola Link");

        LinkPage link = page.connect().shown();
        browser.screenshot("login-link-account");
        link.proceed().signIn(persona("teacher"));

        // Linking also copies the ClassLink profile, including the name, to the user.
        assertThat(page.withClasses().name()).isEqualTo("Orla Thistledown");
        browser.screenshot("app-just-connected");
        assertThat(page.classTitles())
                .isNotEmpty()
                .containsExactlyElementsOf(titlesInTheRoster("teachers", persona("teacher")));
        assertThat(environment.demoRealm().users()).hasSize(1);
        assertThatNoClassLinkTokenWasSeen();
    }

    @Full // starts a browser
    @Test
    void anExpiredClassLinkTokenIsReplacedByOneLogin() {
        AppPage page = AppPage.open(browser, app.baseUrl())
                .signInWithClassLink()
                .signIn(persona("teacher"))
                .withClasses();
        Set<String> before = classLinkTokens();
        environment.classLink().expireTokens();

        page.reload().withClasses();

        assertThat(page.classTitles()).isNotEmpty();
        assertThat(codesRedeemed()).isEqualTo(2);
        assertThat(classLinkTokens()).hasSizeGreaterThan(before.size());
        assertThatNoClassLinkTokenWasSeen();
    }

    @Full // starts a browser
    @Test
    void aClassLinkTokenThatIsAlwaysExpiredIsExplainedAfterOneMoreLogin() {
        environment.classLink().tokenMode(TokenMode.GUIDE);
        environment.classLink().switches().refreshTokens(false);
        environment.classLink().switches().guideTokenLifetime(Duration.ofSeconds(2));

        AppPage page =
                AppPage.open(browser, app.baseUrl()).signInWithClassLink().signIn(persona("teacher"));

        assertThat(page.note("exchange-error")).contains("Your ClassLink sign-in has expired");
        browser.screenshot("app-still-expired");
        assertThat(codesRedeemed()).isEqualTo(2);

        environment.classLink().tokenMode(TokenMode.CLASSLINK);
        page.renew().withClasses();

        assertThat(codesRedeemed()).isEqualTo(3);
        assertThatNoClassLinkTokenWasSeen();
    }

    @Test
    void whatJustHappenedShowsEachCallWithoutSecrets() {
        AppPage page = AppPage.open(browser, app.baseUrl())
                .signInWithClassLink()
                .signIn(persona("teacher"))
                .withClasses();

        AppCallsPage calls = page.whatJustHappened();

        assertThat(calls.titles())
                .startsWith(
                        "The browser signs in at Keycloak and returns",
                        "The app redeems the code",
                        "The app exchanges Keycloak's access token for the ClassLink token",
                        "The app reads the classes of the teacher")
                .hasSize(4 + 3);
        assertThat(calls.unfold(2))
                .contains("\"roles\"", "\"classlink-teacher\"", "\"/districts/2/Teacher\"", "\"organization\"");
        assertThat(calls.unfold(3)).contains("subject_token=$ACCESS_TOKEN", "\"access_token\" : \"$CLASSLINK_TOKEN\"");
        assertThat(calls.copy(3)).isEqualTo("Copied");
        browser.screenshot("app-calls");
        calls.back().withClasses();
        assertThatNoClassLinkTokenWasSeen();
    }

    @Full // starts a browser
    @Test
    void aSlowRosterShowsItsProgress() {
        environment.classLink().faults().inject(Endpoint.ROSTER, Fault.delay(Duration.ofSeconds(2)));

        AppPage page =
                AppPage.open(browser, app.baseUrl()).signInWithClassLink().signIn(persona("teacher"));

        assertThat(page.progress()).matches("Looking for your classes …|Read [0-3] of 3 classes");
        browser.screenshot("app-loading");
        assertThat(page.withClasses().classTitles()).hasSize(3);
    }

    @Full // starts a browser
    @Test
    void aRefusedRosterShowsTheReason() {
        environment.classLink().faults().inject(Endpoint.ROSTER, Fault.status(403));

        AppPage page =
                AppPage.open(browser, app.baseUrl()).signInWithClassLink().signIn(persona("teacher"));

        assertThat(page.note("roster-reason")).contains("fault injected");
        browser.screenshot("app-roster-refused");
    }

    @Full // starts a browser
    @Test
    void signingOutEndsTheSessionsOfAppAndKeycloak() {
        AppPage page = AppPage.open(browser, app.baseUrl())
                .signInWithClassLink()
                .signIn(persona("student"))
                .withClasses();
        assertThat(environment.demoRealm().sessions()).isNotEmpty();

        page.signOut().loggedOut().backToApp().welcome();
        browser.screenshot("app-signed-out");

        assertThat(browser.address()).isEqualTo(app.baseUrl().resolve("/"));
        assertThat(environment.demoRealm().sessions()).isEmpty();
        // If the Keycloak session were still active, the app would sign in immediately.
        AppPage.open(browser, app.baseUrl()).welcome().signIn().shown();
        assertThatNoClassLinkTokenWasSeen();
    }

    /** ClassLink has no logout for apps: on a shared device, the next tile would open with the previous user's account. */
    @Test
    void signingOutOnASharedDeviceOffersLaunchPadsSignOut() {
        AppPage page = AppPage.open(browser, app.baseUrl())
                .signInWithClassLink()
                .signIn(persona("student"))
                .withClasses();

        LoggedOutPage loggedOut = page.signOut().loggedOut();
        browser.screenshot("logged-out");
        assertThat(loggedOut.text()).contains("You may still be signed in to ClassLink.");
        assertThat(environment.demoRealm().sessions()).isEmpty();

        // The LaunchPad session of the student is active, so no form appears.
        AppPage again = loggedOut.backToApp().welcome().renew().withClasses();
        LaunchPad launchPad = again.signOut().loggedOut().signOutOfClassLink();

        // The next user signs in there and opens the app with its tile.
        launchPad.signIn(persona("teacher"));
        launchPad.home();
        browser.screenshot("classlink-home");
        AppPage next = launchPad.tileOfTheDemo().withClasses();
        assertThat(next.name()).isEqualTo("Orla Thistledown");
        assertThatNoClassLinkTokenWasSeen();
    }

    @Full // starts a browser
    @Test
    void refusingConsentReturnsToKeycloaksLoginPage() {
        environment.classLink().consent(true);

        LaunchPad launchPad =
                AppPage.open(browser, app.baseUrl()).signIn().chooseClassLink().districtSearch();
        launchPad.signIn(persona("student"));
        launchPad.asked();
        browser.screenshot("classlink-consent");
        LoginPage login = launchPad.deny().shown();
        browser.screenshot("login-page-consent-refused");

        assertThat(login.message()).contains("Access denied when authenticating with ClassLink");
        assertThat(environment.demoRealm().users()).hasSize(1);
        assertThat(codesRedeemed()).isZero();
    }

    @Full // starts a browser
    @Test
    void aUserOfAnotherDistrictGetsAnExplanation() {
        LaunchPad launchPad =
                AppPage.open(browser, app.baseUrl()).signInWithClassLink().districtSearch();
        launchPad.signIn(persona("outsider"));

        assertThat(launchPad.refused().error())
                .startsWith("People from Willow Creek Academy can’t sign in here. Ask your school which app to use.");
        browser.screenshot("district-refused");
        launchPad.refused().backToApplication();
        launchPad.refused().shown();
        assertThat(environment.demoRealm().users()).hasSize(1);
        assertThat(environment.demoRealm().events("IDENTITY_PROVIDER_LOGIN_ERROR"))
                .anySatisfy(event -> assertThat(event.toString()).contains("district_not_allowed"));
        assertThatNoClassLinkTokenWasSeen();
    }

    private Persona persona(String id) {
        return environment.classLink().persona(id);
    }

    /** All ClassLink tokens that Keycloak or the app used; none may reach the browser. */
    private Set<String> classLinkTokens() {
        return environment.classLink().requests().stream()
                .filter(request -> request.endpoint() == Endpoint.MY_INFO || request.endpoint() == Endpoint.ROSTER)
                .flatMap(request -> request.headers().entrySet().stream())
                .filter(header -> header.getKey().equalsIgnoreCase("Authorization"))
                .map(header -> header.getValue().replaceFirst("^Bearer ", ""))
                .collect(Collectors.toSet());
    }

    private void assertThatNoClassLinkTokenWasSeen() {
        assertThat(browser.seen()).isNotEmpty();
        assertThat(classLinkTokens())
                .isNotEmpty()
                .allSatisfy(token -> assertThat(browser.seen()).noneMatch(text -> text.contains(token)));
    }

    private long codesRedeemed() {
        return environment.classLink().requests().stream()
                .filter(request -> request.endpoint() == Endpoint.TOKEN)
                .map(RecordedRequest::parameters)
                .filter(parameters -> "authorization_code".equals(parameters.get("grant_type")))
                .count();
    }

    /** Class titles in the roster, read with the user's token. */
    private List<String> titlesInTheRoster(String role, Persona persona) {
        String token = environment.classLink().requests().stream()
                .filter(request -> request.endpoint() == Endpoint.ROSTER)
                .flatMap(request -> request.headers().entrySet().stream())
                .filter(header -> header.getKey().equalsIgnoreCase("Authorization"))
                .findFirst()
                .orElseThrow()
                .getValue();
        JsonNode classes = Http.json(new Http()
                        .send(HttpRequest.newBuilder(environment
                                        .classLink()
                                        .baseUrl()
                                        .resolve("/ims/oneroster/v1p1/" + role + "/" + persona.sourcedId()
                                                + "/classes?limit=100"))
                                .header("Authorization", token))
                        .body())
                .get("classes");
        return StreamSupport.stream(classes.spliterator(), false)
                .map(row -> row.get("title").textValue())
                .sorted()
                .toList();
    }
}
