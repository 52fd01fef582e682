package io.github.k12sso.classlink.it.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.simulator.SimulatorSettings;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;

/** A Keycloak with a small heap and token keys in its vault: the entry is missing, or responses are large. */
@Full // starts a server
@Isolated("one server of a test's own at a time")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VaultAndHeapIT {

    private static final String KEYS = "classlink-token-keys";

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeAll
    void aSmallServer() {
        environment = TestEnvironment.startOwn(
                "vault-and-heap",
                SimulatorSettings.defaults(),
                "-Xms128m -Xmx320m",
                "--spi-social--classlink--token-key-vault-entry=" + KEYS);
    }

    @AfterAll
    void stop() {
        if (environment != null) {
            environment.close();
        }
    }

    @BeforeEach
    void aRealm() {
        environment.classLink().faults().clear();
        environment.classLink().tokenMode(TokenMode.GUIDE);
        environment.classLink().switches().guideTokenLifetime(Duration.ofHours(2));
        realm = environment.newRealm();
        realm.configureRealm(
                settings -> settings.put("accessTokenLifespan", 7_200).put("ssoSessionIdleTimeout", 14_400));
        environment.keepInVault(realm, KEYS, "2026 " + Base64.getEncoder().encodeToString(new byte[32]));
    }

    @Nested
    class GivenTheVaultHasNoEntryForTheKeys {

        @Test
        void thenNoOtherKeyIsUsed_andPageAndLogGiveARemedy() {
            environment.removeFromVault(realm, KEYS);

            WebPage page = realm.login(realm.newBrowser(), "student");

            assertThat(page.status()).isEqualTo(500);
            assertThat(realm.state().failureOn(page).at("/details/reason").asText())
                    .isEqualTo("configuration");
            assertThat(environment.log())
                    .contains("reason=configuration: Keycloak's vault has no entry for the ClassLink token keys");
            assertThat(realm.state().users()).as("no partial user").hasSize(1);
        }

        @Test
        void thenARetriedExchangeFindsItsToken() {
            String token = appToken();
            String classLinkToken = accessToken(realm.exchange(token));
            environment.removeFromVault(realm, KEYS);

            HttpResponse<String> refused = realm.exchange(token);
            environment.keepInVault(realm, KEYS, "2026 " + Base64.getEncoder().encodeToString(new byte[32]));

            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
            assertThat(Http.json(refused.body()).get("error").textValue()).isEqualTo("temporarily_unavailable");
            assertThat(accessToken(realm.exchange(token))).isEqualTo(classLinkToken);
        }
    }

    @Nested
    class GivenASmallHeap {

        private static final int AT_ONCE = 16;

        @Test
        void thenLargeResponsesAndRostersDoNotExhaustIt() {
            Roster roster = Roster.withPartnerKey(environment, realm);
            String administrator = roster.administratorsToken("roster-administrator");
            assertThat(isSignedIn(realm.login(realm.newBrowser(), "teacher"))).isTrue();
            for (Endpoint endpoint : List.of(Endpoint.TOKEN, Endpoint.MY_INFO, Endpoint.ROSTER)) {
                environment.classLink().faults().inject(endpoint, Fault.oversize(20_000_000));
            }

            ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
            List<CompletableFuture<Void>> requests = IntStream.range(0, 4 * AT_ONCE)
                    .mapToObj(number -> CompletableFuture.runAsync(
                            () -> {
                                if (number % 2 == 0) {
                                    realm.login(realm.newBrowser(), "student");
                                } else {
                                    roster.get(
                                            administrator, Roster.MAPLE_VALLEY, "users?limit=10000&offset=" + number);
                                }
                            },
                            threads))
                    .toList();
            requests.forEach(CompletableFuture::join);
            threads.shutdown();
            environment.classLink().faults().clear();

            assertThat(environment.log()).doesNotContain("OutOfMemoryError");
            assertThat(isSignedIn(realm.login(realm.newBrowser(), "teacher"))).isTrue();
            assertThat(roster.get(administrator, Roster.MAPLE_VALLEY, "users?limit=10000")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    private String appToken() {
        return realm.tokensOf("student").get("access_token").textValue();
    }

    private static String accessToken(HttpResponse<String> answer) {
        return Http.json(AdminApi.require(answer, "exchange").body())
                .get("access_token")
                .textValue();
    }

    private static boolean isSignedIn(WebPage page) {
        return page.handedToApp().containsKey("code");
    }
}
