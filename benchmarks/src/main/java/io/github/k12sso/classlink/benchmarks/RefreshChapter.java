package io.github.k12sso.classlink.benchmarks;

import io.github.k12sso.classlink.benchmarks.load.Gatling;
import io.github.k12sso.classlink.benchmarks.load.Load;
import io.github.k12sso.classlink.benchmarks.load.TokenRequests;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.School;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** One person's token is over, and everybody wants it at once. */
final class RefreshChapter implements Chapter {

    private static final Duration CLASSLINKS_TIME = Duration.ofMillis(300);
    private static final int ROUNDS = 3;

    private final Path work;

    RefreshChapter(Path work) {
        this.work = work;
    }

    @Override
    public List<Row> measure(Gatling gatling) {
        try (Cluster cluster = Servers.twoNodes()) {
            cluster.classLink().tokenMode(TokenMode.GUIDE);
            School school = Servers.prepared(cluster.newSchool());
            List<Row> rows = new ArrayList<>();
            List<School> both = List.of(school.at(cluster.first()), school.at(cluster.second()));
            List<School> one = List.of(school.at(cluster.first()));
            storm(gatling, cluster, both, 1_000);
            for (int requests : List.of(64, 1_000)) {
                rows.addAll(storms(gatling, cluster, both, requests));
            }
            for (int requests : List.of(64, 1_000)) {
                rows.addAll(storms(gatling, cluster, one, requests));
            }
            return rows;
        }
    }

    /** A storm's figures, and of as many introspections at once. */
    private record Storm(Load load, long refreshes, Load floor) {}

    private List<Row> storms(Gatling gatling, Cluster cluster, List<School> nodes, int requests) {
        List<Storm> storms = IntStream.range(0, ROUNDS)
                .mapToObj(round -> storm(gatling, cluster, nodes, requests))
                .toList();
        String chapter = "Refresh at expiry, %,d requests at once for one person, %s"
                .formatted(requests, nodes.size() == 1 ? "one node" : "two nodes");
        Sample wait = new Sample(storms.stream()
                .mapToDouble(storm -> storm.load().p99() - CLASSLINKS_TIME.toMillis())
                .toArray());
        Sample floor = new Sample(
                storms.stream().mapToDouble(storm -> storm.floor().p99()).toArray());
        return List.of(
                Row.alone(
                        chapter,
                        "refreshes at ClassLink",
                        String.valueOf(storms.stream()
                                .mapToLong(Storm::refreshes)
                                .max()
                                .orElseThrow()),
                        "1"),
                Row.alone(
                        chapter,
                        "failures",
                        String.valueOf(storms.stream()
                                .mapToLong(storm -> storm.load().failed())
                                .sum()),
                        "0"),
                Row.compared(
                        chapter,
                        "p99 without ClassLink's own 300 ms, beside as many introspections at once, ms",
                        wait,
                        floor,
                        "≤ 200 ms"));
    }

    private Storm storm(Gatling gatling, Cluster cluster, List<School> nodes, int requests) {
        School school = nodes.get(0);
        cluster.classLink().switches().guideTokenLifetime(Duration.ofSeconds(1));
        String token = school.tokensOf("student").get("access_token").textValue();
        cluster.classLink().switches().guideTokenLifetime(Duration.ofHours(1));
        cluster.classLink().faults().inject(Endpoint.TOKEN, Fault.delay(CLASSLINKS_TIME));
        cluster.classLink().clearRequests();
        Map<String, String> exchange = new LinkedHashMap<>(School.exchangeForm(token));
        exchange.remove("subject_token");
        Load load = run(gatling, nodes, requests, token, "", exchange, "subject_token");
        long refreshes = Servers.upstream(cluster).stream()
                .filter(request -> request.endpoint() == Endpoint.TOKEN)
                .count();
        cluster.classLink().faults().clear();
        Load floor = run(
                gatling,
                nodes,
                requests,
                token,
                "/introspect",
                Map.of("client_id", School.APP, "client_secret", School.APP_SECRET),
                "token");
        return new Storm(load, refreshes, floor);
    }

    private Load run(
            Gatling gatling,
            List<School> nodes,
            int requests,
            String token,
            String path,
            Map<String, String> form,
            String tokenField) {
        Path file = Servers.csv(
                work,
                "address,token",
                nodes.stream().map(node -> node.url("/protocol/openid-connect/token" + path) + "," + token));
        return gatling.run(
                TokenRequests.class,
                TokenRequests.NAME,
                Map.of(
                        "requests", file.toString(),
                        "form", Http.query(form),
                        "tokenField", tokenField,
                        "connections", String.valueOf(requests),
                        "seconds", "0"));
    }
}
