package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.pkce.CodeChallenge;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import io.github.k12sso.classlink.simulator.runtime.PkceMode;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Redeeming codes for tokens in ClassLink mode. */
class TokenEndpointsTest extends SimulatorTests {
    @Nested
    class Codes {
        @Test
        void workOnce() {
            String code = app.codeFor("student");
            assertThat(app.redeem(code).statusCode()).isEqualTo(200);
            assertError(app.redeem(code), 400, "invalid_grant");
        }

        @Test
        void areRedeemedByOnlyOneOfManyConcurrentRequests() throws Exception {
            String code = app.codeFor("student");
            ExecutorService pool = Executors.newFixedThreadPool(8);
            try {
                List<Future<Integer>> answers = pool.invokeAll(java.util.Collections.nCopies(
                        8, (Callable<Integer>) () -> app.redeem(code).statusCode()));
                long winners = 0;
                for (Future<Integer> answer : answers) {
                    winners += answer.get() == 200 ? 1 : 0;
                }
                assertThat(winners).isEqualTo(1);
            } finally {
                pool.shutdownNow();
            }
        }

        @Test
        void expireAfterFiveMinutes() {
            String early = app.codeFor("student");
            String late = app.codeFor("student");
            simulator.clock().advance(Duration.ofSeconds(295));
            assertThat(app.redeem(early).statusCode()).isEqualTo(200);
            simulator.clock().advance(Duration.ofSeconds(6));
            assertError(app.redeem(late), 400, "invalid_grant");
        }

        @Test
        void belongToTheirClient() {
            String code = app.codeFor("student");
            simulator.registerClient("other", "x", List.of("https://other.example/"));
            HttpResponse<String> stolen =
                    app.post("/oauth2/v2/token", Map.of("code", code, "client_id", "other", "client_secret", "x"));
            assertError(stolen, 400, "invalid_grant");
            assertThat(app.redeem(code).statusCode()).isEqualTo(200);
        }
    }

    @Nested
    class ClientRequests {
        @Test
        void mayAlsoCarryWhatOtherLibrariesSend() {
            HttpResponse<String> response = app.redeem(
                    app.codeFor("student"),
                    "grant_type",
                    "authorization_code",
                    "redirect_uri",
                    RelyingParty.CALLBACK,
                    "launch_url",
                    "whatever");
            assertThat(response.statusCode()).isEqualTo(200);
        }

        @Test
        void areCheckedAgainstTheRedirectUriIfSent() {
            assertError(
                    app.redeem(app.codeFor("student"), "redirect_uri", "https://app.example/else"),
                    400,
                    "invalid_grant");
        }

        @Test
        void mayHaveAllParametersInTheQueryString() {
            String query = PersonaBrowser.encode(Map.of(
                    "code",
                    app.codeFor("student"),
                    "client_id",
                    RelyingParty.ID,
                    "client_secret",
                    RelyingParty.SECRET));
            HttpResponse<String> response =
                    app.send(app.request("/oauth2/v2/token?" + query).POST(HttpRequest.BodyPublishers.noBody()));
            assertThat(response.statusCode()).isEqualTo(200);
        }

        @Test
        void mayUseBasicAloneOrTogetherWithTheBody() {
            String pair = RelyingParty.ID + ":" + URLEncoder.encode(RelyingParty.SECRET, StandardCharsets.UTF_8);
            String basic = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
            assertThat(app.post("/oauth2/v2/token", Map.of("code", app.codeFor("student")), "Authorization", basic)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(app.post(
                                    "/oauth2/v2/token",
                                    Map.of(
                                            "code",
                                            app.codeFor("student"),
                                            "client_id",
                                            RelyingParty.ID,
                                            "client_secret",
                                            RelyingParty.SECRET),
                                    "Authorization",
                                    basic)
                            .statusCode())
                    .isEqualTo(200);
        }

        @Test
        void withAWrongSecretAreUnauthorized() {
            Map<String, String> form =
                    Map.of("code", app.codeFor("student"), "client_id", RelyingParty.ID, "client_secret", "wrong");
            assertError(app.post("/oauth2/v2/token", form), 401, "unauthorized_client");
            simulator.tokenMode(TokenMode.GUIDE);
            assertError(app.post("/oauth2/v2/token", form), 401, "invalid_client");
        }

        @Test
        void ofUnknownOrUnnamedClientsFail() {
            Map<String, String> unknown = Map.of("code", "c", "client_id", "nobody", "client_secret", "x");
            assertError(app.post("/oauth2/v2/token", unknown), 400, "invalid_request");
            assertError(app.post("/oauth2/v2/token", Map.of("code", "c")), 401, "invalid_client");
            simulator.tokenMode(TokenMode.GUIDE);
            assertError(app.post("/oauth2/v2/token", unknown), 401, "invalid_client");
        }

        @Test
        void needACode() {
            assertError(
                    app.post(
                            "/oauth2/v2/token",
                            Map.of("client_id", RelyingParty.ID, "client_secret", RelyingParty.SECRET)),
                    400,
                    "invalid_request");
        }

        @Test
        void forARefreshAreUnsupportedAtClassLink() {
            assertError(
                    app.redeem("", "grant_type", "refresh_token", "refresh_token", "x"), 400, "unsupported_grant_type");
        }
    }

    @Nested
    class Pkce {
        private final CodeVerifier verifier = new CodeVerifier();
        private final String challenge =
                CodeChallenge.compute(CodeChallengeMethod.S256, verifier).getValue();

        private String codeWithChallenge() {
            return app.codeFor("student", "code_challenge", challenge, "code_challenge_method", "S256");
        }

        @Test
        void isVerifiedWhenAChallengeWasSent() {
            assertError(app.redeem(codeWithChallenge()), 400, "invalid_grant");
            assertError(app.redeem(codeWithChallenge(), "code_verifier", "wrong"), 400, "invalid_grant");
            assertThat(app.redeem(codeWithChallenge(), "code_verifier", verifier.getValue())
                            .statusCode())
                    .isEqualTo(200);
        }

        @Test
        void isIgnoredOnRequest() {
            simulator.pkce(PkceMode.IGNORE);
            assertThat(app.redeem(codeWithChallenge()).statusCode()).isEqualTo(200);
        }

        @Test
        void canBeRequiredExceptForTiles() {
            simulator.pkce(PkceMode.REQUIRE);
            PersonaBrowser browser = new PersonaBrowser(simulator);
            browser.signIn("student");
            assertThat(PersonaBrowser.query(PersonaBrowser.location(browser.get(app.authorizePath()))))
                    .containsEntry("error", "invalid_request");

            String tile = PersonaBrowser.location(browser.get("/launch/" + RelyingParty.ID));
            assertThat(app.redeem(PersonaBrowser.query(tile).get("code")).statusCode())
                    .isEqualTo(200);
        }
    }

    @Nested
    class AccessTokens {
        @Test
        void expireAfterADay() {
            String token = app.accessTokenFor("student");
            simulator.clock().advance(Duration.ofHours(24).minusSeconds(5));
            assertThat(infoStatus(token)).isEqualTo(200);
            simulator.clock().advance(Duration.ofSeconds(6));
            assertThat(infoStatus(token)).isEqualTo(401);
            simulator.clock().reset();
            assertThat(infoStatus(token)).isEqualTo(200);
        }

        @Test
        void canBeExpiredTogether() {
            String token = app.accessTokenFor("student");
            simulator.expireTokens();
            assertThat(infoStatus(token)).isEqualTo(401);
        }
    }
}
