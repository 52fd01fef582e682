package io.github.k12sso.classlink.benchmarks;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.benchmarks.Turns.Side;
import io.github.k12sso.classlink.benchmarks.load.Load;
import io.github.k12sso.classlink.benchmarks.load.TokenRequests;
import io.github.k12sso.classlink.benchmarks.profiling.FlightRecorder;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.BuiltInBroker;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.ManyUsers;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Exchange for a valid stored token, compared with the same request to Keycloak's legacy exchange; Keycloak's brokering API V2
 * with both providers, which shows the cost of this provider's code; and introspection of the same token, which only verifies
 * it.
 */
final class ExchangeChapter implements Chapter {

    private static final String LEGACY = "Token exchange compared with Keycloak's legacy exchange";
    private static final String VERSION_2 = "Brokering API V2 on both sides";
    private static final String INTROSPECTION = "Token exchange compared with introspection of the same token";
    private static final int PEOPLE = 200;
    private static final int ROUNDS = 5;
    private static final int CROWDED_ROUNDS = 3;
    private static final int SECONDS = 4;

    /** A kind of request with the token in a form field, and text that every valid response contains. */
    private record RequestKind(String name, URI address, Map<String, String> form, String tokenField, String expected) {

        static RequestKind exchange(String name, TestRealm realm) {
            return new RequestKind(
                    name,
                    realm.url("/protocol/openid-connect/token"),
                    TestRealm.exchangeForm(""),
                    "subject_token",
                    TokenRequests.TOKEN_ANSWER);
        }

        static RequestKind version2(String name, TestRealm realm) {
            return new RequestKind(
                    name,
                    BuiltInBroker.tokenAddress(realm),
                    BuiltInBroker.version2Form(""),
                    "token",
                    TokenRequests.TOKEN_ANSWER);
        }

        static RequestKind introspection(TestRealm realm) {
            return new RequestKind(
                    "introspection",
                    realm.url("/protocol/openid-connect/token/introspect"),
                    Map.of("client_id", TestRealm.APP, "client_secret", TestRealm.APP_SECRET),
                    "token",
                    "\"active\":true");
        }
    }

    /** Requests of one kind, one for each user's token. */
    private record Requests(RequestKind kind, List<String> tokens) {}

    /** Figures of one kind of request in a round. */
    private record Round(long count, double perSecond, double p95, double processor) implements FlightRecorder.Work {}

    /** All sides of the comparison, on one server. */
    private record Sides(
            Requests exchange, Requests legacy, Requests version2, Requests builtInVersion2, Requests introspection) {

        static Sides prepare(Cluster cluster, int people) {
            TestRealm ours = Servers.prepared(cluster.newRealm());
            TestRealm builtIn = Servers.prepared(BuiltInBroker.newRealm(cluster));
            ours.configureClient(TestRealm.APP, ExchangeChapter::addClientToItsAudience);
            BuiltInBroker.allowVersion2(ours);
            BuiltInBroker.allowLegacyExchange(builtIn);
            List<String> tokens =
                    List.copyOf(ManyUsers.of(people).addTo(ours, cluster).values());
            List<String> builtInTokens =
                    List.copyOf(ManyUsers.of(people).addTo(builtIn, cluster).values());
            Sides sides = new Sides(
                    new Requests(RequestKind.exchange("exchange", ours), tokens),
                    new Requests(RequestKind.exchange("legacy exchange", builtIn), builtInTokens),
                    new Requests(RequestKind.version2("version 2", ours), tokens),
                    new Requests(RequestKind.version2("version 2, built in", builtIn), builtInTokens),
                    new Requests(RequestKind.introspection(ours), tokens));
            List.of(sides.exchange, sides.legacy, sides.version2, sides.builtInVersion2)
                    .forEach(side -> requireClassLinksToken(cluster, side));
            return sides;
        }

        List<Requests> all() {
            return List.of(exchange, legacy, version2, builtInVersion2, introspection);
        }
    }

    @Override
    public List<FigureRow> measure(Bench bench) {
        try (Cluster cluster = Servers.oneNode()) {
            cluster.classLink().tokenMode(TokenMode.GUIDE);
            cluster.classLink().switches().guideTokenLifetime(Duration.ofHours(2));
            Sides sides = Sides.prepare(cluster, bench.quick() ? 20 : PEOPLE);
            // Expired tokens are refreshed in this phase.
            bench.warmUp(inTurn(bench, sides.all(), 16, bench.seconds(SECONDS)));
            List<List<Round>> rounds =
                    bench.inTurn("exchange", ROUNDS, inTurn(bench, sides.all(), 16, bench.seconds(SECONDS)));
            List<FigureRow> rows = new ArrayList<>(besideLegacy(16, rounds.get(0), rounds.get(1)));
            List<List<Round>> crowded = bench.inTurn(
                    "exchange, 64 connections",
                    CROWDED_ROUNDS,
                    inTurn(bench, List.of(sides.exchange(), sides.legacy()), 64, bench.seconds(SECONDS)));
            rows.addAll(besideLegacy(64, crowded.get(0), crowded.get(1)));
            rows.addAll(byVersion2(rounds.get(2), rounds.get(3)));
            rows.addAll(besideIntrospection(rounds.get(0), rounds.get(4)));
            return rows;
        }
    }

    /** Since 26.7, introspection reports a token as inactive if the calling client is not in its audience. */
    private static void addClientToItsAudience(ObjectNode client) {
        client.withArray("protocolMappers")
                .addObject()
                .put("name", "audience")
                .put("protocol", "openid-connect")
                .put("protocolMapper", "oidc-audience-mapper")
                .putObject("config")
                .put("included.client.audience", TestRealm.APP)
                .put("access.token.claim", "true");
    }

    /** The load accepts any token, so this verifies that the token reads the user's ClassLink profile. */
    private static void requireClassLinksToken(Cluster cluster, Requests side) {
        Map<String, String> form = new LinkedHashMap<>(side.kind().form());
        form.put(side.kind().tokenField(), side.tokens().get(0));
        Http http = new Http();
        String token = Http.json(AdminApi.require(
                                http.send(Http.form(side.kind().address(), form)),
                                side.kind().name())
                        .body())
                .get("access_token")
                .textValue();
        AdminApi.require(
                http.send(HttpRequest.newBuilder(cluster.classLink().baseUrl().resolve("/v2/my/info"))
                        .header("Authorization", "Bearer " + token)),
                "profile by the token of: " + side.kind().name());
    }

    private static List<FigureRow> besideLegacy(int connections, List<Round> ours, List<Round> legacy) {
        String load = ", %d connections".formatted(connections);
        return List.of(
                compared(LEGACY, "requests/s" + load, Round::perSecond, ours, legacy)
                        .ratioAtLeast(1.50),
                compared(LEGACY, "p95, ms" + load, Round::p95, ours, legacy),
                compared(LEGACY, "Keycloak's CPU time per request, ms" + load, Round::processor, ours, legacy));
    }

    /** Cost of encryption and this provider's checks alone, because the rest is identical. */
    private static List<FigureRow> byVersion2(List<Round> ours, List<Round> builtIn) {
        return List.of(
                compared(VERSION_2, "requests/s, 16 connections", Round::perSecond, ours, builtIn)
                        .ratioAtLeast(0.97),
                compared(VERSION_2, "Keycloak's CPU time per request, ms", Round::processor, ours, builtIn)
                        .ratioAtMost(1.05));
    }

    private static List<FigureRow> besideIntrospection(List<Round> ours, List<Round> introspection) {
        return List.of(
                compared(INTROSPECTION, "requests/s, 16 connections", Round::perSecond, ours, introspection)
                        .ratioAtLeast(0.92),
                compared(INTROSPECTION, "Keycloak's CPU time per request, ms", Round::processor, ours, introspection));
    }

    private static FigureRow compared(
            String chapter, String what, ToDoubleFunction<Round> figure, List<Round> ours, List<Round> other) {
        return FigureRow.compared(chapter, what, Sample.of(ours, figure), Sample.of(other, figure));
    }

    private static List<Side<Round>> inTurn(Bench bench, List<Requests> sides, int connections, int seconds) {
        return sides.stream()
                .map(side -> new Side<>(side.kind().name(), () -> round(bench, side, connections, seconds)))
                .toList();
    }

    private static Round round(Bench bench, Requests side, int connections, int seconds) {
        CpuTime before = CpuTime.now();
        Load load = run(bench, side, connections, seconds);
        return new Round(
                load.count(),
                load.count() / (double) seconds,
                load.p95(),
                CpuTime.now().since(before).keycloak() / load.count());
    }

    private static Load run(Bench bench, Requests side, int connections, int seconds) {
        RequestKind kind = side.kind();
        Map<String, String> form = new LinkedHashMap<>(kind.form());
        form.remove(kind.tokenField());
        TokenRequests.Job job = new TokenRequests.Job(
                side.tokens().stream()
                        .map(token -> new TokenRequests.Target(kind.address(), token))
                        .toList(),
                form,
                kind.tokenField(),
                kind.expected(),
                connections,
                seconds);
        return bench.gatling().run(TokenRequests.class, job).requireAllRight(kind.name());
    }
}
