package io.github.k12sso.classlink.benchmarks;

import io.github.k12sso.classlink.it.support.BuiltInBroker;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** What several chapters set up. */
final class Servers {

    private static final Set<Endpoint> PAGES = Set.of(Endpoint.AUTHORIZE, Endpoint.LAUNCHPAD);

    private Servers() {}

    /** Two optimised nodes in production mode on PostgreSQL, with the brokering API and the exchange that are compared with. */
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

    /** As a new realm of Keycloak's is, which saves no events; but its tokens live for two hours. */
    static TestRealm prepared(TestRealm realm) {
        realm.configureRealm(settings -> settings.put("eventsEnabled", false)
                .put("adminEventsEnabled", false)
                .put("accessTokenLifespan", 7_200)
                .put("ssoSessionIdleTimeout", 7_200));
        return realm;
    }

    /** What Keycloak itself asked of ClassLink. */
    static List<RecordedRequest> upstream(Cluster cluster) {
        return cluster.classLink().requests().stream()
                .filter(request -> !PAGES.contains(request.endpoint()))
                .toList();
    }
}
