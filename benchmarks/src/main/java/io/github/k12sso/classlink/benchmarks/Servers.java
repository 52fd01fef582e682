package io.github.k12sso.classlink.benchmarks;

import io.github.k12sso.classlink.it.support.BuiltInBroker;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** Servers that several chapters use. */
final class Servers {

    private static final Set<Endpoint> PAGES = Set.of(Endpoint.AUTHORIZE, Endpoint.LAUNCHPAD);

    private Servers() {}

    /** Two optimized nodes in production mode with PostgreSQL, the brokering API and the legacy exchange for comparison. */
    static Cluster twoNodes() {
        return nodes(2);
    }

    static Cluster oneNode() {
        return nodes(1);
    }

    private static Cluster nodes(int started) {
        return Cluster.startToMeasure(
                "cluster",
                started,
                "2026-11 " + Base64.getEncoder().encodeToString(new byte[32]),
                "info",
                "--features=identity-brokering-api:v2," + BuiltInBroker.LEGACY_EXCHANGE);
    }

    /** Uses Keycloak's defaults, which save no events, but a token lifetime of two hours. */
    static TestRealm prepared(TestRealm realm) {
        realm.configureRealm(settings -> settings.put("eventsEnabled", false)
                .put("adminEventsEnabled", false)
                .put("accessTokenLifespan", 7_200)
                .put("ssoSessionIdleTimeout", 7_200));
        return realm;
    }

    /** Keycloak's requests to ClassLink. */
    static List<RecordedRequest> upstream(Cluster cluster) {
        return cluster.classLink().requests().stream()
                .filter(request -> !PAGES.contains(request.endpoint()))
                .toList();
    }
}
