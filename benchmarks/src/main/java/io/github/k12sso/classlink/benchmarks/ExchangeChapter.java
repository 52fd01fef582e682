package io.github.k12sso.classlink.benchmarks;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.benchmarks.load.Gatling;
import io.github.k12sso.classlink.benchmarks.load.Load;
import io.github.k12sso.classlink.benchmarks.load.TokenRequests;
import io.github.k12sso.classlink.it.support.BuiltInBroker;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.ManyUsers;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** A token that is still good, by exchange and by Keycloak's brokering API V2; introspection is the floor. */
final class ExchangeChapter implements Chapter {

    private static final String CHAPTER = "Token exchange, the stored token is good";
    private static final int PEOPLE = 1_000;
    private static final int ROUNDS = 3;
    private static final int SECONDS = 8;

    private final Path work;

    ExchangeChapter(Path work) {
        this.work = work;
    }

    /** One kind of request, for which the token is a field of a form, and what is in every right answer. */
    private record RequestKind(URI address, Map<String, String> form, String tokenField, String expected) {

        static RequestKind exchange(TestRealm realm) {
            return new RequestKind(
                    realm.url("/protocol/openid-connect/token"),
                    TestRealm.exchangeForm(""),
                    "subject_token",
                    TokenRequests.TOKEN_ANSWER);
        }

        static RequestKind version2(TestRealm realm) {
            return new RequestKind(
                    BuiltInBroker.tokenAddress(realm),
                    BuiltInBroker.version2Form(""),
                    "token",
                    TokenRequests.TOKEN_ANSWER);
        }

        static RequestKind introspection(TestRealm realm) {
            return new RequestKind(
                    realm.url("/protocol/openid-connect/token/introspect"),
                    Map.of("client_id", TestRealm.APP, "client_secret", TestRealm.APP_SECRET),
                    "token",
                    "\"active\":true");
        }

        Map<String, String> settings() {
            Map<String, String> constant = new LinkedHashMap<>(form);
            constant.remove(tokenField);
            return Map.of("form", Http.query(constant), "tokenField", tokenField, "expected", expected);
        }
    }

    /** The requests that take turns with others', one for each person's token. */
    private record Side(RequestKind kind, List<String> tokens) {

        Side of(int people) {
            return new Side(kind, tokens.stream().limit(people).toList());
        }
    }

    @Override
    public List<FigureRow> measure(Gatling gatling) {
        try (Cluster cluster = Servers.oneNode()) {
            cluster.classLink().tokenMode(TokenMode.GUIDE);
            cluster.classLink().switches().guideTokenLifetime(Duration.ofHours(2));
            TestRealm ours = Servers.prepared(cluster.newRealm());
            TestRealm builtIn = Servers.prepared(BuiltInBroker.newRealm(cluster));
            ours.configureClient(TestRealm.APP, ExchangeChapter::intendTokensForItself);
            List<String> oursTokens =
                    List.copyOf(ManyUsers.of(PEOPLE).addTo(ours, cluster).values());
            List<String> builtInTokens =
                    List.copyOf(ManyUsers.of(PEOPLE).addTo(builtIn, cluster).values());
            BuiltInBroker.allowVersion2(ours);
            Side exchange = new Side(RequestKind.exchange(ours), oursTokens);
            Side version2 = new Side(RequestKind.version2(builtIn), builtInTokens);
            Side oursByVersion2 = new Side(RequestKind.version2(ours), oursTokens);
            Side introspection = new Side(RequestKind.introspection(ours), oursTokens);
            // Everybody's expired token is renewed meanwhile.
            WarmUp.of(Stream.of(exchange, version2, oursByVersion2, introspection)
                    .<DoubleSupplier>map(
                            side -> () -> round(gatling, side, 16, 15).processor())
                    .toList());
            List<FigureRow> rows = new ArrayList<>();
            for (int people : List.of(1, PEOPLE)) {
                List<Side> sides = Stream.of(exchange, version2, introspection)
                        .map(side -> side.of(people))
                        .toList();
                for (int connections : List.of(16, 64)) {
                    rows.addAll(withLoad(people, connections, rounds(gatling, connections, sides)));
                }
            }
            rows.addAll(version2OnBothSides(rounds(gatling, 16, List.of(oursByVersion2, version2))));
            return rows;
        }
    }

    /** Since 26.7 introspection calls a token inactive if the client that asks is not in its audience. */
    private static void intendTokensForItself(ObjectNode client) {
        client.withArray("protocolMappers")
                .addObject()
                .put("name", "audience")
                .put("protocol", "openid-connect")
                .put("protocolMapper", "oidc-audience-mapper")
                .putObject("config")
                .put("included.client.audience", TestRealm.APP)
                .put("access.token.claim", "true");
    }

    /** Rounds of exchanges, of version 2 and of introspection. */
    private static List<FigureRow> withLoad(int people, int connections, List<List<Round>> rounds) {
        String load = ", %d connections, %,d %s".formatted(connections, people, people == 1 ? "user" : "users");
        List<Round> ours = rounds.get(0);
        List<Round> builtIn = rounds.get(1);
        return List.of(
                compared("requests/s" + load, Round::perSecond, ours, builtIn, "≥ 1.00×"),
                compared("requests/s" + load + ", beside introspection", Round::perSecond, ours, rounds.get(2), ""),
                compared("p95, ms" + load, Round::p95, ours, builtIn, ""),
                compared("Keycloak's processor time for one, ms" + load, Round::processor, ours, builtIn, ""));
    }

    /** What sealing and this provider's checks cost by themselves: the way to them is the same. */
    private static List<FigureRow> version2OnBothSides(List<List<Round>> rounds) {
        List<Round> ours = rounds.get(0);
        List<Round> builtIn = rounds.get(1);
        return List.of(
                compared(
                        "requests/s, 16 connections, 1,000 users, version 2 on both sides",
                        Round::perSecond,
                        ours,
                        builtIn,
                        "≥ 1.00×"),
                compared(
                        "Keycloak's processor time for one, ms, version 2 on both sides",
                        Round::processor,
                        ours,
                        builtIn,
                        ""));
    }

    /** What one kind of request came to in a round. */
    private record Round(double perSecond, double p95, double processor) {}

    private List<List<Round>> rounds(Gatling gatling, int connections, List<Side> sides) {
        return Turns.of(
                ROUNDS,
                sides.stream()
                        .<Supplier<Round>>map(side -> () -> round(gatling, side, connections, SECONDS))
                        .toList());
    }

    private Round round(Gatling gatling, Side side, int connections, int seconds) {
        CpuTime before = CpuTime.now();
        Load load = run(gatling, side, connections, seconds);
        return new Round(
                load.count() / (double) seconds,
                load.p95(),
                CpuTime.now().since(before).keycloak() / load.count());
    }

    private static FigureRow compared(
            String what, ToDoubleFunction<Round> figure, List<Round> ours, List<Round> other, String goal) {
        return FigureRow.compared(CHAPTER, what, Sample.of(ours, figure), Sample.of(other, figure), goal);
    }

    private Load run(Gatling gatling, Side side, int connections, int seconds) {
        RequestKind kind = side.kind();
        Path requests =
                Servers.csv(work, "address,token", side.tokens().stream().map(token -> kind.address() + "," + token));
        Map<String, String> settings = new LinkedHashMap<>(kind.settings());
        settings.put("requests", requests.toString());
        settings.put("connections", String.valueOf(connections));
        settings.put("seconds", String.valueOf(seconds));
        Load load = gatling.run(TokenRequests.class, TokenRequests.NAME, settings);
        if (load.failed() > 0) {
            throw new IllegalStateException(
                    load.failed() + " of " + load.count() + " requests failed: " + kind.address());
        }
        return load;
    }
}
