package io.github.k12sso.classlink.it.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.BuiltInBroker;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.TestReport;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * This provider compared with Keycloak's built-in OIDC broker, on the same server, database and ClassLink. Writes the measurements
 * to {@code target/reports/comparison.md}.
 */
@Isolated("one server of a test's own at a time")
class BuiltInBrokerComparisonIT {

    private static final int STORM = 64;
    private static final Duration OVER_AT_ONCE = Duration.ofSeconds(2);
    /** Duration of a refresh at ClassLink. Without a delay, requests would not overlap. */
    private static final Duration CLASSLINKS_TIME = Duration.ofMillis(300);

    private static final Duration LONG = Duration.ofHours(1);
    private static final String DEBUG_LOG = "--log-level=info,org.keycloak:debug,io.github.k12sso:debug";

    /** One column of the table. */
    private record Measured(
            int copiesInDatabase,
            int linesInLog,
            int refreshesInAStorm,
            long answersInAStorm,
            boolean aliveAfterAStorm,
            boolean keptThrough503,
            boolean saysWhenItEnds,
            boolean showsRefreshToken,
            int revocations) {}

    private static final Measured OURS = new Measured(0, 0, 1, STORM, true, true, true, false, 2);

    /** The report. */
    private static String table(Measured version1, Measured version2, Measured ours) {
        StringBuilder table = new StringBuilder("""
                | | Keycloak's `oidc` broker, API V1 | Keycloak's `oidc` broker, API V2 | this provider |
                | --- | --- | --- | --- |
                """);
        row(table, "codes, verifiers and tokens in clear in the database after two logins", Measured::copiesInDatabase)
                .of(version1, version2, ours);
        row(table, "lines of the DEBUG log with one of them", Measured::linesInLog)
                .of(version1, version2, ours);
        row(table, STORM + " requests at expiry: refreshes at ClassLink", Measured::refreshesInAStorm)
                .of(version1, version2, ours);
        row(table, STORM + " requests at expiry: answers with a token", Measured::answersInAStorm)
                .of(version1, version2, ours);
        row(table, "that token is alive", Measured::aliveAfterAStorm).of(version1, version2, ours);
        row(table, "the stored token outlives a refresh that ClassLink answers with 503", Measured::keptThrough503)
                .of(version1, version2, ours);
        row(table, "says when a token ends whose answer had no `expires_in`", Measured::saysWhenItEnds)
                .of(version1, version2, ours);
        row(table, "shows apps the refresh token", Measured::showsRefreshToken).of(version1, version2, ours);
        row(table, "tokens revoked when the person is unlinked", Measured::revocations)
                .of(version1, version2, ours);
        return table.toString();
    }

    private interface TableRow {
        void of(Measured version1, Measured version2, Measured ours);
    }

    private static TableRow row(StringBuilder table, String name, Function<Measured, Object> cell) {
        return (version1, version2, ours) -> table.append("| ")
                .append(name)
                .append(Stream.of(version1, version2, ours)
                        .map(cell)
                        .map(value -> value instanceof Boolean yes ? yes ? "yes" : "no" : value.toString())
                        .collect(Collectors.joining(" | ", " | ", " |\n")));
    }

    /** Compares the cells in the order of the report, not their words. */
    @Test
    void thePageShowsThisProvidersMeasurements() throws IOException {
        String page =
                Files.readString(Path.of(System.getProperty("project.root"), "docs", "internals", "comparison.md"));

        assertThat(ownCells(page)).isEqualTo(ownCells(table(OURS, OURS, OURS)));
    }

    @Full // starts two servers, one after the other
    @Test
    void theMeasurementsAreTheExpectedOnes() {
        Measured version1;
        Measured version2;
        Measured ours;
        try (TestEnvironment environment = TestEnvironment.startOwn("comparison", DEBUG_LOG)) {
            version1 = measure(environment, BuiltInBroker.newRealm(environment), BuiltInBroker::version1);
            ours = measure(environment, ours(environment), TestRealm::exchange);
        }
        try (TestEnvironment environment = TestEnvironment.startOwnWithBrokeringApiV2("comparison-v2", DEBUG_LOG)) {
            version2 = measure(environment, BuiltInBroker.newRealm(environment), BuiltInBroker::version2);
        }
        String table = table(version1, version2, ours);
        TestReport.write("comparison.md", table);

        assertThat(ours).isEqualTo(OURS);
        for (Measured builtIn : List.of(version1, version2)) {
            assertThat(builtIn.copiesInDatabase())
                    .as("the search finds stored tokens")
                    .isGreaterThan(1);
            assertThat(builtIn.refreshesInAStorm()).isGreaterThan(1);
            assertThat(builtIn.saysWhenItEnds()).isFalse();
            assertThat(builtIn.revocations()).isZero();
        }
        assertThat(version1.showsRefreshToken()).isTrue();
        assertThat(version2.showsRefreshToken()).isFalse();
    }

    /** The last cell of each row. */
    private static List<String> ownCells(String page) {
        return page.lines()
                .filter(line -> line.startsWith("|"))
                .skip(2)
                .map(line -> line.split("\\|", -1)[4].strip())
                .toList();
    }

    // ---- the columns -----------------------------------------------------------------------------------------------

    private static TestRealm ours(TestEnvironment environment) {
        TestRealm realm = environment.newRealm();
        realm.configure("revocationUrl", environment.classLink().baseUrl() + "/oauth2/v2/revoke");
        return realm;
    }

    private interface TokenRequest {
        HttpResponse<String> send(TestRealm realm, String keycloakToken);
    }

    // ---- the rows --------------------------------------------------------------------------------------------------

    private static Measured measure(TestEnvironment environment, TestRealm realm, TokenRequest request) {
        environment.classLink().tokenMode(TokenMode.GUIDE);
        environment.classLink().revocation(true);
        List<String> secrets = secretsOfTwoLogins(environment, realm);
        int copies = environment.database().placesOf(secrets).size();

        String storming = login(environment, realm, "student", OVER_AT_ONCE);
        environment.classLink().faults().inject(Endpoint.TOKEN, Fault.delay(CLASSLINKS_TIME));
        List<HttpResponse<String>> answers = together(() -> request.send(realm, storming));
        environment.classLink().faults().clear();
        int refreshes = refreshes(environment);
        boolean alive = answers.stream()
                .filter(answer -> answer.statusCode() == 200)
                .findFirst()
                .filter(answer -> acceptedByClassLink(
                        environment,
                        Http.json(answer.body()).path("access_token").asText()))
                .isPresent();

        String fading = login(environment, realm, "teacher", OVER_AT_ONCE);
        int links = storedTokens(environment, realm);
        environment.classLink().faults().inject(Endpoint.TOKEN, Fault.status(503));
        request.send(realm, fading);
        environment.classLink().faults().clear();
        boolean kept = storedTokens(environment, realm) == links;

        String app = login(environment, realm, "student", LONG);
        JsonNode answer = Http.json(request.send(realm, app).body());
        boolean showsRefreshToken = answer.hasNonNull("refresh_token");

        environment.classLink().tokenMode(TokenMode.CLASSLINK);
        JsonNode unstated = Http.json(
                request.send(realm, login(environment, realm, "parent", LONG)).body());
        boolean saysWhenItEnds = unstated.path("expires_in").asLong() > 0;
        environment.classLink().tokenMode(TokenMode.GUIDE);

        login(environment, realm, "student", LONG);
        int revocations = revocationsAfterUnlink(environment, realm);
        return new Measured(
                copies,
                (int) environment
                        .log()
                        .lines()
                        .filter(line -> secrets.stream().anyMatch(line::contains))
                        .count(),
                refreshes,
                answers.stream().filter(one -> one.statusCode() == 200).count(),
                alive,
                kept,
                saysWhenItEnds,
                showsRefreshToken,
                revocations);
    }

    private static int storedTokens(TestEnvironment environment, TestRealm realm) {
        return environment.database().rows("""
                        select f.token from federated_identity f join realm r on r.id = f.realm_id
                        where r.name = '%s' and f.token is not null
                        """.formatted(realm.name())).size();
    }

    /** Codes, PKCE verifiers, access and refresh tokens, recorded at ClassLink. */
    private static List<String> secretsOfTwoLogins(TestEnvironment environment, TestRealm realm) {
        List<String> secrets = new ArrayList<>();
        for (String persona : List.of("student", "teacher")) {
            login(environment, realm, persona, LONG);
            secrets.add(environment.classLink().refreshTokenOf(persona, TestRealm.CLASSLINK_CLIENT));
            for (RecordedRequest request : environment.classLink().requests()) {
                Stream.of("code", "code_verifier")
                        .map(request.parameters()::get)
                        .filter(Objects::nonNull)
                        .forEach(secrets::add);
                request.headers().entrySet().stream()
                        .filter(header -> header.getKey().equalsIgnoreCase("Authorization"))
                        .filter(header -> header.getValue().startsWith("Bearer "))
                        .map(header -> header.getValue().substring("Bearer ".length()))
                        .forEach(secrets::add);
            }
        }
        assertThat(secrets).as("there are secrets to search for").hasSizeGreaterThanOrEqualTo(8);
        return secrets;
    }

    private static int revocationsAfterUnlink(TestEnvironment environment, TestRealm realm) {
        environment.classLink().clearRequests();
        JsonNode student = linkedTo(realm, "870001");
        AdminApi.require(
                realm.admin()
                        .delete("/realms/" + realm.name() + "/users/"
                                + student.get("id").textValue() + "/federated-identity/" + TestRealm.ALIAS),
                "unlink");
        within(Duration.ofSeconds(3), () -> revocations(environment) == 2);
        return revocations(environment);
    }

    private static int revocations(TestEnvironment environment) {
        return (int) environment.classLink().requests().stream()
                .filter(request -> request.endpoint() == Endpoint.REVOKE)
                .count();
    }

    private static JsonNode linkedTo(TestRealm realm, String classLinkUserId) {
        for (JsonNode user : realm.state().users()) {
            for (JsonNode link : realm.state().links(user)) {
                if (link.get("userId").asText().equals(classLinkUserId)) {
                    return user;
                }
            }
        }
        throw new AssertionError("no user is linked to " + classLinkUserId);
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    private static String login(TestEnvironment environment, TestRealm realm, String persona, Duration life) {
        environment.classLink().switches().guideTokenLifetime(life);
        environment.classLink().clearRequests();
        String token = realm.tokensOf(persona).get("access_token").textValue();
        environment.classLink().switches().guideTokenLifetime(LONG);
        return token;
    }

    private static int refreshes(TestEnvironment environment) {
        return (int) environment.classLink().requests().stream()
                .filter(request -> "refresh_token".equals(request.parameters().get("grant_type")))
                .count();
    }

    private static boolean acceptedByClassLink(TestEnvironment environment, String token) {
        return new Http()
                        .send(HttpRequest.newBuilder(
                                        environment.classLink().baseUrl().resolve("/v2/my/info"))
                                .header("Authorization", "Bearer " + token))
                        .statusCode()
                == 200;
    }

    private static List<HttpResponse<String>> together(Supplier<HttpResponse<String>> request) {
        ExecutorService threads = Executors.newFixedThreadPool(STORM);
        try {
            List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, STORM)
                    .mapToObj(number -> CompletableFuture.supplyAsync(request, threads))
                    .toList();
            return answers.stream().map(CompletableFuture::join).toList();
        } finally {
            threads.shutdown();
        }
    }

    /** Whether the condition becomes true within this time. */
    private static boolean within(Duration time, BooleanSupplier isSo) {
        long end = System.nanoTime() + time.toNanos();
        while (!isSo.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
        return true;
    }
}
