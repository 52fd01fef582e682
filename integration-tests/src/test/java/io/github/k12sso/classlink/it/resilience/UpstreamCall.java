package io.github.k12sso.classlink.it.resilience;

import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A call to ClassLink and an action that needs it. */
enum UpstreamCall {
    CODE("Sign-in: authorization code", "token", Endpoint.TOKEN, "tokenUrl", "/oauth2/v2/token") {
        @Override
        UserAction begin(TestEnvironment environment, TestRealm realm) {
            return new UserAction.Login(realm);
        }
    },

    KEYS("Sign-in: signing keys", "keys", Endpoint.JWKS, "jwksUrl", "/oauth2/v2/jwks") {
        @Override
        UserAction begin(TestEnvironment environment, TestRealm realm) {
            // A new key, which the next login must fetch.
            environment.classLink().keys().rotateAndDropOld();
            return new UserAction.Login(realm);
        }
    },

    PROFILE("Sign-in: profile", "profile", Endpoint.MY_INFO, "userInfoUrl", "/v2/my/info") {
        @Override
        UserAction begin(TestEnvironment environment, TestRealm realm) {
            return new UserAction.Login(realm);
        }
    },

    GROUPS("Sign-in: groups", "groups", Endpoint.GROUPS, null, null) {
        @Override
        UserAction begin(TestEnvironment environment, TestRealm realm) {
            new ProviderMappers(realm)
                    .add(
                            "own groups",
                            "classlink-group-mapper",
                            "FORCE",
                            Map.of("groupTemplate", "/classlink/${group_name}", "groupSource", "my-groups"));
            realm.tokensOf("student");
            return new UserAction.LoginWithGroups(realm);
        }
    },

    REFRESH("Token exchange with a refresh", "refresh", Endpoint.TOKEN, "tokenUrl", "/oauth2/v2/token") {
        @Override
        UserAction begin(TestEnvironment environment, TestRealm realm) {
            environment.classLink().switches().guideTokenLifetime(Duration.ofSeconds(1));
            String app = realm.tokensOf("student").get("access_token").textValue();
            environment.classLink().switches().guideTokenLifetime(Duration.ofHours(1));
            return new UserAction.Exchange(environment, realm, app);
        }
    },

    REVOCATION(
            "Removal of a link with revocation", "revocation", Endpoint.REVOKE, "revocationUrl", "/oauth2/v2/revoke") {
        @Override
        UserAction begin(TestEnvironment environment, TestRealm realm) {
            realm.configure("revocationUrl", environment.classLink().baseUrl() + "/oauth2/v2/revoke");
            realm.tokensOf("student");
            return new UserAction.Unlink(environment, realm);
        }
    },

    APPLICATIONS("Roster request: list of districts", "applications", Endpoint.APPLICATIONS, "rosterUrl", "") {
        @Override
        UserAction begin(TestEnvironment environment, TestRealm realm) {
            Roster roster = Roster.withPartnerKey(environment, realm);
            return new UserAction.Reading(roster, roster.administratorsToken("roster-administrator"));
        }
    },

    ROSTER("Roster request: roster", "roster", Endpoint.ROSTER, null, null) {
        @Override
        UserAction begin(TestEnvironment environment, TestRealm realm) {
            Roster roster = Roster.withPartnerKey(environment, realm);
            UserAction.Reading reading =
                    new UserAction.Reading(roster, roster.administratorsToken("roster-administrator"));
            reading.afterwards();
            return reading;
        }
    };

    private final String heading;
    private final String operation;
    private final Endpoint endpoint;
    private final Optional<String> addressSetting;
    private final String path;

    UpstreamCall(String heading, String operation, Endpoint endpoint, String addressSetting, String path) {
        this.heading = heading;
        this.operation = operation;
        this.endpoint = endpoint;
        this.addressSetting = Optional.ofNullable(addressSetting);
        this.path = path;
    }

    /** Prepares an action that will need the call, before the fault starts. */
    abstract UserAction begin(TestEnvironment environment, TestRealm realm);

    /** The tag of the call's metric. */
    public String operation() {
        return operation;
    }

    /**
     * Whether the call has its own URL setting. Groups share the URL with the profile, and rosters with the district list,
     * without which they are not called. A revocation response has no body that could be truncated or slow.
     */
    public boolean canHave(UpstreamFault fault) {
        boolean needsBody = fault == UpstreamFault.TRUNCATED || fault == UpstreamFault.DRIP;
        return (fault.simulated().isPresent() || addressSetting.isPresent()) && !(this == REVOCATION && needsBody);
    }

    /**
     * Runs an action that needs the call during the fault.
     *
     * @param begins called when the fault starts and no counted call is in progress
     * @return the observation, to be checked after the fault
     */
    public Observation observe(
            UpstreamFault fault,
            UnreachableAddresses unreachable,
            TestEnvironment environment,
            TestRealm realm,
            Runnable begins) {
        UserAction action = begin(environment, realm);
        begins.run();
        AdminApi.require(realm.admin().delete("/realms/" + realm.name() + "/events"), "clear events");
        String before = fault.simulated().isPresent() ? null : addressOf(realm);
        fault.simulated()
                .ifPresentOrElse(
                        simulated -> environment.classLink().faults().inject(endpoint, simulated),
                        () -> realm.configure(addressSetting.orElseThrow(), unreachable.address(fault) + path));
        long start = System.nanoTime();
        String answer = action.during();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        return new Observation(answer, took, () -> {
            environment.classLink().faults().clear();
            if (before != null) {
                realm.configure(addressSetting.orElseThrow(), before);
            }
            action.afterwards();
        });
    }

    private String addressOf(TestRealm realm) {
        return realm.admin()
                .get("/realms/" + realm.name() + "/identity-provider/instances/" + TestRealm.ALIAS)
                .get("config")
                .get(addressSetting.orElseThrow())
                .textValue();
    }

    /** The heading of its table in the report. */
    @Override
    public String toString() {
        return heading;
    }

    /**
     * A call during a fault.
     *
     * @param answer the response to the user or app
     * @param over ends the fault and fails if the next call does not work
     */
    public record Observation(String answer, Duration took, Runnable over) {}
}
