package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

/** Keycloak's own {@code oidc} provider in this provider's place, to compare the two. */
public final class BuiltInBroker {

    private BuiltInBroker() {}

    /** A school like every other, with Keycloak's own provider under the same alias. */
    public static School newSchool(Deployment bed) {
        School school = bed.newSchool();
        SecretSearch.ofThisRun().except(school);
        String providers = "/realms/" + school.realm() + "/identity-provider/instances";
        ObjectNode provider = (ObjectNode) school.admin().get(providers + "/" + School.ALIAS);
        AdminApi.require(school.admin().delete(providers + "/" + School.ALIAS), "remove provider");
        provider.remove("internalId");
        provider.put("providerId", "oidc").put("addReadTokenRoleOnCreate", true);
        ((ObjectNode) provider.get("config"))
                .put("clientSecret", School.CLASSLINK_SECRET)
                .put("clientAuthMethod", "client_secret_post")
                .put("userInfoUrl", bed.classLink().baseUrl() + "/v2/my/profileinfo")
                .put("defaultScope", "openid profile email")
                .put("validateSignature", "true")
                .put("useJwksUrl", "true")
                .put("pkceEnabled", "true")
                .put("pkceMethod", "S256");
        AdminApi.require(school.admin().post(providers, provider), "built-in provider");
        // The one mapper that every school has went with the other provider.
        new ProviderMappers(school)
                .add(
                        "district",
                        "oidc-user-attribute-idp-mapper",
                        "FORCE",
                        Map.of("claim", "classLink_tenant_id", "user.attribute", "classlink_tenant_name"));
        allowVersion2(school);
        return school;
    }

    /** The school's app may use version 2 of the brokering API. */
    public static void allowVersion2(School school) {
        school.configureClient(
                School.APP,
                app -> ((ObjectNode) app.get("attributes"))
                        .put("external.token.enabled", "true")
                        .put("external.token.idp", School.ALIAS));
    }

    /** The stored token from Keycloak's brokering API, version 1. */
    public static HttpResponse<String> version1(School school, String token) {
        return new Http().send(HttpRequest.newBuilder(tokenAddress(school)).header("Authorization", "Bearer " + token));
    }

    /** And from version 2, which is a feature that the server has to be started with. */
    public static HttpResponse<String> version2(School school, String token) {
        return new Http().send(Http.form(tokenAddress(school), version2Form(token)));
    }

    public static URI tokenAddress(School school) {
        return school.url("/broker/" + School.ALIAS + "/token");
    }

    public static Map<String, String> version2Form(String token) {
        return Map.of("client_id", School.APP, "client_secret", School.APP_SECRET, "token", token);
    }
}
