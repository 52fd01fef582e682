package io.github.k12sso.classlink.it.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.k12sso.classlink.it.support.Await;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.ManyUsers;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The token vault on two nodes when a node is killed or restarted, or the database or keys are lost. The order matters: keys
 * are rotated before one is removed.
 */
@Full // a thousand users, a dozen node starts, and locks of killed nodes that expire after 20 s
@Isolated("measures how long an answer takes; one cluster at a time")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TokenVaultClusterFailureIT {

    private static final int PEOPLE = 1_000;
    private static final int REQUESTS_EACH = 8;

    private static final String OLD_KEY = ClusterApps.key("2025", 1);
    private static final String NEW_KEY = ClusterApps.key("2026", 2);

    private Cluster cluster;
    private ClusterApps apps;

    @BeforeAll
    void start() {
        cluster = Cluster.start("cluster", OLD_KEY);
        apps = new ClusterApps(cluster);
    }

    @AfterAll
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void rotatingServerWithReuseDetection() {
        apps.restoreClassLink();
    }

    /** Simulates a morning: all tokens have expired overnight and every app requests one. */
    @Test
    @Order(0)
    void givenAThousandUsersWithEightRequestsEach_thenEachTokenIsRefreshedOnce() {
        TestRealm realm = cluster.newRealm();
        Map<String, String> keycloakTokens = ManyUsers.of(PEOPLE).addTo(realm, cluster);
        cluster.classLink().clearRequests();

        List<HttpResponse<String>> answers = apps.together(
                keycloakTokens.values().stream()
                        .flatMap(token -> IntStream.range(0, REQUESTS_EACH).mapToObj(number -> token))
                        .toList(),
                (number, token) -> apps.nodeOf(realm, number).exchange(token));

        assertThat(answers).hasSize(PEOPLE * REQUESTS_EACH);
        assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(200);
        assertThat(answers.stream().map(ClusterApps::accessToken).distinct()).hasSize(PEOPLE);
        assertThat(apps.refreshes()).hasSize(PEOPLE);
    }

    @Test
    @Order(1)
    void givenKeyRotationInARollingRestart_thenNoUserMustSignIn() throws Exception {
        TestRealm realm = cluster.newRealm();
        // Four container starts can take longer than the default lifetime of Keycloak's token (five minutes).
        realm.configureRealm(settings -> settings.put("accessTokenLifespan", ClusterApps.LONG.toSeconds()));
        String before = apps.loginWithATokenThatLives(realm, ClusterApps.LONG);

        // All nodes can decrypt with the new key before any node encrypts with it.
        restartEachWith(OLD_KEY + NEW_KEY);
        restartEachWith(NEW_KEY + OLD_KEY);

        assertThat(apps.nodeOf(realm, 0).exchange(before).statusCode()).isEqualTo(200);
        assertThat(apps.nodeOf(realm, 1).exchange(before).statusCode()).isEqualTo(200);
        String after = apps.loginWithATokenThatLives(realm, ClusterApps.LONG);
        assertThat(cluster.database().rows("""
                        select token from federated_identity
                        where realm_id = (select id from realm where name = '%s')
                        """.formatted(realm.name())))
                .singleElement()
                .satisfies(record -> assertThat(keyIdOf(record)).isEqualTo("2026"));
        assertThat(apps.nodeOf(realm, 1).exchange(after).statusCode()).isEqualTo(200);
    }

    /** The stage of a refresh at which a node is killed. */
    enum RefreshStage {
        CLASSLINK_HAS_NOT_BEGUN,
        CLASSLINK_ANSWERS,
        THE_ROW_IS_BEING_WRITTEN,
        THE_ANSWER_IS_OUT
    }

    /**
     * ClassLink rotates only if the refresh has not started: with rotation, a response lost with the node would end the grant,
     * see {@code TokenRefreshIT}.
     */
    @ParameterizedTest
    @EnumSource
    @Order(2)
    void givenTheRefreshingNodeIsKilled_thenTheOtherNodeContinues(RefreshStage step) throws Exception {
        cluster.classLink().switches().refreshRotation(step == RefreshStage.CLASSLINK_HAS_NOT_BEGUN);
        TestRealm realm = cluster.newRealm();
        String keycloakToken = apps.loginWithATokenThatLives(realm, ClusterApps.ALMOST_OVER);
        cluster.classLink().clearRequests();
        switch (step) {
            case CLASSLINK_HAS_NOT_BEGUN ->
                cluster.classLink()
                        .faults()
                        .inject(
                                Endpoint.TOKEN,
                                Fault.stall(Duration.ofSeconds(30)).times(1));
            case CLASSLINK_ANSWERS ->
                cluster.classLink()
                        .faults()
                        .inject(
                                Endpoint.TOKEN,
                                Fault.delay(Duration.ofSeconds(30)).times(1));
            default -> {}
        }
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Duration delay;
        HttpResponse<String> answer;
        AutoCloseable row = step == RefreshStage.THE_ROW_IS_BEING_WRITTEN ? hold(realm) : () -> {};
        try {
            CompletableFuture<HttpResponse<String>> doomed = CompletableFuture.supplyAsync(
                    () -> realm.at(cluster.second()).exchange(keycloakToken), thread);
            Await.until("the refresh", () -> !apps.refreshes().isEmpty());
            switch (step) {
                case THE_ROW_IS_BEING_WRITTEN -> Await.until("the write", () -> waitingForALock() == 1);
                case THE_ANSWER_IS_OUT -> assertThat(doomed.get().statusCode()).isEqualTo(200);
                default -> {}
            }
            cluster.second().kill();
            doomed.handle((done, failure) -> null).get();
        } finally {
            row.close();
        }
        long killed = System.nanoTime();
        CompletableFuture<Void> again = CompletableFuture.runAsync(cluster.second()::start, thread);
        answer = realm.at(cluster.first()).exchange(keycloakToken);
        delay = Duration.ofNanos(System.nanoTime() - killed);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(delay).isLessThan(Duration.ofSeconds(32));
        assertThat(apps.refreshes()).hasSize(step == RefreshStage.THE_ANSWER_IS_OUT ? 1 : 2);
        apps.assertThatClassLinkAccepts(ClusterApps.accessToken(answer));
        again.get();
        thread.shutdown();
    }

    private AutoCloseable hold(TestRealm realm) {
        return cluster.database()
                .hold("select token from federated_identity where realm_id =" + " (select id from realm where name = '"
                        + realm.name() + "')");
    }

    private int waitingForALock() {
        return cluster.database()
                .rows("select pid from pg_stat_activity where wait_event_type = 'Lock'")
                .size();
    }

    @Test
    @Order(2)
    void givenADatabaseOutageOfTenSeconds_thenAppsAndUsersGetErrors_andNothingIsLost() {
        TestRealm realm = cluster.newRealm();
        String keycloakToken = apps.loginWithATokenThatLives(realm, ClusterApps.LONG);
        String classLinkToken = ClusterApps.accessToken(realm.exchange(keycloakToken));

        cluster.postgres().stop();
        long gone = System.nanoTime();
        List<Integer> exchanges = new ArrayList<>();
        List<Integer> logins = new ArrayList<>();
        while (System.nanoTime() - gone < Duration.ofSeconds(10).toNanos()) {
            exchanges.add(realm.exchange(keycloakToken).statusCode());
            Browser browser = realm.newBrowser();
            WebPage page = browser.open(realm.loginRequest("openid"));
            logins.add((page.status() == 200 ? realm.choosePersona(browser, page, "teacher") : page).status());
        }
        cluster.postgres().startAgain();

        // Keycloak has this user, session and link in its caches.
        assertThat(exchanges).isNotEmpty().allMatch(status -> status == 200 || status >= 500);
        assertThat(logins).isNotEmpty().allMatch(status -> status >= 500);
        Await.until(
                "the database",
                () -> realm.exchange(keycloakToken).statusCode() == 200
                        && apps.nodeOf(realm, 1).exchange(keycloakToken).statusCode() == 200);
        assertThat(ClusterApps.accessToken(realm.exchange(keycloakToken))).isEqualTo(classLinkToken);
        assertThat(realm.login(realm.newBrowser(), "teacher").handedToApp()).containsKey("code");
    }

    /** The next test starts the node again. */
    @ParameterizedTest
    @MethodSource
    @Order(3)
    void givenAnInvalidKeyFile_thenTheNodeDoesNotStart_andLogsTheReason(String content, String why) throws Exception {
        Path file = cluster.second().keyFile();
        cluster.second().stop();
        Files.deleteIfExists(file);
        if (content != null) {
            Files.writeString(file, content);
        }

        assertThatThrownBy(cluster.second()::start).isNotInstanceOf(AssertionError.class);

        assertThat(cluster.second().log()).contains(why);
    }

    static Stream<Arguments> givenAnInvalidKeyFile_thenTheNodeDoesNotStart_andLogsTheReason() {
        return Stream.of(
                arguments(null, "cannot be read (NoSuchFileException)"),
                // Incomplete, as if writing was interrupted.
                arguments(NEW_KEY + OLD_KEY.substring(0, 20), "line 2"));
    }

    /** A node that failed to start starts with a valid key file, even with other keys. */
    @Test
    @Order(4)
    void givenAMissingKey_thenTheUserMustSignInAndTheLogNamesTheKey() throws Exception {
        TestRealm realm = cluster.newRealm();
        String keycloakToken = apps.loginWithATokenThatLives(realm, ClusterApps.LONG);
        Files.writeString(cluster.second().keyFile(), ClusterApps.key("other", 3));
        cluster.second().stop();
        cluster.second().start();

        HttpResponse<String> answer = realm.at(cluster.second()).exchange(keycloakToken);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Http.json(answer.body()).get("error").textValue()).isEqualTo("token_expired");
        assertThat(cluster.second().log()).contains("the record's key '2026' is in no key source");
        // Nothing is lost: with the key, the record can be decrypted.
        assertThat(realm.at(cluster.first()).exchange(keycloakToken).statusCode())
                .isEqualTo(200);
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    private void restartEachWith(String keys) throws Exception {
        for (Cluster.Node node : List.of(cluster.first(), cluster.second())) {
            Files.writeString(node.keyFile(), keys);
            node.stop();
            node.start();
        }
    }

    private static String keyIdOf(String record) {
        byte[] header = Base64.getUrlDecoder().decode(record.substring(0, record.indexOf('.')));
        return Http.json(new String(header, StandardCharsets.UTF_8)).get("kid").textValue();
    }
}
