package io.github.k12sso.classlink.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.benchmarks.load.Gatling;
import io.github.k12sso.classlink.benchmarks.load.Load;
import io.github.k12sso.classlink.benchmarks.load.Logins;
import io.github.k12sso.classlink.it.support.BuiltInBroker;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.School;
import io.github.k12sso.classlink.it.support.TestBed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Login of a known person and of a new one, here and with Keycloak's built-in {@code oidc} provider. */
final class LoginChapter implements Chapter {

    private static final String CHAPTER = "Login";
    private static final int ROUNDS = 6;
    private static final String PERSONA = "student";

    private final Path work;

    LoginChapter(Path work) {
        this.work = work;
    }

    @Override
    public List<Row> measure(Gatling gatling) {
        try (Cluster cluster = Servers.oneNode()) {
            School ours = Servers.prepared(cluster.newSchool());
            School builtIn = Servers.prepared(BuiltInBroker.newSchool(cluster));
            for (int warmUp = 0; warmUp < 2; warmUp++) {
                logins(gatling, cluster, ours, 25, false);
                logins(gatling, cluster, builtIn, 25, false);
            }

            List<Row> rows = new ArrayList<>();
            List<Load> oursKnown = new ArrayList<>();
            List<Load> builtInKnown = new ArrayList<>();
            List<Double> oursCalls = new ArrayList<>();
            List<Double> builtInCalls = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                oursCalls.add(calls(gatling, cluster, ours, oursKnown));
                builtInCalls.add(calls(gatling, cluster, builtIn, builtInKnown));
            }
            rows.add(Row.compared(CHAPTER, "known person, ms", mean(oursKnown), mean(builtInKnown), "≤ 1.00×"));
            rows.add(Row.compared(
                    CHAPTER,
                    "known person, calls to ClassLink, its keys cached",
                    sample(oursCalls),
                    sample(builtInCalls),
                    "2"));

            clearUsers(cluster, ours);
            clearUsers(cluster, builtIn);
            List<Load> oursNew = new ArrayList<>();
            List<Load> builtInNew = new ArrayList<>();
            logins(gatling, cluster, ours, 15, true);
            logins(gatling, cluster, builtIn, 15, true);
            for (int round = 0; round < ROUNDS; round++) {
                oursNew.add(logins(gatling, cluster, ours, 12, true));
                builtInNew.add(logins(gatling, cluster, builtIn, 12, true));
            }
            rows.add(Row.compared(CHAPTER, "first login, ms", mean(oursNew), mean(builtInNew), "≤ 1.00×"));
            return rows;
        }
    }

    private double calls(Gatling gatling, Cluster cluster, School school, List<Load> loads) {
        cluster.classLink().clearRequests();
        Load load = logins(gatling, cluster, school, 12, false);
        loads.add(load);
        return (double) Servers.upstream(cluster).size() / load.count();
    }

    /** One person after the other for some seconds; a new one's user is removed after each login. */
    private Load logins(Gatling gatling, Cluster cluster, School school, int seconds, boolean asNew) {
        Map<String, String> settings =
                new HashMap<>(settings(work, cluster.classLink().baseUrl().toString(), school));
        settings.put("seconds", String.valueOf(seconds));
        settings.put("district", cluster.classLink().persona(PERSONA).districtCode());
        if (asNew) {
            settings.put("users", cluster.keycloakUrl() + "/admin/realms/" + school.realm() + "/users");
            settings.put("username", username(cluster, school));
            settings.put("admin", administratorsToken(cluster));
        }
        Load load = gatling.run(Logins.class, Logins.NAME, settings);
        if (load.failed() > 0) {
            throw new IllegalStateException(load.failed() + " logins failed");
        }
        return load;
    }

    static Map<String, String> settings(Path work, String classLink, School school) {
        return Map.of(
                "start",
                school.loginRequest("openid").toString(),
                "classLink",
                classLink,
                "people",
                Servers.csv(work, "persona", Stream.of(PERSONA)).toString(),
                "connections",
                "1");
    }

    /** The name that the person gets: seen by logging in once. */
    private static String username(Cluster cluster, School school) {
        clearUsers(cluster, school);
        school.login(school.newBrowser(), PERSONA);
        for (JsonNode user : school.users()) {
            if (!"local".equals(user.get("username").textValue())) {
                String name = user.get("username").textValue();
                clearUsers(cluster, school);
                return name;
            }
        }
        throw new IllegalStateException("the login made no user");
    }

    private static void clearUsers(Cluster cluster, School school) {
        for (JsonNode user : school.users()) {
            if (!"local".equals(user.get("username").textValue())) {
                cluster.admin()
                        .delete("/realms/" + school.realm() + "/users/"
                                + user.get("id").textValue());
            }
        }
    }

    private static String administratorsToken(Cluster cluster) {
        return Http.json(new Http()
                        .send(Http.form(
                                cluster.keycloakUrl().resolve("/realms/master/protocol/openid-connect/token"),
                                Map.of(
                                        "grant_type",
                                        "password",
                                        "client_id",
                                        "admin-cli",
                                        "username",
                                        TestBed.ADMIN,
                                        "password",
                                        TestBed.ADMIN)))
                        .body())
                .get("access_token")
                .textValue();
    }

    private static Sample mean(List<Load> loads) {
        return sample(loads.stream().map(Load::mean).toList());
    }

    private static Sample sample(List<Double> figures) {
        return new Sample(figures.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
