package io.github.k12sso.classlink.it.launchpad;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One user and two providers of the same ClassLink app: one for the login page, one for a tile. */
@WithTestEnvironment
class SeveralAliasesIT {

    private static final String TILE = "classlink-math";
    private static final String STUDENT = "mira.fernwick.2";

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealmWithTwoProviders(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        Roster.withUserToken(environment, realm);
        String providers = "/realms/" + realm.name() + "/identity-provider/instances";
        ObjectNode second = (ObjectNode) realm.admin().get(providers + "/" + TestRealm.ALIAS);
        second.remove("internalId");
        second.put("alias", TILE);
        ((ObjectNode) second.get("config")).put("clientSecret", TestRealm.CLASSLINK_SECRET);
        AdminApi.require(realm.admin().post(providers, second), "second provider");
    }

    @ParameterizedTest
    @CsvSource({TestRealm.ALIAS + "," + TILE, TILE + "," + TestRealm.ALIAS})
    void aLoginWithOneAliasCountsForTheOther(String signedInThrough, String asked) {
        String token = signIn(signedInThrough);

        assertThat(exchange(token, asked).body()).contains("\"access_token\"");
        assertThat(classes(token, asked).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({TestRealm.ALIAS + "," + TILE, TILE + "," + TestRealm.ALIAS})
    void theNewestLoginWins(String first, String second) {
        signIn(first);
        String token = signIn(second);

        assertThat(classLinkToken(token, first)).isEqualTo(classLinkToken(token, second));
        assertThat(realm.state().links(realm.state().user(STUDENT))).hasSize(2);
    }

    @Test
    void aTokenIsRefreshedOnceForBothAliases() {
        environment.classLink().tokenMode(TokenMode.GUIDE);
        environment.classLink().switches().guideTokenLifetime(Duration.ofSeconds(2));
        String token = signIn(TILE);
        environment.classLink().switches().guideTokenLifetime(Duration.ofHours(1));
        environment.classLink().clearRequests();

        String ofOne = classLinkToken(token, TestRealm.ALIAS);

        assertThat(classLinkToken(token, TILE)).isEqualTo(ofOne);
        assertThat(environment.classLink().requests())
                .filteredOn(request -> request.endpoint() == Endpoint.TOKEN)
                .hasSize(1);
    }

    @Test
    void unlinkingTheOnlyLinkEndsAccessForBothAliases() {
        String token = signIn(TILE);
        String user = realm.state().user(STUDENT).get("id").textValue();

        AdminApi.require(
                realm.admin().delete("/realms/" + realm.name() + "/users/" + user + "/federated-identity/" + TILE),
                "unlink");

        assertThat(error(exchange(token, TestRealm.ALIAS))).isEqualTo("not_linked");
        assertThat(error(exchange(token, TILE))).isEqualTo("not_linked");
    }

    /** For example, providers of another ClassLink app or with another client scope. */
    @ParameterizedTest
    @CsvSource({"clientId, another-app", "rosterScope, another-scope"})
    void tokensOfAnotherClassLinkAppAreNotShared(String setting, String value) {
        String token = signIn(TILE);

        realm.configure(setting, value);

        assertThat(error(exchange(token, TestRealm.ALIAS))).isEqualTo("not_linked");
    }

    @ParameterizedTest
    @CsvSource({"linkOnly, true", "enabled, false"})
    void aLinkOnlyProviderDoesNotAffectOtherAliases(String member, boolean value) {
        signIn(TestRealm.ALIAS);
        realm.configure(provider -> provider.put(member, value));

        WebPage page = realm.login(realm.newBrowser(), "student", loginRequest(TILE));

        assertThat(page.handedToApp()).doesNotContainKey("code");
        assertThat(realm.state().events("FEDERATED_IDENTITY_LINK")).isEmpty();
        assertThat(realm.state().links(realm.state().user(STUDENT)))
                .singleElement()
                .satisfies(link ->
                        assertThat(link.get("identityProvider").textValue()).isEqualTo(TestRealm.ALIAS));
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    private URI loginRequest(String alias) {
        return realm.loginRequest(
                TestRealm.APP, "openid " + TestRealm.TOKEN_SCOPE + " " + Roster.SCOPE, Map.of("kc_idp_hint", alias));
    }

    private String signIn(String alias) {
        WebPage callback = realm.login(realm.newBrowser(), "student", loginRequest(alias));
        return realm.redeem(callback, TestRealm.APP, TestRealm.APP_SECRET)
                .get("access_token")
                .textValue();
    }

    private HttpResponse<String> exchange(String token, String alias) {
        Map<String, String> form = new HashMap<>(TestRealm.exchangeForm(token));
        form.put("requested_issuer", alias);
        return realm.tokenEndpoint(form);
    }

    private String classLinkToken(String token, String alias) {
        JsonNode answer = Http.json(exchange(token, alias).body());
        assertThat(answer.get("access_token")).as(answer.toString()).isNotNull();
        return answer.get("access_token").textValue();
    }

    private HttpResponse<String> classes(String token, String alias) {
        return new Http()
                .send(Roster.request(token, realm.url("/classlink/" + alias + "/ims/oneroster/v1p1/classes?limit=1")));
    }

    private static String error(HttpResponse<String> answer) {
        return Http.json(answer.body()).path("error").asText();
    }
}
