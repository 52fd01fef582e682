package io.github.k12sso.classlink.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Await;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.Crowd;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Page;
import io.github.k12sso.classlink.it.support.School;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
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

/** The token vault on two nodes with one PostgreSQL; the nodes are stopped and killed, so that the order matters. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Isolated
class TokenVaultClusterIT {

    private static final String OLD_KEY = key("2025", 1);
    private static final String NEW_KEY = key("2026", 2);
    private static final int STORM = 64;
    private static final int PEOPLE = 1_000;
    private static final int REQUESTS_EACH = 8;
    /** Less than what is left of a token before Keycloak renews it (60 s). */
    private static final Duration ALMOST_OVER = Duration.ofSeconds(40);

    private static final Duration OVER_AT_ONCE = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofHours(1);

    private Cluster cluster;

    @BeforeAll
    void start() {
        cluster = Cluster.start("cluster", OLD_KEY);
    }

    @AfterAll
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void rotatingServerWithReuseDetection() {
        cluster.classLink().faults().clear();
        cluster.classLink().tokenMode(TokenMode.GUIDE);
        cluster.classLink().switches().refreshRotation(true);
        cluster.classLink().switches().guideTokenLifetime(LONG);
    }

    @Test
    @Order(1)
    void givenAStormOnBothNodes_thenThereIsOneRefreshAndEverybodyHasItsToken() {
        School school = cluster.newSchool();
        String keycloakToken = loginWithATokenThatLives(school, ALMOST_OVER);
        cluster.classLink().clearRequests();

        List<HttpResponse<String>> answers = together(
                Collections.nCopies(STORM, keycloakToken),
                (number, token) -> nodeOf(school, number).exchange(token));

        assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(200);
        assertThat(answers.stream().map(this::accessToken).distinct()).hasSize(1);
        assertThat(refreshes()).hasSize(1);
        assertThatClassLinkTakes(accessToken(answers.get(0)));
    }

    @Test
    @Order(2)
    void givenSeveralRenewals_thenEachRotatedTokenIsTheNextOnesStart() {
        School school = cluster.newSchool();
        String keycloakToken = loginWithATokenThatLives(school, OVER_AT_ONCE);
        cluster.classLink().switches().guideTokenLifetime(OVER_AT_ONCE);
        cluster.classLink().clearRequests();

        List<String> tokens = IntStream.range(0, 6)
                .mapToObj(number -> accessToken(nodeOf(school, number).exchange(keycloakToken)))
                .toList();

        assertThat(tokens).doesNotHaveDuplicates();
        assertThat(refreshes()).hasSize(6).extracting(this::refreshToken).doesNotHaveDuplicates();
    }

    /** The morning at a school: everybody's token has run out over night, and every app wants a new one. */
    @Test
    @Order(3)
    void givenAThousandPeopleWithEightRequestsEach_thenEachIsRenewedOnce() {
        School school = cluster.newSchool();
        Map<String, String> keycloakTokens = Crowd.of(PEOPLE).join(school, cluster);
        cluster.classLink().clearRequests();

        List<HttpResponse<String>> answers = together(
                keycloakTokens.values().stream()
                        .flatMap(token -> IntStream.range(0, REQUESTS_EACH).mapToObj(number -> token))
                        .toList(),
                (number, token) -> nodeOf(school, number).exchange(token));

        assertThat(answers).hasSize(PEOPLE * REQUESTS_EACH);
        assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(200);
        assertThat(answers.stream().map(this::accessToken).distinct()).hasSize(PEOPLE);
        assertThat(refreshes()).hasSize(PEOPLE);
    }

    @Test
    @Order(3)
    void givenARecordMovedToAnotherPerson_thenItDoesNotOpen() {
        School school = cluster.newSchool();
        String student = loginWithATokenThatLives(school, LONG);
        String teacher = school.tokensOf("teacher").get("access_token").textValue();
        assertThat(school.exchange(teacher).statusCode()).isEqualTo(200);
        assertThat(cluster.database().update("""
                        update federated_identity target set token = source.token
                        from federated_identity source
                        where target.realm_id = (select id from realm where name = '%1$s') and target.federated_user_id = '870001'
                          and source.realm_id = target.realm_id and source.federated_user_id = '870002'
                        """.formatted(school.realm()))).isEqualTo(1);

        HttpResponse<String> answer = nodeOf(school, 1).exchange(student);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Http.json(answer.body()).get("error").textValue()).isEqualTo("token_expired");
        assertThat(cluster.second().log())
                .contains("it belongs to another realm, provider or person. realm=" + school.realm());
    }

    @Test
    @Order(4)
    void thenTheDatabaseHasNoTokenInClear() {
        School school = cluster.newSchool();
        cluster.classLink().clearRequests();
        String keycloakToken = loginWithATokenThatLives(school, ALMOST_OVER);
        List<String> secrets = new ArrayList<>();
        secrets.add(accessToken(school.exchange(keycloakToken)));
        cluster.classLink().requests().forEach(request -> {
            for (String name : List.of("code", "code_verifier", "refresh_token")) {
                if (request.parameters().containsKey(name)) {
                    secrets.add(request.parameters().get(name));
                }
            }
            request.headers().forEach((name, value) -> {
                if (name.equalsIgnoreCase("Authorization") && value.startsWith("Bearer ")) {
                    secrets.add(value.substring("Bearer ".length()));
                }
            });
        });

        assertThat(secrets).hasSizeGreaterThan(4);
        assertThat(cluster.database().placesOf(secrets)).isEmpty();
        // The search finds what is there.
        assertThat(cluster.database().placesOf(List.of(School.CLASSLINK_CLIENT)))
                .contains("identity_provider_config.value");
    }

    @Test
    @Order(5)
    void givenKeysAreRotatedInARollingRestart_thenNobodyLogsInAgain() throws Exception {
        School school = cluster.newSchool();
        // Four starts in containers can take longer than the five minutes that Keycloak's token would live.
        school.configureRealm(realm -> realm.put("accessTokenLifespan", LONG.toSeconds()));
        String before = loginWithATokenThatLives(school, LONG);

        // The new key opens everywhere before it seals anywhere.
        restartEachWith(OLD_KEY + NEW_KEY);
        restartEachWith(NEW_KEY + OLD_KEY);

        assertThat(nodeOf(school, 0).exchange(before).statusCode()).isEqualTo(200);
        assertThat(nodeOf(school, 1).exchange(before).statusCode()).isEqualTo(200);
        String after = loginWithATokenThatLives(school, LONG);
        assertThat(cluster.database().rows("""
                        select token from federated_identity
                        where realm_id = (select id from realm where name = '%s')
                        """.formatted(school.realm())))
                .singleElement()
                .satisfies(record -> assertThat(keyIdOf(record)).isEqualTo("2026"));
        assertThat(nodeOf(school, 1).exchange(after).statusCode()).isEqualTo(200);
    }

    /** Where a node is with a refresh when its power goes. */
    enum Step {
        CLASSLINK_HAS_NOT_BEGUN,
        CLASSLINK_ANSWERS,
        THE_ROW_IS_BEING_WRITTEN,
        THE_ANSWER_IS_OUT
    }

    /**
     * ClassLink's server does not rotate here but where it has not begun: with one that does, an answer that died with the node
     * has ended the grant, as {@code TokenRefreshIT} shows.
     */
    @ParameterizedTest
    @EnumSource
    @Order(6)
    void givenTheNodeThatRenewsIsKilled_thenTheOtherOneGoesOn(Step step) throws Exception {
        cluster.classLink().switches().refreshRotation(step == Step.CLASSLINK_HAS_NOT_BEGUN);
        School school = cluster.newSchool();
        String keycloakToken = loginWithATokenThatLives(school, ALMOST_OVER);
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
        AutoCloseable row = step == Step.THE_ROW_IS_BEING_WRITTEN ? hold(school) : () -> {};
        try {
            CompletableFuture<HttpResponse<String>> doomed = CompletableFuture.supplyAsync(
                    () -> school.at(cluster.second()).exchange(keycloakToken), thread);
            Await.until("the refresh", () -> !refreshes().isEmpty());
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
        answer = school.at(cluster.first()).exchange(keycloakToken);
        delay = Duration.ofNanos(System.nanoTime() - killed);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(delay).isLessThan(Duration.ofSeconds(32));
        assertThat(refreshes()).hasSize(step == Step.THE_ANSWER_IS_OUT ? 1 : 2);
        assertThatClassLinkTakes(accessToken(answer));
        again.get();
        thread.shutdown();
    }

    private AutoCloseable hold(School school) {
        return cluster.database()
                .hold("select token from federated_identity where realm_id =" + " (select id from realm where name = '"
                        + school.realm() + "')");
    }

    private int waitingForALock() {
        return cluster.database()
                .rows("select pid from pg_stat_activity where wait_event_type = 'Lock'")
                .size();
    }

    @Test
    @Order(6)
    void givenTheDatabaseIsGoneForTenSeconds_thenAppsAndPeopleAreToldSo_andNothingIsLost() {
        School school = cluster.newSchool();
        String keycloakToken = loginWithATokenThatLives(school, LONG);
        String classLinkToken = accessToken(school.exchange(keycloakToken));

        cluster.postgres().stop();
        long gone = System.nanoTime();
        List<Integer> exchanges = new ArrayList<>();
        List<Integer> logins = new ArrayList<>();
        while (System.nanoTime() - gone < Duration.ofSeconds(10).toNanos()) {
            exchanges.add(school.exchange(keycloakToken).statusCode());
            Browser browser = school.newBrowser();
            Page page = browser.open(school.loginRequest("openid"));
            logins.add((page.status() == 200 ? school.choosePersona(browser, page, "teacher") : page).status());
        }
        cluster.postgres().startAgain();

        // Keycloak has this person, their session and their link in its caches.
        assertThat(exchanges).isNotEmpty().allMatch(status -> status == 200 || status >= 500);
        assertThat(logins).isNotEmpty().allMatch(status -> status >= 500);
        Await.until(
                "the database",
                () -> school.exchange(keycloakToken).statusCode() == 200
                        && nodeOf(school, 1).exchange(keycloakToken).statusCode() == 200);
        assertThat(accessToken(school.exchange(keycloakToken))).isEqualTo(classLinkToken);
        assertThat(school.login(school.newBrowser(), "teacher").handedToApp()).containsKey("code");
    }

    /** The next test starts the node again. */
    @ParameterizedTest
    @MethodSource
    @Order(7)
    void givenAKeyFileThatCannotBeUsed_thenTheNodeDoesNotStart_andSaysWhy(String content, String why) throws Exception {
        Path file = cluster.second().keyFile();
        cluster.second().stop();
        Files.deleteIfExists(file);
        if (content != null) {
            Files.writeString(file, content);
        }

        assertThatThrownBy(cluster.second()::start).isNotInstanceOf(AssertionError.class);

        assertThat(cluster.second().log()).contains(why);
    }

    static Stream<Arguments> givenAKeyFileThatCannotBeUsed_thenTheNodeDoesNotStart_andSaysWhy() {
        return Stream.of(
                arguments(null, "cannot be read (NoSuchFileException)"),
                // Its writer was interrupted.
                arguments(NEW_KEY + OLD_KEY.substring(0, 20), "line 2"));
    }

    /** A node that did not start with its key file starts when the file can be used, whatever keys are in it. */
    @Test
    @Order(8)
    void givenTheKeyIsGone_thenThePersonLogsInAgainAndTheLogSaysWhichKey() throws Exception {
        School school = cluster.newSchool();
        String keycloakToken = loginWithATokenThatLives(school, LONG);
        Files.writeString(cluster.second().keyFile(), key("other", 3));
        cluster.second().stop();
        cluster.second().start();

        HttpResponse<String> answer = school.at(cluster.second()).exchange(keycloakToken);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Http.json(answer.body()).get("error").textValue()).isEqualTo("token_expired");
        assertThat(cluster.second().log()).contains("the key '2026' that sealed it is in no key source");
        // Nothing is lost: where the key is, the record still opens.
        assertThat(school.at(cluster.first()).exchange(keycloakToken).statusCode())
                .isEqualTo(200);
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    private String loginWithATokenThatLives(School school, Duration life) {
        cluster.classLink().switches().guideTokenLifetime(life);
        String token = school.tokensOf("student").get("access_token").textValue();
        cluster.classLink().switches().guideTokenLifetime(LONG);
        return token;
    }

    private School nodeOf(School school, int number) {
        return school.at(number % 2 == 0 ? cluster.first() : cluster.second());
    }

    private void restartEachWith(String keys) throws Exception {
        for (Cluster.Node node : List.of(cluster.first(), cluster.second())) {
            Files.writeString(node.keyFile(), keys);
            node.stop();
            node.start();
        }
    }

    private List<RecordedRequest> refreshes() {
        return cluster.classLink().requests().stream()
                .filter(request -> request.endpoint() == Endpoint.TOKEN)
                .filter(request -> "refresh_token".equals(request.parameters().get("grant_type")))
                .toList();
    }

    private String refreshToken(RecordedRequest request) {
        return request.parameters().get("refresh_token");
    }

    private String accessToken(HttpResponse<String> answer) {
        JsonNode token = Http.json(answer.body()).get("access_token");
        assertThat(token).as(answer.body()).isNotNull();
        return token.textValue();
    }

    private void assertThatClassLinkTakes(String token) {
        HttpResponse<String> profile = new Http()
                .send(HttpRequest.newBuilder(cluster.classLink().baseUrl().resolve("/v2/my/info"))
                        .header("Authorization", "Bearer " + token));
        assertThat(profile.statusCode()).isEqualTo(200);
    }

    private static String keyIdOf(String record) {
        byte[] header = Base64.getUrlDecoder().decode(record.substring(0, record.indexOf('.')));
        return Http.json(new String(header, StandardCharsets.UTF_8)).get("kid").textValue();
    }

    private static String key(String id, int seed) {
        byte[] secret = new byte[32];
        secret[31] = (byte) seed;
        return id + " " + Base64.getEncoder().encodeToString(secret) + "\n";
    }

    /** Sixty-four requests at a time. */
    private static List<HttpResponse<String>> together(
            List<String> tokens, BiFunction<Integer, String, HttpResponse<String>> request) {
        ExecutorService threads = Executors.newFixedThreadPool(STORM);
        try {
            List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, tokens.size())
                    .mapToObj(number ->
                            CompletableFuture.supplyAsync(() -> request.apply(number, tokens.get(number)), threads))
                    .toList();
            return answers.stream().map(CompletableFuture::join).toList();
        } finally {
            threads.shutdown();
        }
    }
}
