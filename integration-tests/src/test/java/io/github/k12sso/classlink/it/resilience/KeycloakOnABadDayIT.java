package io.github.k12sso.classlink.it.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.OnTestBed;
import io.github.k12sso.classlink.it.support.Page;
import io.github.k12sso.classlink.it.support.School;
import io.github.k12sso.classlink.it.support.SecretSearch;
import io.github.k12sso.classlink.it.support.TestBed;
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

/** What goes wrong is Keycloak's own: its clock, its administrators. Its vault and its heap are {@link VaultAndHeapIT}'s. */
@OnTestBed
@Isolated("moves the clock of the shared server")
class KeycloakOnABadDayIT {

    private static final Duration HOUR = Duration.ofHours(1);

    private TestBed bed;
    private School school;

    @BeforeEach
    void aSchool(TestBed testBed) {
        bed = testBed;
        bed.classLink().tokenMode(TokenMode.GUIDE);
        bed.classLink().switches().guideTokenLifetime(Duration.ofHours(2));
        school = bed.newSchool();
        school.configureRealm(realm -> realm.put("accessTokenLifespan", 7_200).put("ssoSessionIdleTimeout", 14_400));
    }

    @Nested
    class GivenItsClockJumps {

        @Test
        void anHourAhead_thenTokensAreRenewedSooner_andLoginsGoOn() {
            String before = appToken();
            bed.setClock(school, HOUR.plusMinutes(30));
            try {
                assertThat(school.exchange(before).statusCode()).isEqualTo(200);
                assertThat(isSignedIn(school.login(school.newBrowser(), "teacher")))
                        .isTrue();
            } finally {
                bed.setClock(school, Duration.ZERO);
            }
            assertThat(school.exchange(before).statusCode()).as("and back").isEqualTo(200);
        }

        @Test
        void anHourBack_thenALoginSaysThatTheClocksDiffer_andTokensAreKept() {
            String before = appToken();
            bed.setClock(school, HOUR.negated());
            try {
                Page page = school.login(school.newBrowser(), "teacher");

                assertThat(school.failureOn(page).at("/details/reason").asText())
                        .isEqualTo("id_token_times");
                assertThat(school.users()).as("nothing half made").hasSize(2);
            } finally {
                bed.setClock(school, Duration.ZERO);
            }
            assertThat(school.exchange(before).statusCode()).isEqualTo(200);
            assertThat(isSignedIn(school.login(school.newBrowser(), "teacher"))).isTrue();
        }

        /** A rest of three seconds, measured by a clock that goes back, would last an hour. */
        @Test
        void anHourBack_whileClassLinkRests_thenTheRestIsNotLonger() {
            bed.classLink().switches().guideTokenLifetime(Duration.ofSeconds(1));
            String token = appToken();
            bed.classLink().faults().inject(Endpoint.TOKEN, Fault.status(503));
            bed.setClock(school, HOUR);
            try {
                assertThat(school.exchange(token).statusCode()).isEqualTo(503);
                bed.classLink().faults().clear();
            } finally {
                bed.setClock(school, Duration.ZERO);
            }
            HttpResponse<String> resting = school.exchange(token);

            assertThat(Stream.of(resting.headers().firstValue("Retry-After").orElse("0"))
                            .mapToInt(Integer::parseInt)
                            .sum())
                    .isLessThanOrEqualTo(3);
        }
    }

    /** What an administrator does while somebody is at ClassLink. */
    enum Change {
        DISABLED(provider -> provider.put("enabled", false), "Page not found"),
        ANOTHER_CLIENT(provider -> config(provider).put("clientId", "another"), "not set up"),
        ANOTHER_SECRET(provider -> config(provider).put("clientSecret", "another"), "not set up"),
        ANOTHER_ISSUER(provider -> config(provider).put("issuer", "https://launchpad.classlink.com/x"), "who you are"),
        OTHER_DISTRICTS(provider -> config(provider).put("allowedTenants", "4711"), "district");

        @SuppressWarnings("ImmutableEnumChecker") // None of the lambdas holds anything.
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
    void givenTheSettingsChangeUnderARunningLogin_thenItEndsOnAPage_andTheNextOneIsAsSet(Change change) {
        Browser browser = school.newBrowser();
        Page atClassLink = browser.open(school.loginRequest("openid"));
        JsonNode before = provider();
        if (change == Change.DISABLED) {
            SecretSearch.ofThisRun().exceptTracesOf(school);
        }
        school.configure(change.change);

        Page page = school.choosePersona(browser, atClassLink, "student");

        assertThat(page.status()).isBetween(400, 503);
        assertThat(page.text()).contains(change.message);
        assertThat(school.users()).as("nothing half made").hasSize(1);
        AdminApi.require(school.admin().put(providerPath(), withSecret(before)), "as it was");
        assertThat(isSignedIn(school.login(school.newBrowser(), "student"))).isTrue();
    }

    @Test
    void givenTheProviderIsRemovedUnderARunningLogin_thenItEndsOnAPage() {
        Browser browser = school.newBrowser();
        Page atClassLink = browser.open(school.loginRequest("openid"));
        SecretSearch.ofThisRun().exceptTracesOf(school);
        AdminApi.require(school.admin().delete(providerPath()), "remove provider");

        Page page = school.choosePersona(browser, atClassLink, "student");

        assertThat(page.status()).isEqualTo(404);
        assertThat(school.users()).as("nothing half made").hasSize(1);
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    private String appToken() {
        return school.tokensOf("student").get("access_token").textValue();
    }

    private static boolean isSignedIn(Page page) {
        return page.handedToApp().containsKey("code");
    }

    private JsonNode provider() {
        return school.admin().get(providerPath());
    }

    private String providerPath() {
        return "/realms/" + school.realm() + "/identity-provider/instances/" + School.ALIAS;
    }

    private static JsonNode withSecret(JsonNode provider) {
        ((ObjectNode) provider.get("config")).put("clientSecret", School.CLASSLINK_SECRET);
        return provider;
    }
}
