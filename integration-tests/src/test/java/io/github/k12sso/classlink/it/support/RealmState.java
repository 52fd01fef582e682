package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** Reads a realm's users, links, sessions, events and texts with the Admin API. */
public final class RealmState {

    private final SystemUnderTest environment;
    private final String name;
    private final Http http;

    RealmState(SystemUnderTest environment, String name, Http http) {
        this.environment = environment;
        this.name = name;
        this.http = http;
    }

    /**
     * All texts of a theme in a language, as the console requests them.
     *
     * @param themeType {@code admin}, {@code login} and so on
     * @param languageTag such as {@code pt-BR}
     */
    public Map<String, String> texts(String themeType, String languageTag) {
        URI address = environment.keycloakUrl().resolve("/resources/" + name + "/" + themeType + "/" + languageTag);
        HttpResponse<String> answer = AdminApi.require(http.send(HttpRequest.newBuilder(address)), address.getPath());
        Map<String, String> texts = new LinkedHashMap<>();
        Http.json(answer.body())
                .forEach(text ->
                        texts.put(text.get("key").textValue(), text.get("value").textValue()));
        return texts;
    }

    public JsonNode users() {
        return environment.admin().get("/realms/" + name + "/users?briefRepresentation=false");
    }

    public JsonNode user(String username) {
        return StreamSupport.stream(users().spliterator(), false)
                .filter(user -> user.get("username").textValue().equals(username))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no user " + username + " in " + users()));
    }

    /** Names of a user's realm roles, without default roles. */
    public List<String> roles(JsonNode user) {
        return texts(ofUser(user, "/role-mappings/realm"), "name").stream()
                .filter(role -> !role.startsWith("default-roles-"))
                .toList();
    }

    /** Paths of a user's groups. */
    public List<String> groups(JsonNode user) {
        return texts(ofUser(user, "/groups"), "path");
    }

    /** Aliases of a user's organizations. */
    public List<String> organizations(JsonNode user) {
        String path = "/organizations/members/" + user.get("id").textValue() + "/organizations";
        return texts(environment.admin().get("/realms/" + name + path), "alias");
    }

    private JsonNode ofUser(JsonNode user, String path) {
        return environment
                .admin()
                .get("/realms/" + name + "/users/" + user.get("id").textValue() + path);
    }

    private static List<String> texts(JsonNode list, String member) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(element -> element.get(member).textValue())
                .toList();
    }

    public JsonNode links(JsonNode user) {
        return environment
                .admin()
                .get("/realms/" + name + "/users/" + user.get("id").textValue() + "/federated-identity");
    }

    public int sessions() {
        return StreamSupport.stream(
                        environment
                                .admin()
                                .get("/realms/" + name + "/client-session-stats")
                                .spliterator(),
                        false)
                .mapToInt(client -> Integer.parseInt(client.get("active").asText()))
                .sum();
    }

    /** Events of a type, newest first. */
    public JsonNode events(String type) {
        return environment.admin().get("/realms/" + name + "/events?max=20&type=" + type);
    }

    /** The failed login of a page, found by the page's reference. */
    public JsonNode failureOn(WebPage page) {
        String reference = page.reference();
        return StreamSupport.stream(events("IDENTITY_PROVIDER_LOGIN_ERROR").spliterator(), false)
                .filter(event -> event.at("/details/reference").asText().equals(reference))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no event with the reference " + reference));
    }
}
