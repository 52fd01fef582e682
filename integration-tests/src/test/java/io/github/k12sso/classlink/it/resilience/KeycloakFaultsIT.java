package io.github.k12sso.classlink.it.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.SecretSearch;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Faults of Keycloak itself: clock jumps and configuration changes. {@link VaultAndHeapIT} tests vault and heap. */
@WithTestEnvironment
@Isolated("moves the clock of the shared server")
class KeycloakFaultsIT {

    private static final Duration HOUR = Duration.ofHours(1);

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        environment.classLink().tokenMode(TokenMode.GUIDE);
        environment.classLink().switches().guideTokenLifetime(Duration.ofHours(2));
        realm = environment.newRealm();
        realm.configureRealm(
                settings -> settings.put("accessTokenLifespan", 7_200).put("ssoSessionIdleTimeout", 14_400));
    }

    @Nested
    class GivenAClockJump {

        @Test
        void anHourForward_thenTokensAreRefreshedEarlier_andLoginsContinue() {
            String before = appToken();
            environment.setClock(realm, HOUR.plusMinutes(30));
            try {
                assertThat(realm.exchange(before).statusCode()).isEqualTo(200);
                assertThat(isSignedIn(realm.login(realm.newBrowser(), "teacher")))
                        .isTrue();
            } finally {
                environment.setClock(realm, Duration.ZERO);
            }
            assertThat(realm.exchange(before).statusCode())
                    .as("after moving the clock back")
                    .isEqualTo(200);
        }

        @Test
        void anHourBack_thenALoginReportsTheClockDifference_andTokensAreKept() {
            String before = appToken();
            environment.setClock(realm, HOUR.negated());
            try {
                WebPage page = realm.login(realm.newBrowser(), "teacher");

                assertThat(realm.state().failureOn(page).at("/details/reason").asText())
                        .isEqualTo("id_token_times");
                assertThat(realm.state().users()).as("no partial user").hasSize(2);
            } finally {
                environment.setClock(realm, Duration.ZERO);
            }
            assertThat(realm.exchange(before).statusCode()).isEqualTo(200);
            assertThat(isSignedIn(realm.login(realm.newBrowser(), "teacher"))).isTrue();
        }

        /** A cool-down of three seconds would last an hour if it were measured by a clock that jumps back. */
        @Test
        void anHourBack_duringACoolDown_thenTheCoolDownIsNotLonger() {
            environment.classLink().switches().guideTokenLifetime(Duration.ofSeconds(1));
            String token = appToken();
            environment.classLink().faults().inject(Endpoint.TOKEN, Fault.status(503));
            environment.setClock(realm, HOUR);
            try {
                assertThat(realm.exchange(token).statusCode()).isEqualTo(503);
                environment.classLink().faults().clear();
            } finally {
                environment.setClock(realm, Duration.ZERO);
            }
            HttpResponse<String> resting = realm.exchange(token);

            assertThat(Stream.of(resting.headers().firstValue("Retry-After").orElse("0"))
                            .mapToInt(Integer::parseInt)
                            .sum())
                    .isLessThanOrEqualTo(3);
        }
    }

    /** Configuration changes while a user is at ClassLink. */
    enum Change {
        DISABLED(provider -> provider.put("enabled", false), "Page not found"),
        ANOTHER_CLIENT(provider -> config(provider).put("clientId", "another"), "not set up"),
        ANOTHER_SECRET(provider -> config(provider).put("clientSecret", "another"), "not set up"),
        ANOTHER_ISSUER(provider -> config(provider).put("issuer", "https://launchpad.classlink.com/x"), "who you are"),
        OTHER_DISTRICTS(provider -> config(provider).put("allowedTenants", "4711"), "can’t sign in here");

        @SuppressWarnings("ImmutableEnumChecker") // The lambdas are stateless.
        private final Consumer<ObjectNode> change;

        private final String message;

        Change(Consumer<ObjectNode> change, String message) {
            this.change = change;
            this.message = message;
        }

        private static ObjectNode config(ObjectNode provider) {
            return (ObjectNode) provider.get("config");
        }
    }

    @ParameterizedTest
    @EnumSource
    void givenSettingsChangeDuringALogin_thenItShowsAPage_andTheNextLoginUsesThem(Change change) {
        Browser browser = realm.newBrowser();
        WebPage atClassLink = browser.open(realm.loginRequest("openid"));
        JsonNode before = provider();
        if (change == Change.DISABLED) {
            SecretSearch.ofThisRun().exceptTracesOf(realm);
        }
        realm.configure(change.change);

        WebPage page = realm.choosePersona(browser, atClassLink, "student");

        assertThat(page.status()).isBetween(400, 503);
        assertThat(page.text()).contains(change.message);
        assertThat(realm.state().users()).as("no partial user").hasSize(1);
        AdminApi.require(realm.admin().put(providerPath(), withSecret(before)), "as it was");
        assertThat(isSignedIn(realm.login(realm.newBrowser(), "student"))).isTrue();
    }

    @Test
    void givenTheProviderIsRemovedDuringALogin_thenItShowsAPage() {
        Browser browser = realm.newBrowser();
        WebPage atClassLink = browser.open(realm.loginRequest("openid"));
        SecretSearch.ofThisRun().exceptTracesOf(realm);
        AdminApi.require(realm.admin().delete(providerPath()), "remove provider");

        WebPage page = realm.choosePersona(browser, atClassLink, "student");

        assertThat(page.status()).isEqualTo(404);
        assertThat(realm.state().users()).as("no partial user").hasSize(1);
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    private String appToken() {
        return realm.tokensOf("student").get("access_token").textValue();
    }

    private static boolean isSignedIn(WebPage page) {
        return page.handedToApp().containsKey("code");
    }

    private JsonNode provider() {
        return realm.admin().get(providerPath());
    }

    private String providerPath() {
        return "/realms/" + realm.name() + "/identity-provider/instances/" + TestRealm.ALIAS;
    }

    private static JsonNode withSecret(JsonNode provider) {
        ((ObjectNode) provider.get("config")).put("clientSecret", TestRealm.CLASSLINK_SECRET);
        return provider;
    }
}
