package io.github.k12sso.classlink.it.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.net.URI;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What users see and can do during a ClassLink outage. {@link UpstreamFaultsIT} tests every call with every fault. */
@WithTestEnvironment
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClassLinkOutageIT {

    private TestRealm realm;

    @BeforeAll
    void aRealm(TestEnvironment environment) {
        realm = environment.newRealm();
    }

    @ParameterizedTest
    @MethodSource("wrongAnswersOfTheTokenEndpoint")
    void everyTokenEndpointErrorHasItsOwnReason(String error, int status, String reason, TestEnvironment environment) {
        environment
                .classLink()
                .faults()
                .inject(
                        Endpoint.TOKEN,
                        Fault.status(status).body("{\"error\":\"" + error + "\",\"error_description\":\"hush-hush\"}"));

        WebPage page = realm.login(realm.newBrowser(), "student");

        assertThat(reasonOf(page)).isEqualTo(reason);
        assertThat(environment.log()).doesNotContain("hush-hush");
    }

    static Stream<Arguments> wrongAnswersOfTheTokenEndpoint() {
        return Stream.of(
                arguments("invalid_client", 401, "client_rejected"),
                arguments("unauthorized_client", 401, "client_rejected"),
                arguments("invalid_grant", 400, "code_rejected"),
                arguments("invalid_scope", 400, "scope_rejected"),
                arguments("redirect_uri_mismatch", 400, "redirect_uri_rejected"),
                arguments("invalid_request", 400, "request_rejected"));
    }

    @Test
    void aWrongClientSecretIsReported(TestEnvironment environment) {
        TestRealm own = environment.newRealm();
        own.configure("clientSecret", "not-the-secret");

        WebPage page = own.login(own.newBrowser(), "student");

        assertThat(own.state().failureOn(page).at("/details/reason").textValue())
                .isEqualTo("client_rejected");
    }

    @ParameterizedTest
    @EnumSource(names = {"JWKS", "MY_INFO", "TOKEN"})
    void aRetryReturnsToTheOriginalApp(Endpoint endpoint, TestEnvironment environment) {
        Browser browser = realm.newBrowser();
        URI request = realm.loginRequest("openid");
        forgetKeys(environment);
        environment.classLink().faults().inject(endpoint, Fault.status(503)).times(1);
        WebPage page = realm.login(browser, "student", request);
        assertThat(page.error()).startsWith("ClassLink does not answer right now.");

        // Keycloak still has the app's login request, and LaunchPad the user's session.
        WebPage callback = browser.click(page, "#kc-error-message .instruction a");

        assertThat(callback.handedToApp())
                .containsKey("code")
                .containsEntry("state", new WebPage(request, 0, "").parameters().get("state"));
        cleanUp();
    }

    @Test
    void signedInUsersAreUnaffected(TestEnvironment environment) {
        realm.addApps("other-app");
        Browser teacher = realm.newBrowser();
        JsonNode tokens = realm.redeem(realm.login(teacher, "teacher"), TestRealm.APP, TestRealm.APP_SECRET);
        Stream.of(Endpoint.values())
                .forEach(endpoint -> environment.classLink().faults().inject(endpoint, Fault.status(503)));

        Map<String, String> refresh = Map.of(
                "grant_type",
                "refresh_token",
                "client_id",
                TestRealm.APP,
                "client_secret",
                TestRealm.APP_SECRET,
                "refresh_token",
                tokens.get("refresh_token").textValue());
        assertThat(realm.tokenEndpoint(refresh).statusCode()).isEqualTo(200);
        assertThat(realm.exchange(tokens.get("access_token").textValue()).statusCode())
                .isEqualTo(200);
        // Another app in the same browser only needs the Keycloak session.
        assertThat(teacher.open(realm.loginRequest("other-app", "openid", Map.of()))
                        .handedToApp())
                .containsKey("code");
        environment.classLink().faults().clear();
        cleanUp();
    }

    private String reasonOf(WebPage page) {
        return realm.state().failureOn(page).at("/details/reason").textValue();
    }

    private void forgetKeys(TestEnvironment environment) {
        // A new key, which the next login must fetch.
        environment.classLink().keys().rotateAndDropOld();
    }

    private void cleanUp() {
        for (JsonNode user : realm.state().users()) {
            if (!user.get("username").textValue().equals("local")) {
                realm.admin()
                        .delete("/realms/" + realm.name() + "/users/"
                                + user.get("id").textValue());
            }
        }
    }
}
