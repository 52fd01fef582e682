package io.github.k12sso.classlink.it.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.SecretSearch;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A realm that used Keycloak's built-in OpenID Connect provider for ClassLink migrates to this provider. */
@WithTestEnvironment
class MigrationIT {

    private TestRealm realm;
    private String realmPath;
    /** The ClassLink provider as this project configures it. */
    private ObjectNode ours;

    @BeforeEach
    void aTeacherSignedInThroughTheBuiltInProvider(TestEnvironment environment) {
        realm = environment.newRealm();
        SecretSearch.ofThisRun().except(realm);
        realmPath = "/realms/" + realm.name();
        ours = (ObjectNode) realm.admin().get(provider());
        ours.remove("internalId");
        ((ObjectNode) ours.get("config")).put("clientSecret", TestRealm.CLASSLINK_SECRET);
        AdminApi.require(realm.admin().delete(provider()), "no ClassLink");
        AdminApi.require(
                realm.admin().post(realmPath + "/identity-provider/instances", builtIn()), "built-in provider");
        realm.tokensOf("teacher");
    }

    @Test
    void anImportThatOverwritesTheProviderKeepsTheLinks() {
        JsonNode before = teacher();
        assertThat(realm.state().links(before)).hasSize(1);

        overwriteWithOurs();
        assertThat(realm.admin().get(provider()).get("providerId").textValue()).isEqualTo("classlink");
        assertThat(linkedUserId(before)).isEqualTo("870002");
        realm.tokensOf("teacher");

        assertThat(realm.state().users()).hasSize(2); // teacher and local user
        assertThat(teacher().get("id")).isEqualTo(before.get("id"));
        assertThat(teacher().get("username")).isEqualTo(before.get("username"));
        assertThat(linkedUserId(before)).isEqualTo("870002");
        HttpResponse<String> exchange =
                realm.exchange(realm.tokensOf("teacher").get("access_token").textValue());
        assertThat(exchange.statusCode()).as(exchange.body()).isEqualTo(200);
    }

    /** ClassLink states no lifetime, so the built-in provider stored no expiry. */
    @Test
    void aTokenOfTheBuiltInProviderRequiresANewLogin() {
        String session = realm.redeem(realm.login(realm.newBrowser(), "teacher"), TestRealm.APP, TestRealm.APP_SECRET)
                .get("access_token")
                .textValue();

        overwriteWithOurs();
        HttpResponse<String> exchange = realm.exchange(session);

        assertThat(exchange.statusCode()).isEqualTo(400);
        assertThat(Http.json(exchange.body()).get("error").textValue()).isIn("token_expired", "not_linked");
    }

    @Test
    void anUpdateDoesNotChangeTheTypeOfTheProvider() {
        AdminApi.require(realm.admin().put(provider(), ours), "update");

        assertThat(realm.admin().get(provider()).get("providerId").textValue()).isEqualTo("oidc");
    }

    @Test
    void deletingTheProviderDeletesItsLinks() {
        JsonNode teacher = teacher();
        AdminApi.require(realm.admin().delete(provider()), "delete");
        AdminApi.require(realm.admin().post(realmPath + "/identity-provider/instances", ours), "our provider");

        assertThat(realm.state().links(teacher)).isEmpty();
    }

    private void overwriteWithOurs() {
        ObjectNode file = (ObjectNode) Http.json("{\"ifResourceExists\": \"OVERWRITE\"}");
        file.putArray("identityProviders").add(ours);
        AdminApi.require(realm.admin().post(realmPath + "/partialImport", file), "partial import");
    }

    /** Settings of "OpenID Connect v1.0" in the console for ClassLink. */
    private ObjectNode builtIn() {
        ObjectNode provider = ours.deepCopy();
        provider.put("providerId", "oidc");
        ObjectNode config = (ObjectNode) provider.get("config");
        config.put("clientAuthMethod", "client_secret_post")
                .put("defaultScope", "openid profile email")
                .put("userInfoUrl", ours.at("/config/userInfoUrl").textValue().replace("/my/info", "/my/profileinfo"))
                .put("useJwksUrl", "true")
                .put("validateSignature", "true")
                .put("pkceEnabled", "true")
                .put("pkceMethod", "S256");
        return provider;
    }

    private JsonNode teacher() {
        for (JsonNode user : realm.state().users()) {
            if ("Orla".equals(user.path("firstName").textValue())) {
                return user;
            }
        }
        throw new AssertionError("no teacher in " + realm.state().users());
    }

    private String linkedUserId(JsonNode user) {
        return realm.state().links(user).path(0).path("userId").textValue();
    }

    private String provider() {
        return realmPath + "/identity-provider/instances/" + TestRealm.ALIAS;
    }
}
