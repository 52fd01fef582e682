package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.demo.keycloak.KeycloakSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * The realm that the server imported from {@code realm-config/district-realm.json} at startup, for Maple Valley only. All tests
 * share it.
 */
public final class DistrictRealm {

    private static final String NAME = "district";
    private static final String CLIENT = "district-client";
    private static final String SECRET = "secret-of-the-district";
    private static final Map<String, String> VARIABLES = Map.of(
            "DISTRICT_NAME",
            "Maple Valley Schools",
            "CLASSLINK_CLIENT_ID",
            CLIENT,
            "CLASSLINK_CLIENT_SECRET",
            SECRET,
            "CLASSLINK_TENANT_ID",
            "2");

    private DistrictRealm() {}

    static Path file() {
        return RealmFiles.path("district-realm.json");
    }

    static KeycloakSettings describe(KeycloakSettings settings) {
        KeycloakSettings described = settings;
        for (Map.Entry<String, String> variable : VARIABLES.entrySet()) {
            described = described.withEnvironment(variable.getKey(), variable.getValue());
        }
        return described;
    }

    static TestRealm restore(TestEnvironment environment) {
        TestRealm district = environment.realm(NAME);
        environment.classLink().registerClient(CLIENT, SECRET, List.of(environment.keycloakUrl() + "/realms/*"));
        district.useLocalClassLink();
        String realmPath = "/realms/" + NAME;
        if (StreamSupport.stream(environment.admin().get(realmPath + "/clients").spliterator(), false)
                .noneMatch(client -> client.get("clientId").textValue().equals(TestRealm.APP))) {
            district.addApp();
        }
        AdminApi.require(environment.admin().delete(realmPath + "/events"), "delete events");
        for (JsonNode user : district.state().users()) {
            AdminApi.require(
                    environment
                            .admin()
                            .delete(realmPath + "/users/" + user.get("id").textValue()),
                    "delete user");
        }
        return district;
    }
}
