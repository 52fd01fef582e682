package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.k12sso.classlink.demo.app.DeviceCurls;
import io.github.k12sso.classlink.demo.app.RosterApp;
import io.github.k12sso.classlink.demo.app.RosterAppSettings;
import io.github.k12sso.classlink.demo.keycloak.KeycloakSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The realm of the demo, which the server imported from {@code realm-config/demo-realm.json} at startup with the demo's
 * environment. All tests share it; {@link #restore} undoes their changes.
 */
public final class DemoRealm {

    private static final String PATH = "/realms/demo";
    private static final String PROVIDER = PATH + "/identity-provider/instances/classlink";
    private static final String APP_SECRET = "secret-of-the-app";
    private static final String CLASSLINK_CLIENT = "classlink-demo";
    private static final String CLASSLINK_SECRET = "secret-at-classlink";
    /** The realm is imported before the first test class starts. */
    private static final String NO_CLASSLINK = "http://localhost:1";

    private final TestEnvironment environment;
    private final int appPort;

    DemoRealm(TestEnvironment environment, int appPort) {
        this.environment = environment;
        this.appPort = appPort;
        environment
                .classLink()
                .registerClient(
                        CLASSLINK_CLIENT,
                        CLASSLINK_SECRET,
                        List.of(environment.keycloakUrl() + PATH + "/broker/classlink/endpoint"));
    }

    static Path file() {
        return Path.of(System.getProperty("demo.realm"));
    }

    /** Values for the placeholders in the file. */
    static KeycloakSettings describe(KeycloakSettings settings, int appPort) {
        return settings.withEnvironment("DEMO_CLASSLINK_URL", NO_CLASSLINK)
                .withEnvironment("DEMO_CLASSLINK_SECRET", CLASSLINK_SECRET)
                .withEnvironment("DEMO_APP_URL", "http://localhost:" + appPort)
                .withEnvironment("DEMO_APP_SECRET", APP_SECRET)
                .withReadyPath(PATH + "/.well-known/openid-configuration");
    }

    /** The demo's app, in this JVM. */
    public RosterApp startApp() {
        return RosterApp.start(app());
    }

    /** The demo's app, reading through Keycloak's roster gateway. */
    public RosterApp startAppOnGateway() {
        return RosterApp.start(app().throughGateway());
    }

    private RosterAppSettings app() {
        return new RosterAppSettings(
                "localhost",
                appPort,
                environment.keycloakUrl().resolve(PATH),
                "roster-app",
                APP_SECRET,
                "classlink",
                environment.classLink().baseUrl(),
                false);
    }

    /** Changes the URLs of the provider to this ClassLink. */
    private void useThisClassLink() {
        ObjectNode provider = (ObjectNode) environment.admin().get(PROVIDER);
        ObjectNode config = (ObjectNode) provider.get("config");
        String before = config.get("issuer").textValue();
        config.properties()
                .forEach(setting -> setting.setValue(TextNode.valueOf(setting.getValue()
                        .textValue()
                        .replace(before, environment.classLink().baseUrl().toString()))));
        AdminApi.require(environment.admin().put(PROVIDER, provider), "provider settings");
    }

    /** The commands that the demo prints for this realm. */
    public DeviceCurls commands() {
        return DeviceCurls.of(environment.keycloakUrl().resolve(PATH), "classlink");
    }

    /** Events of a type, such as {@code LOGIN_ERROR}, newest first. */
    public JsonNode events(String type) {
        return environment.admin().get(PATH + "/events?type=" + type);
    }

    public JsonNode users() {
        return environment.admin().get(PATH + "/users");
    }

    /** The app's Keycloak sessions. */
    public JsonNode sessions() {
        return environment.admin().get(PATH + "/client-session-stats");
    }

    /** Resets the realm: only the user in the file, without link and session. */
    public void restore() {
        useThisClassLink();
        AdminApi.require(environment.admin().post(PATH + "/logout-all", Http.json("{}")), "sign out all users");
        JsonNode described = read(file()).get("users").get(0);
        boolean untouched = false;
        for (JsonNode user : users()) {
            String path = PATH + "/users/" + user.get("id").textValue();
            if (user.get("username").equals(described.get("username"))
                    && environment.admin().get(path + "/federated-identity").isEmpty()) {
                untouched = true;
            } else {
                AdminApi.require(environment.admin().delete(path), "delete user");
            }
        }
        if (!untouched) {
            AdminApi.require(environment.admin().post(PATH + "/users", described), "new user");
        }
    }

    private static JsonNode read(Path file) {
        try {
            return Http.json(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
