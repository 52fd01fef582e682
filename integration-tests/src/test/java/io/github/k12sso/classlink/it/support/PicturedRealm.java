package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.util.List;

/**
 * The realm in screenshots of the admin console: empty at first, with the same name in every run. Classes that use it hold the
 * lock of the browser, so that only one has it.
 */
public final class PicturedRealm {

    public static final String NAME = "maple-valley";

    /**
     * Username and password of an administrator of the server. The console shows this administrator no warning, unlike the
     * temporary administrator of {@link TestEnvironment#ADMIN}.
     */
    public static final String ADMINISTRATOR = "district-admin";

    private static final String REALM = "/realms/" + NAME;
    private static final int CONFLICT = 409;

    private PicturedRealm() {}

    /** Creates the realm, which the local ClassLink knows, and deletes what an interrupted run left. */
    public static TestRealm create(TestEnvironment environment) {
        AdminApi admin = environment.admin();
        admin.delete(REALM);
        AdminApi.require(
                admin.post("/realms", Http.json("{\"realm\": \"" + NAME + "\", \"enabled\": true}")), "new realm");
        environment
                .classLink()
                .registerClient(
                        TestRealm.CLASSLINK_CLIENT,
                        TestRealm.CLASSLINK_SECRET,
                        List.of(environment.keycloakUrl() + "/realms/*"));
        addAdministrator(admin);
        return environment.realm(NAME);
    }

    /** Deletes the realm. */
    public static void delete(TestEnvironment environment) {
        AdminApi.require(environment.admin().delete(REALM), "delete realm");
    }

    private static void addAdministrator(AdminApi admin) {
        ObjectNode user = (ObjectNode) Http.json("{\"enabled\": true}");
        user.put("username", ADMINISTRATOR)
                .putArray("credentials")
                .addObject()
                .put("type", "password")
                .put("value", ADMINISTRATOR);
        HttpResponse<String> added = admin.post("/realms/master/users", user);
        if (added.statusCode() == CONFLICT) {
            return; // by another class of this run
        }
        AdminApi.require(added, "new administrator");
        String id = admin.get("/realms/master/users?exact=true&username=" + ADMINISTRATOR)
                .at("/0/id")
                .textValue();
        JsonNode role = admin.get("/realms/master/roles/admin");
        AdminApi.require(
                admin.post(
                        "/realms/master/users/" + id + "/role-mappings/realm",
                        Http.JSON.createArrayNode().add(role)),
                "role of the administrator");
    }
}
