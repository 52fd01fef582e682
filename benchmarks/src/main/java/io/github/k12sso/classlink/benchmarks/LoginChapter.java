package io.github.k12sso.classlink.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.benchmarks.load.Gatling;
import io.github.k12sso.classlink.benchmarks.load.Load;
import io.github.k12sso.classlink.benchmarks.load.Logins;
import io.github.k12sso.classlink.it.support.BuiltInBroker;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
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
    public List<FigureRow> measure(Gatling gatling) {
        try (Cluster cluster = Servers.oneNode()) {
            TestRealm ours = Servers.prepared(cluster.newRealm());
            TestRealm builtIn = Servers.prepared(BuiltInBroker.newRealm(cluster));
            List<TestRealm> sides = List.of(ours, builtIn);
            for (TestRealm side : sides) { // the first by itself: of several at once Keycloak lets one through
                side.login(side.newBrowser(), PERSONA);
            }
            warmUp(gatling, cluster, sides, new Run(30, 8, false));
            List<List<Round>> known = inTurn(gatling, cluster, sides, new Run(15, 1, false));

            for (TestRealm side : sides) {
                clearUsers(cluster, side);
            }
            warmUp(gatling, cluster, sides, new Run(25, 1, true));
            List<List<Round>> asNew = inTurn(gatling, cluster, sides, new Run(15, 1, true));

            return List.of(
                    compared("known person, ms", Round::milliseconds, known, "≤ 1.00×"),
                    compared("known person, Keycloak's processor time, ms", Round::processor, known, ""),
                    compared("known person, calls to ClassLink, its keys cached", Round::calls, known, "2"),
                    compared("first login, ms", Round::milliseconds, asNew, "≤ 1.00×"),
                    compared(
                            "first login and the user's removal, Keycloak's processor time, ms",
                            Round::processor,
                            asNew,
                            ""));
        }
    }

    /**
     * What Gatling is to do.
     *
     * @param asNew whether the user is removed after each login; for one connection only
     */
    private record Run(int seconds, int connections, boolean asNew) {}

    /** What one login took in a round of one side. */
    private record Round(double milliseconds, double processor, double calls) {}

    private void warmUp(Gatling gatling, Cluster cluster, List<TestRealm> sides, Run run) {
        WarmUp.of(sides.stream()
                .<DoubleSupplier>map(
                        side -> () -> round(gatling, cluster, side, run).processor())
                .toList());
    }

    private List<List<Round>> inTurn(Gatling gatling, Cluster cluster, List<TestRealm> sides, Run run) {
        return Turns.of(
                ROUNDS,
                sides.stream()
                        .<Supplier<Round>>map(side -> () -> round(gatling, cluster, side, run))
                        .toList());
    }

    private Round round(Gatling gatling, Cluster cluster, TestRealm realm, Run run) {
        cluster.classLink().clearRequests();
        CpuTime before = CpuTime.now();
        Load load = logins(gatling, cluster, realm, run);
        return new Round(
                load.mean(),
                CpuTime.now().since(before).keycloak() / load.count(),
                (double) Servers.upstream(cluster).size() / load.count());
    }

    /** Ours and the built-in one's. */
    private static FigureRow compared(
            String what, ToDoubleFunction<Round> figure, List<List<Round>> sides, String goal) {
        return FigureRow.compared(
                CHAPTER, what, Sample.of(sides.get(0), figure), Sample.of(sides.get(1), figure), goal);
    }

    private Load logins(Gatling gatling, Cluster cluster, TestRealm realm, Run run) {
        Map<String, String> settings =
                new HashMap<>(settings(work, cluster.classLink().baseUrl().toString(), realm));
        settings.put("seconds", String.valueOf(run.seconds()));
        settings.put("connections", String.valueOf(run.connections()));
        settings.put("district", cluster.classLink().persona(PERSONA).districtCode());
        if (run.asNew()) {
            settings.put("users", cluster.keycloakUrl() + "/admin/realms/" + realm.name() + "/users");
            settings.put("username", username(cluster, realm));
            settings.put("admin", administratorsToken(cluster));
        }
        Load load = gatling.run(Logins.class, Logins.NAME, settings);
        if (load.failed() > 0) {
            throw new IllegalStateException(load.failed() + " logins failed");
        }
        return load;
    }

    static Map<String, String> settings(Path work, String classLink, TestRealm realm) {
        return Map.of(
                "start",
                realm.loginRequest("openid").toString(),
                "classLink",
                classLink,
                "people",
                Servers.csv(work, "persona", Stream.of(PERSONA)).toString(),
                "connections",
                "1");
    }

    /** The name that the person gets: seen by logging in once. */
    private static String username(Cluster cluster, TestRealm realm) {
        clearUsers(cluster, realm);
        realm.login(realm.newBrowser(), PERSONA);
        for (JsonNode user : realm.state().users()) {
            if (!"local".equals(user.get("username").textValue())) {
                String name = user.get("username").textValue();
                clearUsers(cluster, realm);
                return name;
            }
        }
        throw new IllegalStateException("the login made no user");
    }

    private static void clearUsers(Cluster cluster, TestRealm realm) {
        for (JsonNode user : realm.state().users()) {
            if (!"local".equals(user.get("username").textValue())) {
                cluster.admin()
                        .delete("/realms/" + realm.name() + "/users/"
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
                                        TestEnvironment.ADMIN,
                                        "password",
                                        TestEnvironment.ADMIN)))
                        .body())
                .get("access_token")
                .textValue();
    }
}
