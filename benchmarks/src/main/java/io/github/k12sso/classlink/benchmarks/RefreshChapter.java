package io.github.k12sso.classlink.benchmarks;

import io.github.k12sso.classlink.benchmarks.load.Load;
import io.github.k12sso.classlink.benchmarks.load.TokenRequests;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Many concurrent requests for one user's expired token. */
final class RefreshChapter implements Chapter {

    private static final Duration CLASSLINKS_TIME = Duration.ofMillis(300);
    private static final int ROUNDS = 3;

    @Override
    public List<FigureRow> measure(Bench bench) {
        try (Cluster cluster = Servers.twoNodes()) {
            cluster.classLink().tokenMode(TokenMode.GUIDE);
            TestRealm realm = Servers.prepared(cluster.newRealm());
            List<FigureRow> rows = new ArrayList<>();
            List<TestRealm> both = List.of(realm.at(cluster.first()), realm.at(cluster.second()));
            List<TestRealm> one = List.of(realm.at(cluster.first()));
            storm(bench, cluster, both, 1_000);
            for (int requests : List.of(64, 1_000)) {
                rows.addAll(storms(bench, cluster, both, requests));
            }
            for (int requests : List.of(64, 1_000)) {
                rows.addAll(storms(bench, cluster, one, requests));
            }
            return rows;
        }
    }

    /** Figures of the concurrent requests, and of the same requests with a valid token. */
    private record Storm(Load load, long refreshes, Load calm) {

        /** Time that the refresh adds to the slowest requests, without ClassLink's response time. Milliseconds. */
        double addedWait() {
            return load.p99() - CLASSLINKS_TIME.toMillis() - calm.p99();
        }
    }

    private static List<FigureRow> storms(Bench bench, Cluster cluster, List<TestRealm> nodes, int requests) {
        List<Storm> storms = IntStream.range(0, bench.rounds(ROUNDS))
                .mapToObj(round -> storm(bench, cluster, nodes, requests))
                .toList();
        String chapter = "Refresh at expiry, %,d concurrent requests for one user, %s"
                .formatted(requests, nodes.size() == 1 ? "one node" : "two nodes");
        Sample whole = new Sample(
                storms.stream().mapToDouble(storm -> storm.load().p99()).toArray());
        Sample calm = new Sample(
                storms.stream().mapToDouble(storm -> storm.calm().p99()).toArray());
        Sample wait = new Sample(storms.stream().mapToDouble(Storm::addedWait).toArray());
        return List.of(
                FigureRow.alone(
                                chapter,
                                "refreshes at ClassLink, maximum",
                                new Sample(storms.stream()
                                        .mapToLong(Storm::refreshes)
                                        .max()
                                        .orElseThrow()))
                        .atMost(1),
                FigureRow.alone(
                                chapter,
                                failures(storms),
                                new Sample(storms.stream()
                                        .mapToLong(storm -> storm.load().failed())
                                        .sum()))
                        .atMost(0),
                FigureRow.compared(
                        chapter,
                        "p99 of all requests, compared with the same requests for a valid token, ms",
                        whole,
                        calm),
                FigureRow.alone(chapter, "p99 that the refresh adds, without ClassLink's own 300 ms, ms", wait)
                        .atMost(200));
    }

    /** Names the wrong responses, if there are any. */
    private static String failures(List<Storm> storms) {
        String kinds = Load.byKind(storms.stream().flatMap(storm -> storm.load().wrong().stream()));
        return kinds.isEmpty() ? "failures" : "failures (" + kinds + ")";
    }

    private static Storm storm(Bench bench, Cluster cluster, List<TestRealm> nodes, int requests) {
        TestRealm realm = nodes.get(0);
        cluster.classLink().switches().guideTokenLifetime(Duration.ofSeconds(1));
        String token = realm.tokensOf("student").get("access_token").textValue();
        cluster.classLink().switches().guideTokenLifetime(Duration.ofHours(1));
        cluster.classLink().faults().inject(Endpoint.TOKEN, Fault.delay(CLASSLINKS_TIME));
        cluster.classLink().clearRequests();
        Map<String, String> exchange = new LinkedHashMap<>(TestRealm.exchangeForm(token));
        exchange.remove("subject_token");
        Load load = run(bench, nodes, requests, token, exchange);
        long refreshes = Servers.upstream(cluster).stream()
                .filter(request -> request.endpoint() == Endpoint.TOKEN)
                .count();
        cluster.classLink().faults().clear();
        Load calm = run(bench, nodes, requests, token, exchange).requireAllRight("exchanges of a valid token");
        return new Storm(load, refreshes, calm);
    }

    private static Load run(Bench bench, List<TestRealm> nodes, int requests, String token, Map<String, String> form) {
        return bench.gatling()
                .run(
                        TokenRequests.class,
                        new TokenRequests.Job(
                                nodes.stream()
                                        .map(node -> new TokenRequests.Target(
                                                node.url("/protocol/openid-connect/token"), token))
                                        .toList(),
                                form,
                                "subject_token",
                                TokenRequests.TOKEN_ANSWER,
                                requests,
                                0));
    }
}
