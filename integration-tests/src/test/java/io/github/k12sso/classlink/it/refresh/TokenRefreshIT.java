package io.github.k12sso.classlink.it.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jwt.JWTClaimsSet;
import io.github.k12sso.classlink.it.support.Await;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Refresh of an expired stored token: each outcome, as the app sees it and as the vault stores it. */
@WithTestEnvironment
@ResourceLock(TestEnvironment.PASSING_TIME)
class TokenRefreshIT {

    /** Expired on issue: a token counts as expired five seconds before its expiry. */
    private static final Duration OVER_AT_ONCE = Duration.ofSeconds(2);
    /** Valid, but within the refresh threshold. */
    private static final Duration ALMOST_OVER = Duration.ofSeconds(40);

    private static final Duration LONG = Duration.ofHours(1);

    private static final Duration LONGEST_REST = Duration.ofMinutes(1);

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealmWhoseClassLinkIssuesRefreshTokens(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        environment.classLink().tokenMode(TokenMode.GUIDE);
        realm = environment.newRealm();
    }

    @Nested
    class GivenClassLinkIsAvailable {

        @Test
        void givenAnExpiredToken_thenItIsRefreshed_andTheEventSaysSo() {
            String app = loginWithATokenThatLives(OVER_AT_ONCE);

            JsonNode answer = Http.json(realm.exchange(app).body());

            assertThat(refreshes()).hasSize(1);
            assertThat(answer.get("expires_in").longValue()).isBetween(3_590L, 3_600L);
            assertThatClassLinkAccepts(answer.get("access_token").textValue());
            assertThat(lastExchange().get("details").get("classlink_token").textValue())
                    .isEqualTo("refreshed");
        }

        @Test
        void givenARefreshedToken_thenTheNextExchangeMakesNoCall() {
            String app = loginWithATokenThatLives(OVER_AT_ONCE);
            String first = accessToken(realm.exchange(app));

            assertThat(accessToken(realm.exchange(app))).isEqualTo(first);
            assertThat(refreshes()).hasSize(1);
            assertThat(lastExchange().get("details").get("classlink_token").textValue())
                    .isEqualTo("stored");
        }

        @Test
        void givenAConcurrentRefresh_thenItsResultIsUsed_andTheEventSaysSo() {
            String app = loginWithATokenThatLives(OVER_AT_ONCE);
            environment.classLink().faults().inject(Endpoint.TOKEN, Fault.delay(Duration.ofSeconds(1)));
            CompletableFuture<HttpResponse<String>> first = CompletableFuture.supplyAsync(() -> realm.exchange(app));
            Await.until("the first one's refresh", () -> !refreshes().isEmpty());

            String second = accessToken(realm.exchange(app));

            assertThat(second).isEqualTo(accessToken(first.join()));
            assertThat(refreshes()).hasSize(1);
            assertThat(realm.state().events("TOKEN_EXCHANGE"))
                    .extracting(event -> event.at("/details/classlink_token").textValue())
                    .containsExactlyInAnyOrder("refreshed", "coalesced");
        }

        @Test
        void givenATokenAboutToExpire_thenItIsRefreshedEarly() {
            realm.exchange(loginWithATokenThatLives(ALMOST_OVER));

            assertThat(refreshes()).hasSize(1);
        }

        @Test
        void givenAnotherRefreshThreshold_thenItIsApplied() {
            realm.configure("minValidityToken", "10");

            realm.exchange(loginWithATokenThatLives(ALMOST_OVER));

            assertThat(refreshes()).isEmpty();
        }

        @Test
        void givenRotation_thenTheNewRefreshTokenIsUsedNext() {
            String app = loginWithATokenThatLives(OVER_AT_ONCE);
            environment.classLink().switches().guideTokenLifetime(OVER_AT_ONCE);

            realm.exchange(app);
            realm.exchange(app);

            assertThat(refreshes())
                    .hasSize(2)
                    .extracting(TokenRefreshIT::refreshToken)
                    .doesNotHaveDuplicates();
        }

        @Test
        void givenNoNewRefreshToken_thenTheOldOneIsUsedAgain() {
            environment.classLink().switches().refreshRotation(false);
            String app = loginWithATokenThatLives(OVER_AT_ONCE);
            environment.classLink().switches().guideTokenLifetime(OVER_AT_ONCE);

            assertThat(realm.exchange(app).statusCode()).isEqualTo(200);
            assertThat(realm.exchange(app).statusCode()).isEqualTo(200);

            List<String> used =
                    refreshes().stream().map(TokenRefreshIT::refreshToken).toList();
            assertThat(used).hasSize(2);
            assertThat(used.get(0)).isEqualTo(used.get(1));
        }

        @Test
        void givenALaterLoginWithoutARefreshToken_thenTheStoredOneIsKept() {
            loginWithATokenThatLives(LONG);
            environment.classLink().switches().refreshTokens(false);
            String app = loginWithATokenThatLives(OVER_AT_ONCE);

            assertThat(realm.exchange(app).statusCode()).isEqualTo(200);
            assertThat(refreshes()).hasSize(1);
        }
    }

    /** OpenID Connect Core 12.2. */
    @Nested
    class GivenTheAnswerHasAnIdToken {

        @BeforeEach
        void aServerThatDoesNotRotate() {
            environment.classLink().switches().refreshIdTokens(true);
            environment.classLink().switches().refreshRotation(false);
        }

        @Test
        void ofTheSameUser_thenTheTokenIsReturned() {
            String app = loginWithATokenThatLives(OVER_AT_ONCE);

            assertThatClassLinkAccepts(accessToken(realm.exchange(app)));
        }

        @ParameterizedTest
        @CsvSource({"iss, https://evil.example", "sub, 870099", "aud, another-app"})
        void ofAnotherUser_thenTheTokenIsRejected_andTheOldOneKept(String claim, String value) {
            String app = loginWithATokenThatLives(OVER_AT_ONCE);
            environment
                    .classLink()
                    .issueIdTokensWith(draft -> draft.sign(new JWTClaimsSet.Builder(draft.claims())
                            .claim(claim, value)
                            .build()));

            assertRefused(realm.exchange(app), 503, "temporarily_unavailable");

            assertThat(environment.logOf(realm))
                    .anySatisfy(line -> assertThat(line).contains("id_token for another issuer, user or client"));
            environment.classLink().issueIdTokensNormally();
            assertThatClassLinkAccepts(accessToken(afterTheRest(app)));
        }
    }

    @Nested
    class GivenTheDistrictIsNoLongerAllowed {

        @Test
        void thenNoTokenIsReturnedOrRefreshed_untilTheDistrictIsAllowedAgain() {
            String app = loginWithATokenThatLives(OVER_AT_ONCE);
            realm.configure("allowedTenants", "4711");

            assertRefused(realm.exchange(app), 400, "access_denied");
            assertThat(refreshes()).isEmpty();

            realm.configure("allowedTenants", "4711##2");
            assertThatClassLinkAccepts(accessToken(realm.exchange(app)));
        }
    }

    @Nested
    class GivenClassLinkRevokedTheGrant {

        @Test
        void thenANewLoginIsRequired_untilTheUserSignsIn() {
            String app = loginWithATokenThatLives(OVER_AT_ONCE);
            environment.classLink().endAllGrants();

            assertRefused(realm.exchange(app), 400, "token_expired");
            assertRefused(realm.exchange(app), 400, "token_expired");
            assertThat(refreshes()).as("ClassLink is not called again").hasSize(1);
            assertThat(realm.state().links(realm.state().user("mira.fernwick.2")))
                    .as("the link is kept")
                    .hasSize(1);

            String afterLogin = loginWithATokenThatLives(LONG);
            assertThat(realm.exchange(afterLogin).statusCode()).isEqualTo(200);
        }
    }

    @Nested
    class GivenClassLinkFails {

        private static final List<Fault> FAULTS = List.of(
                Fault.status(500),
                Fault.status(502),
                Fault.status(503),
                Fault.status(504),
                Fault.status(429),
                Fault.status(401),
                Fault.status(404),
                Fault.status(400).body("{\"error\":\"invalid_client\"}"),
                Fault.status(400).body("{\"error\":\"invalid_request\"}"),
                Fault.reset(),
                Fault.truncated(),
                Fault.malformedJson(),
                Fault.wrongType(),
                Fault.wrongShape(),
                Fault.empty(),
                Fault.oversize(20_000_000),
                Fault.redirect("https://launchpad.classlink.com/"));

        /** Each fault in a separate realm, because a provider makes no call for three seconds after one. */
        @Test
        void thenTheResponseHasRetryAfter_andTheTokenIsKept() {
            // Without rotation, ClassLink accepts the refresh token again even if it processed the lost request.
            environment.classLink().switches().refreshRotation(false);
            Map<TestRealm, String> apps = new LinkedHashMap<>();
            for (Fault fault : FAULTS) {
                realm = environment.newRealm();
                String app = loginWithATokenThatLives(OVER_AT_ONCE);
                apps.put(realm, app);
                environment.classLink().faults().inject(Endpoint.TOKEN, fault);

                HttpResponse<String> answer = realm.exchange(app);
                realm.exchange(app);

                assertRefused(answer, 503, "temporarily_unavailable");
                assertThat(answer.headers().firstValue("Retry-After")).hasValue("3");
                assertThat(refreshes()).as("no further calls during an outage").hasSize(1);
                assertThat(lastExchange().get("error").textValue()).isEqualTo("temporarily_unavailable");
                environment.classLink().faults().clear();
            }

            assertThat(apps).hasSize(FAULTS.size()).allSatisfy((itsRealm, app) -> {
                realm = itsRealm;
                assertThat(afterTheRest(app).statusCode()).isEqualTo(200);
            });
        }

        @Test
        void givenTheAppWaitsForRetryAfter_thenItIsNotTooEarly() {
            String app = loginWithATokenThatLives(OVER_AT_ONCE);
            environment
                    .classLink()
                    .faults()
                    .inject(Endpoint.TOKEN, Fault.status(503))
                    .times(1);
            realm.exchange(app);
            HttpResponse<String> later = realm.exchange(app); // a fraction of a second has passed

            environment.passTime(
                    realm,
                    Duration.ofSeconds(Long.parseLong(
                            later.headers().firstValue("Retry-After").orElseThrow())));

            assertThat(realm.exchange(app).statusCode()).isEqualTo(200);
        }

        @Test
        void givenRetryAfterFromClassLink_thenItIsPassedOn() {
            String app = loginWithATokenThatLives(OVER_AT_ONCE);
            environment
                    .classLink()
                    .faults()
                    .inject(Endpoint.TOKEN, Fault.status(429).retryAfter(7));

            assertThat(realm.exchange(app).headers().firstValue("Retry-After")).hasValue("7");
        }

        @Test
        void givenTheTokenIsStillValid_thenItIsReturned() {
            String app = loginWithATokenThatLives(ALMOST_OVER);
            environment.classLink().faults().inject(Endpoint.TOKEN, Fault.status(503));

            HttpResponse<String> answer = realm.exchange(app);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThatClassLinkAccepts(accessToken(answer));
        }

        @Test
        void givenALostResponseWithRotation_thenANewLoginIsRequired() {
            String app = loginWithATokenThatLives(OVER_AT_ONCE);
            environment
                    .classLink()
                    .faults()
                    .inject(Endpoint.TOKEN, Fault.answerLost().times(1));

            assertRefused(realm.exchange(app), 503, "temporarily_unavailable");
            assertRefused(afterTheRest(app), 400, "token_expired");
        }

        @Full // the provider waits ten seconds for a response
        @Test
        void givenNoResponse_thenTheExchangeEndsWithinTheDeadline() {
            String app = loginWithATokenThatLives(OVER_AT_ONCE);
            environment.classLink().faults().inject(Endpoint.TOKEN, Fault.stall(Duration.ofSeconds(40)));
            long start = System.nanoTime();

            assertRefused(realm.exchange(app), 503, "temporarily_unavailable");

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(13));
        }
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    /** Returns the app's Keycloak token; ClassLink tokens issued later have a long lifetime. */
    private String loginWithATokenThatLives(Duration life) {
        environment.classLink().switches().guideTokenLifetime(life);
        String token = realm.tokensOf("student").get("access_token").textValue();
        environment.classLink().switches().guideTokenLifetime(LONG);
        environment.classLink().clearRequests();
        return token;
    }

    /** The provider makes no call for three seconds after a failure. */
    private HttpResponse<String> afterTheRest(String app) {
        environment.passTime(realm, LONGEST_REST);
        return realm.exchange(app);
    }

    private List<RecordedRequest> refreshes() {
        return environment.classLink().requests().stream()
                .filter(request -> request.endpoint() == Endpoint.TOKEN)
                .filter(request -> "refresh_token".equals(request.parameters().get("grant_type")))
                .toList();
    }

    private static String refreshToken(RecordedRequest request) {
        return request.parameters().get("refresh_token");
    }

    private static String accessToken(HttpResponse<String> answer) {
        JsonNode token = Http.json(answer.body()).get("access_token");
        assertThat(token).as(answer.body()).isNotNull();
        return token.textValue();
    }

    /** The newest event of the types token exchange and token exchange error. */
    private JsonNode lastExchange() {
        return realm.state().events("TOKEN_EXCHANGE&type=TOKEN_EXCHANGE_ERROR").get(0);
    }

    private void assertThatClassLinkAccepts(String token) {
        HttpResponse<String> profile = new Http()
                .send(HttpRequest.newBuilder(environment.classLink().baseUrl().resolve("/v2/my/info"))
                        .header("Authorization", "Bearer " + token));
        assertThat(profile.statusCode()).isEqualTo(200);
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String error) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(Http.json(answer.body()).get("error").textValue()).isEqualTo(error);
        assertThat(Http.json(answer.body()).get("error_description").textValue())
                .isNotBlank();
    }
}
