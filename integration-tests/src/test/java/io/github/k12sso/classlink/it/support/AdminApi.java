package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

/** Keycloak's Admin REST API, as kcadm or a console would call it. */
public final class AdminApi {

    private final Http http = new Http();
    private final URI keycloak;
    private final String username;
    private final String password;

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

    /** The answer, if it is a success. */
    public static HttpResponse<String> require(HttpResponse<String> answer, String what) {
        if (answer.statusCode() >= 300) {
            throw new AssertionError(what + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer;
    }

    /** A token for each call: the admin's lives one minute, the suite longer. */
    private HttpRequest.Builder request(String path) {
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
        String bearer = Http.json(require(token, "admin login").body())
                .get("access_token")
                .textValue();
        return HttpRequest.newBuilder(keycloak.resolve("/admin" + path)).header("Authorization", "Bearer " + bearer);
    }
}
