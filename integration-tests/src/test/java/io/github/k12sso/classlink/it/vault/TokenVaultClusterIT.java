package io.github.k12sso.classlink.it.vault;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestRealm;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The token vault on two nodes with one PostgreSQL. {@link TokenVaultClusterFailureIT} tests node failures. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenVaultClusterIT {

    private static final int STORM = 64;

    private Cluster cluster;
    private ClusterApps apps;

    @BeforeAll
    void start() {
        cluster = Cluster.start("cluster", ClusterApps.key("2025", 1));
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

    @Test
    void givenConcurrentRequestsOnBothNodes_thenOneRefreshServesAll() {
        TestRealm realm = cluster.newRealm();
        String keycloakToken = apps.loginWithATokenThatLives(realm, ClusterApps.ALMOST_OVER);
        cluster.classLink().clearRequests();

        List<HttpResponse<String>> answers = apps.together(
                Collections.nCopies(STORM, keycloakToken),
                (number, token) -> apps.nodeOf(realm, number).exchange(token));

        assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(200);
        assertThat(answers.stream().map(ClusterApps::accessToken).distinct()).hasSize(1);
        assertThat(apps.refreshes()).hasSize(1);
        apps.assertThatClassLinkAccepts(ClusterApps.accessToken(answers.get(0)));
    }

    @Test
    void givenSeveralRefreshes_thenEachUsesThePreviousRotatedToken() {
        TestRealm realm = cluster.newRealm();
        String keycloakToken = apps.loginWithATokenThatLives(realm, ClusterApps.OVER_AT_ONCE);
        cluster.classLink().switches().guideTokenLifetime(ClusterApps.OVER_AT_ONCE);
        cluster.classLink().clearRequests();

        List<String> tokens = IntStream.range(0, 6)
                .mapToObj(number ->
                        ClusterApps.accessToken(apps.nodeOf(realm, number).exchange(keycloakToken)))
                .toList();

        assertThat(tokens).doesNotHaveDuplicates();
        assertThat(apps.refreshes())
                .hasSize(6)
                .extracting(ClusterApps::refreshToken)
                .doesNotHaveDuplicates();
    }

    @Test
    void givenARecordCopiedToAnotherUser_thenDecryptionFails() {
        TestRealm realm = cluster.newRealm();
        String student = apps.loginWithATokenThatLives(realm, ClusterApps.LONG);
        String teacher = realm.tokensOf("teacher").get("access_token").textValue();
        assertThat(realm.exchange(teacher).statusCode()).isEqualTo(200);
        assertThat(cluster.database().update("""
                        update federated_identity target set token = source.token
                        from federated_identity source
                        where target.realm_id = (select id from realm where name = '%1$s') and target.federated_user_id = '870001'
                          and source.realm_id = target.realm_id and source.federated_user_id = '870002'
                        """.formatted(realm.name()))).isEqualTo(1);

        HttpResponse<String> answer = apps.nodeOf(realm, 1).exchange(student);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Http.json(answer.body()).get("error").textValue()).isEqualTo("token_expired");
        assertThat(cluster.second().log())
                .contains("the record belongs to another realm, provider or user. The user must sign in again. realm="
                        + realm.name());
    }

    @Test
    void theDatabaseContainsNoPlainTextToken() {
        TestRealm realm = cluster.newRealm();
        cluster.classLink().clearRequests();
        String keycloakToken = apps.loginWithATokenThatLives(realm, ClusterApps.ALMOST_OVER);
        List<String> secrets = new ArrayList<>();
        secrets.add(ClusterApps.accessToken(realm.exchange(keycloakToken)));
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
        // Proves that the search finds existing text.
        assertThat(cluster.database().placesOf(List.of(TestRealm.CLASSLINK_CLIENT)))
                .contains("identity_provider_config.value");
    }
}
