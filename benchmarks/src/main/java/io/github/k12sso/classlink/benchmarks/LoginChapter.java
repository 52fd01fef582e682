package io.github.k12sso.classlink.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.benchmarks.Turns.Side;
import io.github.k12sso.classlink.benchmarks.load.Load;
import io.github.k12sso.classlink.benchmarks.load.Logins;
import io.github.k12sso.classlink.benchmarks.profiling.FlightRecorder;
import io.github.k12sso.classlink.it.support.BuiltInBroker;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Login of an existing and of a new user, with this provider and with Keycloak's built-in {@code oidc} provider. */
final class LoginChapter implements Chapter {

    private static final String CHAPTER = "Login";
    private static final int ROUNDS = 5;
    private static final int SECONDS = 6;
    private static final String PERSONA = "student";

    @Override
    public List<FigureRow> measure(Bench bench) {
        try (Cluster cluster = Servers.oneNode()) {
            TestRealm ours = Servers.prepared(cluster.newRealm());
            TestRealm builtIn = Servers.prepared(BuiltInBroker.newRealm(cluster));
            List<TestRealm> realms = List.of(ours, builtIn);
            for (TestRealm realm :
                    realms) { // the first login separately, because Keycloak serializes concurrent first ones
                requireLinkedUser(realm);
            }
            bench.warmUp(sides(bench, cluster, realms, new Run(bench.seconds(SECONDS), 8, false)));
            List<List<Round>> known = bench.inTurn(
                    "login of an existing user",
                    ROUNDS,
                    sides(bench, cluster, realms, new Run(bench.seconds(SECONDS), 1, false)));

            realms.forEach(realm -> clearUsers(cluster, realm));
            bench.warmUp(sides(bench, cluster, realms, new Run(bench.seconds(SECONDS), 1, true)));
            List<List<Round>> asNew = bench.inTurn(
                    "first login", ROUNDS, sides(bench, cluster, realms, new Run(bench.seconds(SECONDS), 1, true)));

            return List.of(
                    compared("existing user, ms", Round::milliseconds, known),
                    compared("existing user, Keycloak's CPU time, ms", Round::processor, known)
                            .ratioAtMost(1.10),
                    compared("existing user, calls to ClassLink, its keys cached", Round::calls, known)
                            .atMost(2),
                    compared("first login, ms", Round::milliseconds, asNew).ratioAtMost(1.02),
                    compared("first login and the user's removal, Keycloak's CPU time, ms", Round::processor, asNew));
        }
    }

    /**
     * A Gatling run.
     *
     * @param asNew whether the user is deleted after each login; for one connection only
     */
    private record Run(int seconds, int connections, boolean asNew) {}

    /** Figures of one login in a round. */
    private record Round(long count, double milliseconds, double processor, double calls)
            implements FlightRecorder.Work {}

    private static List<Side<Round>> sides(Bench bench, Cluster cluster, List<TestRealm> realms, Run run) {
        return List.of(
                new Side<>("this provider's login", () -> round(bench, cluster, realms.get(0), run)),
                new Side<>("the built-in provider's login", () -> round(bench, cluster, realms.get(1), run)));
    }

    private static Round round(Bench bench, Cluster cluster, TestRealm realm, Run run) {
        Logins.Job job =
                job(cluster.classLink(), realm).withSeconds(run.seconds()).withConnections(run.connections());
        if (run.asNew()) {
            job = job.removing(new Logins.Removal(
                    cluster.keycloakUrl() + "/admin/realms/" + realm.name() + "/users",
                    username(cluster, realm),
                    administratorsToken(cluster)));
        }
        cluster.classLink().clearRequests();
        CpuTime before = CpuTime.now();
        Load load = bench.gatling().run(Logins.class, job).requireAllRight("logins");
        return new Round(
                load.count(),
                load.mean(),
                CpuTime.now().since(before).keycloak() / load.count(),
                (double) Servers.upstream(cluster).size() / load.count());
    }

    /** The realms of this provider and of the built-in one. */
    private static FigureRow compared(String what, ToDoubleFunction<Round> figure, List<List<Round>> sides) {
        return FigureRow.compared(CHAPTER, what, Sample.of(sides.get(0), figure), Sample.of(sides.get(1), figure));
    }

    /** Signs in one student at a time for one second. */
    static Logins.Job job(ClassLinkSimulator classLink, TestRealm realm) {
        return new Logins.Job(
                realm.loginRequest("openid"),
                classLink.baseUrl(),
                classLink.persona(PERSONA).districtCode(),
                List.of(PERSONA),
                1,
                0,
                1,
                Optional.empty());
    }

    /** Verifies that a login's code gives a token of a user linked to ClassLink. */
    private static void requireLinkedUser(TestRealm realm) {
        String token = realm.tokensOf(PERSONA).get("access_token").textValue();
        JsonNode claims =
                Http.json(new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), StandardCharsets.UTF_8));
        String links = "/realms/" + realm.name() + "/users/" + claims.get("sub").textValue() + "/federated-identity";
        if (!TestRealm.ALIAS.equals(
                realm.admin().get(links).at("/0/identityProvider").textValue())) {
            throw new IllegalStateException("the login's user is not linked to ClassLink");
        }
    }

    /** The username, read after one login. */
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
        throw new IllegalStateException("the login created no user");
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
