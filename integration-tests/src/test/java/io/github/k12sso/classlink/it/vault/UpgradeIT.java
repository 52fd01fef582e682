package io.github.k12sso.classlink.it.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Await;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Upgrades a cluster from 0.1 to this version, one node after the other, while users and apps keep using it. */
@Full // a separate cluster, each node started twice
@Isolated("one cluster at a time")
class UpgradeIT {

    private static final Path OLD_JAR = Path.of(
            System.getProperty("project.root"),
            "integration-tests/src/test/resources/upgrade/keycloak-classlink-0.1.0.jar");

    private static final String STUDENT = "mira.fernwick.2";
    private static final int STORM = 16;

    /** The source of the keys that encrypt the records. */
    enum Keys {
        REALM(""),
        FILE(ClusterApps.key("2025", 1));

        private final String file;

        Keys(String file) {
            this.file = file;
        }
    }

    private Cluster cluster;
    private ClusterApps apps;
    private TestRealm realm;
    private JsonNode settings;
    private JsonNode mappers;
    private JsonNode users;
    /** Each user's Keycloak token. */
    private final Map<String, String> signedIn = new HashMap<>();

    @ParameterizedTest
    @EnumSource
    void aRollingUpgradeKeepsUsersTokensAndSettings(Keys keys) {
        try (Cluster started = Cluster.startWith(OLD_JAR, "upgrade", keys.file)) {
            cluster = started;
            apps = new ClusterApps(cluster);
            apps.restoreClassLink();
            cluster.classLink().revocation(true);
            setUpRealmOnTheOldVersion();
            signInOnTheOldVersion();

            cluster.second().restartWith(TestEnvironment.providerJar());
            eachVersionUsesTheOthersTokens();
            bothVersionsTogetherRefreshOnce();
            aSignInCanMoveBetweenVersions();

            cluster.first().restartWith(TestEnvironment.providerJar());
            settingsAndMappersAreRead();
            usersAreUnchanged();
            tokensOfTheOldVersionAreRefreshed();
            unlinkingRevokesTokensOfTheOldVersion();
            assertThat(warnings(cluster.first().log() + cluster.second().log())).isEmpty();
        }
    }

    private void setUpRealmOnTheOldVersion() {
        realm = cluster.newRealm();
        realm.configureRealm(description -> description
                .put("accessTokenLifespan", ClusterApps.LONG.toSeconds())
                .put("organizationsEnabled", true));
        realm.configure(provider -> ((ObjectNode) provider.get("config"))
                .put("allowedTenants", "2##3")
                .put("usernameTemplate", "${login_id}.${tenant_id}")
                .put("tokenLifetimeSeconds", "7200")
                .put("minValidityToken", "60")
                .put("revocationUrl", cluster.classLink().baseUrl() + "/oauth2/v2/revoke"));
        AdminApi.require(
                realm.admin().post("/realms/" + realm.name() + "/roles", Http.json("{\"name\": \"pupil\"}")), "role");
        ProviderMappers added = new ProviderMappers(realm);
        added.add("role", "classlink-role-mapper", "FORCE", Map.of("classlinkRoles", "Student", "role", "pupil"));
        added.add(
                "group", "classlink-group-mapper", "FORCE", Map.of("groupTemplate", "/districts/${tenant_id}/${role}"));
        added.add("organization", "classlink-organization-mapper", "FORCE", Map.of("createOrganization", "true"));
        added.add(
                "attribute",
                "classlink-user-attribute-mapper",
                "FORCE",
                Map.of("jsonField", "SourcedId", "userAttribute", "sourced_id"));
    }

    private void signInOnTheOldVersion() {
        signedIn.put("student", apps.loginWithATokenThatLives(realm, ClusterApps.LONG));
        cluster.classLink().switches().guideTokenLifetime(ClusterApps.ALMOST_OVER);
        for (String person : List.of("teacher", "parent", "tenant-administrator")) {
            signedIn.put(person, realm.tokensOf(person).get("access_token").textValue());
        }
        cluster.classLink().switches().guideTokenLifetime(ClusterApps.LONG);
        settings = realm.admin().get(provider());
        mappers = realm.admin().get(provider() + "/mappers");
        users = realm.state().users();
        assertThat(users).hasSize(5); // with the realm's local user
    }

    private void eachVersionUsesTheOthersTokens() {
        String stored = classLinkToken(realm.at(cluster.first()), "student");
        assertThat(classLinkToken(realm.at(cluster.second()), "student")).isEqualTo(stored);
        apps.assertThatClassLinkAccepts(stored);
    }

    private void bothVersionsTogetherRefreshOnce() {
        cluster.classLink().clearRequests();
        List<HttpResponse<String>> answers = apps.together(
                Collections.nCopies(STORM, signedIn.get("teacher")),
                (number, token) -> apps.nodeOf(realm, number).exchange(token));

        assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(200);
        assertThat(answers.stream().map(ClusterApps::accessToken).distinct()).hasSize(1);
        assertThat(apps.refreshes()).hasSize(1);
    }

    private void aSignInCanMoveBetweenVersions() {
        for (Cluster.Node end : List.of(cluster.first(), cluster.second())) {
            Cluster.Node begin = end == cluster.first() ? cluster.second() : cluster.first();
            Predicate<URI> stop = address -> "app.example".equals(address.getHost());
            Browser browser = new Browser()
                    .stoppingAt(stop.or(address ->
                            address.getPath().equals(realm.callbackUrl().getPath())));
            WebPage callback = realm.at(begin).login(browser, "student");
            assertThat(callback.address().getPath()).endsWith("/endpoint");
            browser.stoppingAt(stop);
            WebPage app = browser.open(end.url()
                    .resolve(callback.address().getRawPath() + "?"
                            + callback.address().getRawQuery()));

            signedIn.put(
                    "student",
                    realm.redeem(app, TestRealm.APP, TestRealm.APP_SECRET)
                            .get("access_token")
                            .textValue());
            eachVersionUsesTheOthersTokens();
        }
        usersAreUnchanged();
    }

    private void settingsAndMappersAreRead() {
        assertThat(realm.admin().get(provider())).isEqualTo(settings);
        assertThat(realm.admin().get(provider() + "/mappers")).containsExactlyInAnyOrderElementsOf(mappers);
        realm.configure(unchanged -> {});
        for (JsonNode mapper : mappers) {
            AdminApi.require(
                    realm.admin()
                            .put(provider() + "/mappers/" + mapper.get("id").textValue(), mapper),
                    mapper.get("name").textValue());
        }
        classLinkToken(realm, "student");
    }

    private void usersAreUnchanged() {
        realm.tokensOf("student");

        assertThat(realm.state().users())
                .extracting(user -> user.get("id"), user -> user.get("username"))
                .containsExactlyInAnyOrderElementsOf(assertThat(users)
                        .extracting(user -> user.get("id"), user -> user.get("username"))
                        .actual());
        JsonNode student = realm.state().user(STUDENT);
        assertThat(realm.state().links(student)).hasSize(1);
        assertThat(realm.state().roles(student)).containsExactly("pupil");
        assertThat(realm.state().groups(student)).containsExactly("/districts/2/Student");
        assertThat(realm.state().organizations(student)).hasSize(1);
        assertThat(student.at("/attributes/sourced_id/0").textValue()).isNotBlank();
    }

    private void tokensOfTheOldVersionAreRefreshed() {
        cluster.classLink().clearRequests();
        apps.assertThatClassLinkAccepts(classLinkToken(realm.at(cluster.second()), "parent"));
        assertThat(apps.refreshes()).hasSize(1);
    }

    private void unlinkingRevokesTokensOfTheOldVersion() {
        JsonNode user = realm.state().user("alder.keeperly.2");
        AdminApi.require(
                realm.admin()
                        .delete("/realms/" + realm.name() + "/users/"
                                + user.get("id").textValue() + "/federated-identity/" + TestRealm.ALIAS),
                "unlink");

        Await.until(
                "revocation",
                () -> cluster.classLink().requests().stream()
                                .filter(request -> request.endpoint() == Endpoint.REVOKE)
                                .count()
                        == 2);
        HttpResponse<String> answer = realm.exchange(signedIn.get("tenant-administrator"));
        assertThat(Http.json(answer.body()).get("error").textValue()).isEqualTo("not_linked");
    }

    private String classLinkToken(TestRealm at, String person) {
        HttpResponse<String> answer = at.exchange(signedIn.get(person));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return ClusterApps.accessToken(answer);
    }

    private String provider() {
        return "/realms/" + realm.name() + "/identity-provider/instances/" + TestRealm.ALIAS;
    }

    private static List<String> warnings(String log) {
        return log.lines()
                .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                .filter(line -> line.contains("[io.github.k12sso"))
                .toList();
    }
}
