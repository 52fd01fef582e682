package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * More users than a test can sign in. Each has a link with a token record in the format of a built-in provider, with an expired
 * access token and a valid refresh token.
 */
public final class ManyUsers {

    private static final String PERSONA = "student";
    private static final String PASSWORD = "password";

    /** One import of a thousand users takes Keycloak more than 40 s; imports of fifty take 6 s in total. */
    private static final int AT_ONCE = 50;

    private final int size;

    private ManyUsers(int size) {
        this.size = size;
    }

    public static ManyUsers of(int size) {
        return new ManyUsers(size);
    }

    /** Creates the users in a realm and returns their Keycloak access tokens for the app, by username. */
    public Map<String, String> addTo(TestRealm realm, Cluster cluster) {
        for (int first = 0; first < size; first += AT_ONCE) {
            AdminApi.require(
                    cluster.admin()
                            .post(
                                    "/realms/" + realm.name() + "/partialImport",
                                    users(first, Math.min(first + AT_ONCE, size))),
                    "import of users");
        }
        leaveRecords(realm, cluster);
        List<String> tokens = IntStream.range(0, size)
                .parallel()
                .mapToObj(number -> keycloakToken(realm, number))
                .toList();
        Map<String, String> byName = new LinkedHashMap<>();
        for (int number = 0; number < size; number++) {
            byName.put(name(number), tokens.get(number));
        }
        return byName;
    }

    private static JsonNode users(int first, int end) {
        ObjectNode everybody = Http.JSON.createObjectNode().put("ifResourceExists", "FAIL");
        ArrayNode users = everybody.putArray("users");
        for (int number = first; number < end; number++) {
            ObjectNode user = users.addObject()
                    .put("username", name(number))
                    .put("firstName", "Many")
                    .put("lastName", "Users")
                    .put("email", name(number) + "@example.org")
                    .put("enabled", true);
            user.putArray("credentials").addObject().put("type", "password").put("value", PASSWORD);
            user.putArray("federatedIdentities")
                    .addObject()
                    .put("identityProvider", TestRealm.ALIAS)
                    .put("userId", name(number))
                    .put("userName", name(number));
        }
        return everybody;
    }

    private void leaveRecords(TestRealm realm, Cluster cluster) {
        String records = IntStream.range(0, size)
                .mapToObj(number ->
                        "('%s', '{\"access_token\":\"over\",\"refresh_token\":\"%s\",\"accessTokenExpiration\":0}')"
                                .formatted(
                                        name(number),
                                        planted(cluster.classLink()
                                                .refreshTokenOf(PERSONA, TestRealm.CLASSLINK_CLIENT))))
                .collect(Collectors.joining(", "));
        int written = cluster.database().update("""
                        update federated_identity set token = record.token
                        from (values %s) as record(id, token)
                        where federated_user_id = record.id and realm_id = (select id from realm where name = '%s')
                        """.formatted(records, realm.name()));
        if (written != size) {
            throw new AssertionError("wrote " + written + " records of " + size);
        }
    }

    private static String planted(String refreshToken) {
        SecretSearch.ofThisRun().plantedInDatabase(refreshToken);
        return refreshToken;
    }

    private static String keycloakToken(TestRealm realm, int number) {
        return Http.json(AdminApi.require(
                                realm.tokenEndpoint(Map.of(
                                        "grant_type",
                                        "password",
                                        "client_id",
                                        TestRealm.APP,
                                        "client_secret",
                                        TestRealm.APP_SECRET,
                                        "username",
                                        name(number),
                                        "password",
                                        PASSWORD,
                                        "scope",
                                        "openid " + TestRealm.TOKEN_SCOPE)),
                                "login of " + name(number))
                        .body())
                .get("access_token")
                .textValue();
    }

    private static String name(int number) {
        return "user-" + number;
    }
}
