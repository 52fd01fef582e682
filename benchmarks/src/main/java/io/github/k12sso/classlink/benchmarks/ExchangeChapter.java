package io.github.k12sso.classlink.benchmarks;

import io.github.k12sso.classlink.benchmarks.load.Gatling;
import io.github.k12sso.classlink.benchmarks.load.Load;
import io.github.k12sso.classlink.benchmarks.load.TokenRequests;
import io.github.k12sso.classlink.it.support.BuiltInBroker;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.Crowd;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.School;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

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

    /** One kind of request, for which the token is a field of a form. */
    private record Kind(URI address, Map<String, String> form, String tokenField) {

        static Kind exchange(School school) {
            return new Kind(school.url("/protocol/openid-connect/token"), School.exchangeForm(""), "subject_token");
        }

        static Kind version2(School school) {
            return new Kind(BuiltInBroker.tokenAddress(school), BuiltInBroker.version2Form(""), "token");
        }

        static Kind introspection(School school) {
            return new Kind(
                    school.url("/protocol/openid-connect/token/introspect"),
                    Map.of("client_id", School.APP, "client_secret", School.APP_SECRET),
                    "token");
        }

        Map<String, String> settings() {
            Map<String, String> constant = new LinkedHashMap<>(form);
            constant.remove(tokenField);
            return Map.of("form", Http.query(constant), "tokenField", tokenField);
        }
    }

    @Override
    public List<Row> measure(Gatling gatling) {
        try (Cluster cluster = Servers.oneNode()) {
            cluster.classLink().tokenMode(TokenMode.GUIDE);
            cluster.classLink().switches().guideTokenLifetime(Duration.ofHours(2));
            School ours = Servers.prepared(cluster.newSchool());
            School builtIn = Servers.prepared(BuiltInBroker.newSchool(cluster));
            Collection<String> oursTokens = Crowd.of(PEOPLE).join(ours, cluster).values();
            Collection<String> builtInTokens =
                    Crowd.of(PEOPLE).join(builtIn, cluster).values();
            Kind exchange = Kind.exchange(ours);
            Kind version2 = Kind.version2(builtIn);
            BuiltInBroker.allowVersion2(ours);
            Kind oursByVersion2 = Kind.version2(ours);
            Kind introspection = Kind.introspection(ours);
            // Everybody's expired token is renewed, and the code is warm.
            for (int warmUp = 0; warmUp < 2; warmUp++) {
                run(gatling, exchange, oursTokens, 16, 25);
                run(gatling, version2, builtInTokens, 16, 25);
                run(gatling, oursByVersion2, oursTokens, 16, 25);
                run(gatling, introspection, oursTokens, 16, 25);
            }
            List<Row> rows = new ArrayList<>();
            for (int people : List.of(1, PEOPLE)) {
                List<String> some = oursTokens.stream().limit(people).toList();
                List<String> others = builtInTokens.stream().limit(people).toList();
                for (int connections : List.of(16, 64)) {
                    List<List<Round>> rounds = inTurn(
                            gatling,
                            connections,
                            List.of(exchange, version2, introspection),
                            List.of(some, others, some));
                    String load =
                            ", %d connections, %,d %s".formatted(connections, people, people == 1 ? "user" : "users");
                    rows.add(compared("requests/s" + load, Round::perSecond, rounds.get(0), rounds.get(1), "≥ 1.00×"));
                    rows.add(compared(
                            "requests/s" + load + ", beside introspection",
                            Round::perSecond,
                            rounds.get(0),
                            rounds.get(2),
                            ""));
                    rows.add(compared("p95, ms" + load, Round::p95, rounds.get(0), rounds.get(1), ""));
                    rows.add(compared(
                            "Keycloak's processor time for one, ms" + load,
                            Round::processor,
                            rounds.get(0),
                            rounds.get(1),
                            ""));
                }
            }
            // What sealing and this provider's checks cost by themselves: the way to them is the same.
            List<List<Round>> version2OnBothSides =
                    inTurn(gatling, 16, List.of(oursByVersion2, version2), List.of(oursTokens, builtInTokens));
            rows.add(compared(
                    "requests/s, 16 connections, 1,000 users, version 2 on both sides",
                    Round::perSecond,
                    version2OnBothSides.get(0),
                    version2OnBothSides.get(1),
                    "≥ 1.00×"));
            rows.add(compared(
                    "Keycloak's processor time for one, ms, version 2 on both sides",
                    Round::processor,
                    version2OnBothSides.get(0),
                    version2OnBothSides.get(1),
                    ""));
            return rows;
        }
    }

    /** What one kind of request came to in a round. */
    private record Round(double perSecond, double p95, double processor) {}

    /** Some rounds of each kind, one after the other in turn. */
    private List<List<Round>> inTurn(
            Gatling gatling, int connections, List<Kind> kinds, List<? extends Collection<String>> tokens) {
        List<List<Round>> rounds =
                kinds.stream().<List<Round>>map(kind -> new ArrayList<>()).toList();
        for (int round = 0; round < ROUNDS; round++) {
            for (int kind = 0; kind < kinds.size(); kind++) {
                CpuTime before = CpuTime.now();
                Load load = run(gatling, kinds.get(kind), tokens.get(kind), connections, SECONDS);
                rounds.get(kind)
                        .add(new Round(
                                load.count() / (double) SECONDS,
                                load.p95(),
                                CpuTime.now().since(before).keycloak() / load.count()));
            }
        }
        return rounds;
    }

    private static Row compared(
            String what, ToDoubleFunction<Round> figure, List<Round> ours, List<Round> other, String goal) {
        return Row.compared(CHAPTER, what, Sample.of(ours, figure), Sample.of(other, figure), goal);
    }

    private Load run(Gatling gatling, Kind kind, Collection<String> tokens, int connections, int seconds) {
        Path requests = Servers.csv(work, "address,token", tokens.stream().map(token -> kind.address() + "," + token));
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
