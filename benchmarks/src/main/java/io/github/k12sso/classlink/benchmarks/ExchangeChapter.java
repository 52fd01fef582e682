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
                run(gatling, exchange, oursTokens, 16, 10);
                run(gatling, version2, builtInTokens, 16, 10);
                run(gatling, oursByVersion2, oursTokens, 16, 10);
                run(gatling, introspection, oursTokens, 16, 5);
            }
            List<Row> rows = new ArrayList<>();
            Kind[] ways = {exchange, oursByVersion2};
            String[] names = {"Keycloak's processor time for one, ms", "the same, version 2 on both sides"};
            for (int way = 0; way < ways.length; way++) {
                rows.add(Row.compared(
                        CHAPTER,
                        names[way],
                        processorTime(gatling, ways[way], oursTokens),
                        processorTime(gatling, version2, builtInTokens),
                        ""));
            }
            for (int people : List.of(1, PEOPLE)) {
                for (int connections : List.of(16, 64)) {
                    double[][] perSecond = new double[3][ROUNDS];
                    double[][] p95 = new double[3][ROUNDS];
                    for (int round = 0; round < ROUNDS; round++) {
                        Collection<String> some =
                                oursTokens.stream().limit(people).toList();
                        Collection<String> others =
                                builtInTokens.stream().limit(people).toList();
                        Load[] loads = {
                            run(gatling, exchange, some, connections, SECONDS),
                            run(gatling, version2, others, connections, SECONDS),
                            run(gatling, introspection, some, connections, SECONDS)
                        };
                        for (int kind = 0; kind < loads.length; kind++) {
                            perSecond[kind][round] = loads[kind].count() / (double) SECONDS;
                            p95[kind][round] = loads[kind].p95();
                        }
                    }
                    String load =
                            ", %d connections, %,d %s".formatted(connections, people, people == 1 ? "user" : "users");
                    Sample exchanged = new Sample(perSecond[0]);
                    rows.add(
                            Row.compared(CHAPTER, "requests/s" + load, exchanged, new Sample(perSecond[1]), "≥ 1.00×"));
                    rows.add(Row.compared(
                            CHAPTER,
                            "requests/s" + load + ", beside introspection",
                            exchanged,
                            new Sample(perSecond[2]),
                            ""));
                    rows.add(Row.compared(CHAPTER, "p95, ms" + load, new Sample(p95[0]), new Sample(p95[1]), ""));
                }
            }
            rows.add(version2OnBothSides(gatling, oursByVersion2, oursTokens, version2, builtInTokens));
            return rows;
        }
    }

    /** What sealing and this provider's checks cost by themselves: the way to them is the same. */
    private Row version2OnBothSides(
            Gatling gatling, Kind ours, Collection<String> oursTokens, Kind builtIn, Collection<String> builtInTokens) {
        double[][] perSecond = new double[2][ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            perSecond[0][round] = run(gatling, ours, oursTokens, 16, SECONDS).count() / (double) SECONDS;
            perSecond[1][round] =
                    run(gatling, builtIn, builtInTokens, 16, SECONDS).count() / (double) SECONDS;
        }
        return Row.compared(
                CHAPTER,
                "requests/s, 16 connections, 1,000 users, version 2 on both sides",
                new Sample(perSecond[0]),
                new Sample(perSecond[1]),
                "≥ 1.00×");
    }

    private Sample processorTime(Gatling gatling, Kind kind, Collection<String> tokens) {
        CpuTime before = CpuTime.now();
        Load load = run(gatling, kind, tokens, 16, SECONDS);
        return new Sample(CpuTime.now().since(before).keycloak() / load.count());
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
