package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/**
 * Keycloak's Admin REST API, as kcadm or the console calls it. It is not {@code keycloak-admin-client}, because tests compare
 * raw
 * JSON and statuses, and {@link Http} searches every response for secrets.
 */
public final class AdminApi {

    private static final Duration BEARER_LIFE = Duration.ofSeconds(40);

    private final Http http = new Http();
    private final URI keycloak;
    private final String username;
    private final String password;
    private String bearer;
    private long bearerSince;

    private AdminApi(URI keycloak, String username, String password) {
        this.keycloak = keycloak;
        this.username = username;
        this.password = password;
    }

    static AdminApi signIn(URI keycloak, String username, String password) {
        return new AdminApi(keycloak, username, password);
    }

    public JsonNode get(String path) {
        HttpResponse<String> answer = http.send(request(path).GET());
        return Http.json(require(answer, path).body());
    }

    public HttpResponse<String> post(String path, JsonNode body) {
        return http.send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    public HttpResponse<String> put(String path, JsonNode body) {
        return http.send(request(path)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    public HttpResponse<String> delete(String path) {
        return http.send(request(path).DELETE());
    }

    /** Impersonates a user in a browser's session. */
    public void impersonate(TestRealm realm, String userId, Browser browser) {
        String path = "/realms/" + realm.name() + "/users/" + userId + "/impersonation";
        require(browser.send(request(path).POST(HttpRequest.BodyPublishers.noBody())), path);
    }

    /** The response; fails unless its status is a success. */
    public static HttpResponse<String> require(HttpResponse<String> answer, String what) {
        if (answer.statusCode() >= 300) {
            throw new AssertionError(what + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer;
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(keycloak.resolve("/admin" + path)).header("Authorization", "Bearer " + bearer());
    }

    /** Reused until shortly before it expires after a minute, because each token costs a password hash. */
    private synchronized String bearer() {
        if (bearer == null || System.nanoTime() - bearerSince > BEARER_LIFE.toNanos()) {
            HttpResponse<String> token = http.send(Http.form(
                    keycloak.resolve("/realms/master/protocol/openid-connect/token"),
                    Map.of(
                            "grant_type",
                            "password",
                            "client_id",
                            "admin-cli",
                            "username",
                            username,
                            "password",
                            password)));
            bearer = Http.json(require(token, "admin login").body())
                    .get("access_token")
                    .textValue();
            bearerSince = System.nanoTime();
        }
        return bearer;
    }
}
