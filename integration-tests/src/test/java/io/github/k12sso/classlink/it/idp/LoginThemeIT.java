package io.github.k12sso.classlink.it.idp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.browser.Chromium;
import io.github.k12sso.classlink.it.support.browser.LaunchPad;
import io.github.k12sso.classlink.it.support.browser.LoginPage;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The login theme in the jar, in a realm with two ClassLink providers. */
@WithTestEnvironment
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoginThemeIT {

    private static final String OTHER_ALIAS = "springfield";
    private static final Pattern ICON = Pattern.compile("\"([^\"]+classlink\\.svg)\"");

    private final Http http = new Http();
    private TestRealm realm;

    @BeforeAll
    void aRealmWithTheTheme(TestEnvironment environment) {
        realm = environment.newRealm();
        realm.configureRealm(
                settings -> settings.put("loginTheme", "classlink").put("displayName", "Maple Valley Schools"));
        ObjectNode other = (ObjectNode) Http.json("{}");
        other.put("alias", OTHER_ALIAS)
                .put("providerId", "classlink")
                .put("displayName", "Springfield Elementary and Secondary School District 4021");
        other.putObject("config").put("clientId", "c2").put("clientSecret", "s2");
        AdminApi.require(
                realm.admin().post("/realms/" + realm.name() + "/identity-provider/instances", other), OTHER_ALIAS);
        realm.configureClient(TestRealm.APP, app -> app.put("baseUrl", "http://app.example/"));
    }

    @Test
    void theConsoleOffersTheTheme(TestEnvironment environment) {
        assertThat(environment.admin().get("/serverinfo").at("/themes/login"))
                .extracting(theme -> theme.get("name").textValue())
                .contains("classlink", "keycloak.v2");
    }

    @Test
    void everyClassLinkButtonHasTheIconWithAnyAlias() {
        WebPage login = loginPage();

        for (String alias : List.of(TestRealm.ALIAS, OTHER_ALIAS)) {
            Element button = login.document().selectFirst("#social-" + alias);
            assertThat(button.select("span.classlink-logo").text()).isEqualTo(button.attr("aria-label"));
            assertThat(button.select("svg")).isEmpty();
        }
    }

    @Test
    void styleSheetsAndIconAreServed() {
        List<URI> styleSheets = loginPage().document().select("link[rel=stylesheet]").stream()
                .map(link -> URI.create(link.absUrl("href")))
                .toList();

        assertThat(styleSheets)
                .allSatisfy(address -> assertThat(get(address).statusCode())
                        .as(address.toString())
                        .isEqualTo(200));
        assertThatTheIconIsServed(styleSheets.stream()
                .filter(address -> address.getPath().endsWith("/login/classlink/css/classlink.css"))
                .findFirst()
                .orElseThrow());
    }

    /** A custom theme only needs to reference the style sheet, without a copy. */
    @Test
    void styleSheetAndIconAreServedToOtherThemes() {
        String ours =
                loginPage().document().select("link[href$=css/classlink.css]").attr("abs:href");

        assertThatTheIconIsServed(URI.create(ours.replace("/login/classlink/", "/login/keycloak.v2/")));
    }

    private void assertThatTheIconIsServed(URI styleSheet) {
        HttpResponse<String> css = get(styleSheet);
        assertThat(css.statusCode()).isEqualTo(200);
        Matcher icon = ICON.matcher(css.body());
        assertThat(icon.find()).isTrue();
        HttpResponse<String> picture = get(styleSheet.resolve(icon.group(1)));
        assertThat(picture.statusCode()).isEqualTo(200);
        assertThat(picture.headers().firstValue("Content-Type").orElseThrow()).startsWith("image/svg+xml");
        assertThat(picture.body()).startsWith("<svg");
    }

    @ParameterizedTest(name = "{0}, {1} px")
    @CsvSource({"light, 1280", "light, 360", "dark, 1280", "dark, 360"})
    void theLoginPageFitsEveryScreen(String colorScheme, int width) {
        try (Chromium browser = Chromium.start().sized(width, 900).preferring(colorScheme)) {
            LoginPage login = LoginPage.open(browser, loginRequest()).shown();
            browser.screenshot("theme-" + colorScheme + "-" + width);

            for (String alias : List.of(TestRealm.ALIAS, OTHER_ALIAS)) {
                assertThat(login.icon(alias)).contains("/login/classlink/img/classlink.svg");
                assertThat(login.buttonWidth(alias)).isCloseTo(login.buttonWidth(), within(1));
            }
        }
    }

    @ParameterizedTest(name = "{0}, {1} px")
    @CsvSource({"light, 1280", "light, 360", "dark, 1280", "dark, 360"})
    void anErrorPageFitsEveryScreen(String colorScheme, int width, TestEnvironment environment) {
        environment
                .classLink()
                .faults()
                .inject(Endpoint.TOKEN, Fault.status(503))
                .times(1);
        try (Chromium browser = Chromium.start().sized(width, 600).preferring(colorScheme)) {
            LaunchPad launchPad = LoginPage.open(browser, loginRequest()).chooseClassLink();
            launchPad.signIn(environment.classLink().persona("student"));
            String error = launchPad.refused().error();
            browser.screenshot("error-" + colorScheme + "-" + width);

            assertThat(error).startsWith("ClassLink does not answer right now.").contains("try again");
            assertThat(browser.isTooWide()).isFalse();
        }
    }

    private WebPage loginPage() {
        return realm.newBrowser().open(loginRequest());
    }

    private URI loginRequest() {
        return realm.loginRequest(TestRealm.APP, "openid", Map.of());
    }

    private HttpResponse<String> get(URI address) {
        return http.send(HttpRequest.newBuilder(address));
    }
}
