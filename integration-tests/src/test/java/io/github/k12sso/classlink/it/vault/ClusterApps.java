package io.github.k12sso.classlink.it.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** Apps of a cluster: each request goes to one of two nodes, and ClassLink's requests are recorded. */
final class ClusterApps {

    /** Less than the refresh threshold (60 s). */
    static final Duration ALMOST_OVER = Duration.ofSeconds(40);

    static final Duration OVER_AT_ONCE = Duration.ofSeconds(1);
    static final Duration LONG = Duration.ofHours(1);

    private static final int AT_ONCE = 64;

    private final Cluster cluster;

    ClusterApps(Cluster cluster) {
        this.cluster = cluster;
    }

    /** A line of a key file. */
    static String key(String id, int seed) {
        byte[] secret = new byte[32];
        secret[31] = (byte) seed;
        return id + " " + Base64.getEncoder().encodeToString(secret) + "\n";
    }

    /** Configures ClassLink to rotate refresh tokens and to revoke the grant if an old one is reused. */
    void restoreClassLink() {
        cluster.classLink().faults().clear();
        cluster.classLink().tokenMode(TokenMode.GUIDE);
        cluster.classLink().switches().refreshRotation(true);
        cluster.classLink().switches().guideTokenLifetime(LONG);
    }

    /** Returns the app's Keycloak token; ClassLink tokens issued later have a long lifetime. */
    String loginWithATokenThatLives(TestRealm realm, Duration life) {
        cluster.classLink().switches().guideTokenLifetime(life);
        String token = realm.tokensOf("student").get("access_token").textValue();
        cluster.classLink().switches().guideTokenLifetime(LONG);
        return token;
    }

    /** Alternates between the nodes. */
    TestRealm nodeOf(TestRealm realm, int number) {
        return realm.at(number % 2 == 0 ? cluster.first() : cluster.second());
    }

    List<RecordedRequest> refreshes() {
        return cluster.classLink().requests().stream()
                .filter(request -> request.endpoint() == Endpoint.TOKEN)
                .filter(request -> "refresh_token".equals(request.parameters().get("grant_type")))
                .toList();
    }

    static String refreshToken(RecordedRequest request) {
        return request.parameters().get("refresh_token");
    }

    static String accessToken(HttpResponse<String> answer) {
        JsonNode token = Http.json(answer.body()).get("access_token");
        assertThat(token).as(answer.body()).isNotNull();
        return token.textValue();
    }

    void assertThatClassLinkAccepts(String token) {
        HttpResponse<String> profile = new Http()
                .send(HttpRequest.newBuilder(cluster.classLink().baseUrl().resolve("/v2/my/info"))
                        .header("Authorization", "Bearer " + token));
        assertThat(profile.statusCode()).isEqualTo(200);
    }

    /** Sends 64 requests at a time. */
    List<HttpResponse<String>> together(
            List<String> tokens, BiFunction<Integer, String, HttpResponse<String>> request) {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
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
