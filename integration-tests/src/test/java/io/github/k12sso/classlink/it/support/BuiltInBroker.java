package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

/** Keycloak's {@code oidc} provider instead of this provider, for comparison. */
public final class BuiltInBroker {

    /** Features for {@code requested_issuer} in Keycloak's exchange and for the required permission. */
    public static final String LEGACY_EXCHANGE = "token-exchange:v1,admin-fine-grained-authz:v1";

    private BuiltInBroker() {}

    /** A regular test realm with Keycloak's own provider under the same alias. */
    public static TestRealm newRealm(SystemUnderTest environment) {
        TestRealm realm = environment.newRealm();
        SecretSearch.ofThisRun().except(realm);
        String providers = "/realms/" + realm.name() + "/identity-provider/instances";
        ObjectNode provider = (ObjectNode) realm.admin().get(providers + "/" + TestRealm.ALIAS);
        AdminApi.require(realm.admin().delete(providers + "/" + TestRealm.ALIAS), "remove provider");
        provider.remove("internalId");
        provider.put("providerId", "oidc").put("addReadTokenRoleOnCreate", true);
        ((ObjectNode) provider.get("config"))
                .put("clientSecret", TestRealm.CLASSLINK_SECRET)
                .put("clientAuthMethod", "client_secret_post")
                .put("userInfoUrl", environment.classLink().baseUrl() + "/v2/my/profileinfo")
                .put("defaultScope", "openid profile email")
                .put("validateSignature", "true")
                .put("useJwksUrl", "true")
                .put("pkceEnabled", "true")
                .put("pkceMethod", "S256");
        AdminApi.require(realm.admin().post(providers, provider), "built-in provider");
        // Recreates the mapper that was deleted with the other provider.
        new ProviderMappers(realm)
                .add(
                        "district",
                        "oidc-user-attribute-idp-mapper",
                        "FORCE",
                        Map.of("claim", "classLink_tenant_id", "user.attribute", "classlink_tenant_name"));
        allowVersion2(realm);
        return realm;
    }

    /** Allows the realm's app to use version 2 of the brokering API. */
    public static void allowVersion2(TestRealm realm) {
        realm.configureClient(
                TestRealm.APP,
                app -> ((ObjectNode) app.get("attributes"))
                        .put("external.token.enabled", "true")
                        .put("external.token.idp", TestRealm.ALIAS));
    }

    /** Allows the realm's app to use Keycloak's legacy exchange. The server needs the features {@link #LEGACY_EXCHANGE}. */
    public static void allowLegacyExchange(TestRealm realm) {
        AdminApi admin = realm.admin();
        String path = "/realms/" + realm.name();
        HttpResponse<String> permissions = admin.put(
                path + "/identity-provider/instances/" + TestRealm.ALIAS + "/management/permissions",
                Http.json("{\"enabled\": true}"));
        String permission = Http.json(AdminApi.require(permissions, "permissions of the provider")
                        .body())
                .at("/scopePermissions/token-exchange")
                .textValue();
        String server = path + "/clients/" + clientId(admin, path, "realm-management") + "/authz/resource-server";
        ObjectNode policy = Http.JSON.createObjectNode().put("name", "apps that may exchange");
        policy.putArray("clients").add(clientId(admin, path, TestRealm.APP));
        String policyId = Http.json(AdminApi.require(admin.post(server + "/policy/client", policy), "policy")
                        .body())
                .get("id")
                .textValue();
        ObjectNode scope = (ObjectNode) admin.get(server + "/permission/scope/" + permission);
        scope.putArray("policies").add(policyId);
        AdminApi.require(admin.put(server + "/permission/scope/" + permission, scope), "permission");
    }

    private static String clientId(AdminApi admin, String realmPath, String name) {
        return admin.get(realmPath + "/clients?clientId=" + name)
                .get(0)
                .get("id")
                .textValue();
    }

    /** The stored token from Keycloak's brokering API, version 1. */
    public static HttpResponse<String> version1(TestRealm realm, String token) {
        return new Http().send(HttpRequest.newBuilder(tokenAddress(realm)).header("Authorization", "Bearer " + token));
    }

    /** The stored token from version 2, a feature that must be enabled at startup. */
    public static HttpResponse<String> version2(TestRealm realm, String token) {
        return new Http().send(Http.form(tokenAddress(realm), version2Form(token)));
    }

    public static URI tokenAddress(TestRealm realm) {
        return realm.url("/broker/" + TestRealm.ALIAS + "/token");
    }

    public static Map<String, String> version2Form(String token) {
        return Map.of("client_id", TestRealm.APP, "client_secret", TestRealm.APP_SECRET, "token", token);
    }
}
