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
            // Everybody's expired token is renewed meanwhile.
            WarmUp.of(List.of(
                    () -> round(gatling, exchange, oursTokens, 16, 15).processor(),
                    () -> round(gatling, version2, builtInTokens, 16, 15).processor(),
                    () -> round(gatling, oursByVersion2, oursTokens, 16, 15).processor(),
                    () -> round(gatling, introspection, oursTokens, 16, 15).processor()));
            List<Row> rows = new ArrayList<>();
            for (int people : List.of(1, PEOPLE)) {
                List<String> some = oursTokens.stream().limit(people).toList();
                List<String> others = builtInTokens.stream().limit(people).toList();
                for (int connections : List.of(16, 64)) {
                    List<List<Round>> rounds = Turns.of(
                            ROUNDS,
                            List.of(
                                    () -> round(gatling, exchange, some, connections, SECONDS),
                                    () -> round(gatling, version2, others, connections, SECONDS),
                                    () -> round(gatling, introspection, some, connections, SECONDS)));
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
            List<List<Round>> version2OnBothSides = Turns.of(
                    ROUNDS,
                    List.of(
                            () -> round(gatling, oursByVersion2, oursTokens, 16, SECONDS),
                            () -> round(gatling, version2, builtInTokens, 16, SECONDS)));
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

    private Round round(Gatling gatling, Kind kind, Collection<String> tokens, int connections, int seconds) {
        CpuTime before = CpuTime.now();
        Load load = run(gatling, kind, tokens, connections, seconds);
        return new Round(
                load.count() / (double) seconds,
                load.p95(),
                CpuTime.now().since(before).keycloak() / load.count());
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
