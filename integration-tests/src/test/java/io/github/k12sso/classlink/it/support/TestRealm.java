package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;

/** A realm of its own with a ClassLink provider {@code classlink} and a few apps, and what can be done and seen there. */
public final class TestRealm {

    public static final String ALIAS = "classlink";
    public static final String CLASSLINK_CLIENT = "classlink-client";
    /** With characters that a form and a Basic header must escape. */
    public static final String CLASSLINK_SECRET = "s3cret+/&=% ä";

    public static final String APP = "app";
    public static final String APP_SECRET = "app-secret";
    /** Where the app takes over; nothing listens there. */
    public static final URI APP_CALLBACK = URI.create("http://app.example/callback");

    public static final String TOKEN_SCOPE = "classlink-token";

    /** Made once for a run: two new RSA keys for each realm would take a tenth of its time. PKCS 8, in base64. */
    private static final String SIGNING_KEY = newSigningKey();

    /** In the template's settings, where a realm has the address of its ClassLink; of a host that is allowed. */
    private static final String TEMPLATES_CLASSLINK = "http://localhost:1/classlink";

    /** Names are new on a server that outlives the run. */
    private static final String RUN = Long.toString(System.currentTimeMillis() / 1000 % 1_000_000, Character.MAX_RADIX);

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final String TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token";

    private final SystemUnderTest environment;
    private final URI node;
    private final String name;
    private final Http http;

    private TestRealm(SystemUnderTest environment, URI node, String name, Http http) {
        this.environment = environment;
        this.node = node;
        this.name = name;
        this.http = http;
    }

    /** The same realm, its apps talking to one node of the cluster. */
    public TestRealm at(Cluster.Node other) {
        return new TestRealm(environment, other.url(), name, http);
    }

    /** The realm that every test realm of a server is copied from; Keycloak makes it if it is not there yet. */
    static RealmTemplate template(SystemUnderTest environment, Database database) {
        String description = resource("/test-realm.json");
        String name = "template-" + Integer.toHexString(description.hashCode());
        if (database.rows("select id from realm where name = '" + name + "'").isEmpty()) {
            JsonNode filled = Http.json(description
                    .replace("@REALM@", name)
                    .replace("@CLASSLINK@", TEMPLATES_CLASSLINK)
                    .replace("@SIGNING_KEY@", SIGNING_KEY)
                    .replace("@SECRET@", CLASSLINK_SECRET));
            AdminApi.require(environment.admin().post("/realms", filled), "new realm");
        }
        return RealmTemplate.of(database, name);
    }

    static TestRealm open(SystemUnderTest environment) {
        String name = "test-%s-%d".formatted(RUN, COUNT.incrementAndGet());
        environment
                .template()
                .copy(
                        name,
                        Map.of(
                                TEMPLATES_CLASSLINK,
                                environment.classLink().baseUrl().toString()));
        TestRealm realm = new TestRealm(environment, environment.keycloakUrl(), name, new Http());
        environment
                .classLink()
                .registerClient(CLASSLINK_CLIENT, CLASSLINK_SECRET, List.of(environment.keycloakUrl() + "/realms/*"));
        return realm;
    }

    static TestRealm existing(SystemUnderTest environment, String name) {
        return new TestRealm(environment, environment.keycloakUrl(), name, new Http());
    }

    private static String newSigningKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return Base64.getEncoder()
                    .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String resource(String name) {
        try (InputStream file = TestRealm.class.getResourceAsStream(name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- doing -----------------------------------------------------------------------------------------------------

    /** A browser that stops where it is sent to this realm's apps. */
    public Browser newBrowser() {
        return new Browser().stoppingAt(address -> "app.example".equals(address.getHost()));
    }

    /** The app's login request, as an OIDC library sends it. */
    public URI loginRequest(String scope) {
        return loginRequest(APP, scope, Map.of("kc_idp_hint", ALIAS));
    }

    public URI loginRequest(String clientId, String scope, Map<String, String> more) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("client_id", clientId);
        query.put("response_type", "code");
        query.put("redirect_uri", APP_CALLBACK.toString());
        query.put("scope", scope);
        query.put("state", UUID.randomUUID().toString());
        query.put("nonce", UUID.randomUUID().toString());
        query.putAll(more);
        return URI.create(url("/protocol/openid-connect/auth") + "?" + Http.query(query));
    }

    /** From the app through ClassLink and back; the page is the app's callback if all went well. */
    public WebPage login(Browser browser, String personaId) {
        return login(browser, personaId, loginRequest("openid " + TOKEN_SCOPE));
    }

    public WebPage login(Browser browser, String personaId, URI request) {
        return choosePersona(browser, browser.open(request), personaId);
    }

    /** At ClassLink's district search: chooses district and person. */
    public WebPage choosePersona(Browser browser, WebPage districtSearch, String personaId) {
        ClassLinkSimulator classLink = environment.classLink();
        WebPage district = browser.click(
                districtSearch, "#district-" + classLink.persona(personaId).districtCode());
        return browser.press(district, "#persona-" + personaId);
    }

    /** Login and code redemption: the app's tokens. */
    public JsonNode tokensOf(String personaId) {
        WebPage callback = login(newBrowser(), personaId);
        return redeem(callback, APP, APP_SECRET);
    }

    public JsonNode redeem(WebPage callback, String clientId, String secret) {
        String code = Optional.ofNullable(callback.handedToApp().get("code"))
                .orElseThrow(() -> new AssertionError("no code at " + callback.address() + ": " + callback.text()));
        HttpResponse<String> answer = tokenEndpoint(Map.of(
                "grant_type", "authorization_code",
                "client_id", clientId,
                "client_secret", secret,
                "redirect_uri", APP_CALLBACK.toString(),
                "code", code));
        return Http.json(AdminApi.require(answer, "token endpoint").body());
    }

    public HttpResponse<String> tokenEndpoint(Map<String, String> form) {
        return http.send(Http.form(url("/protocol/openid-connect/token"), form));
    }

    /** The parameters of a well-formed exchange by the app. */
    public static Map<String, String> exchangeForm(String subjectToken) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", TOKEN_EXCHANGE);
        form.put("client_id", APP);
        form.put("client_secret", APP_SECRET);
        form.put("subject_token", subjectToken);
        form.put("subject_token_type", ACCESS_TOKEN_TYPE);
        form.put("requested_issuer", ALIAS);
        return form;
    }

    public HttpResponse<String> exchange(String subjectToken) {
        return tokenEndpoint(exchangeForm(subjectToken));
    }

    /** The app, for realms whose file describes none; they have the scope for exchange. */
    public void addApp() {
        ObjectNode app = Http.JSON.createObjectNode();
        app.put("clientId", APP).put("secret", APP_SECRET);
        app.putArray("redirectUris").add(APP_CALLBACK.toString());
        app.set(
                "defaultClientScopes",
                Http.json("[\"basic\", \"acr\", \"profile\", \"email\", \"roles\", \"web-origins\"]"));
        app.putArray("optionalClientScopes").add(TOKEN_SCOPE);
        AdminApi.require(environment.admin().post("/realms/" + name + "/clients", app), "new app");
    }

    /** Some of those in {@code more-apps.json}: each takes a new realm longer, and most tests need none of them. */
    public void addApps(String... clientIds) {
        JsonNode described = Http.json(resource("/more-apps.json"));
        for (String clientId : clientIds) {
            JsonNode app = StreamSupport.stream(described.spliterator(), false)
                    .filter(other -> other.get("clientId").textValue().equals(clientId))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no app " + clientId + " in more-apps.json"));
            AdminApi.require(environment.admin().post("/realms/" + name + "/clients", app), clientId);
        }
    }

    /** The provider asks the local ClassLink, for realms whose file leaves the addresses at ClassLink's own. */
    public void useLocalClassLink() {
        URI base = environment.classLink().baseUrl();
        configure(provider -> ((ObjectNode) provider.get("config"))
                .put("authorizationUrl", base + "/oauth2/v2/auth")
                .put("tokenUrl", base + "/oauth2/v2/token")
                .put("jwksUrl", base + "/oauth2/v2/jwks")
                .put("issuer", base.toString())
                .put("userInfoUrl", base + "/v2/my/info"));
    }

    /** Changes settings of the realm. */
    public void configureRealm(Consumer<ObjectNode> change) {
        ObjectNode description = (ObjectNode) environment.admin().get("/realms/" + name);
        change.accept(description);
        AdminApi.require(environment.admin().put("/realms/" + name, description), "realm settings");
    }

    /** Changes settings of an app. */
    public void configureClient(String clientId, Consumer<ObjectNode> change) {
        String clients = "/realms/" + name + "/clients";
        ObjectNode client = (ObjectNode)
                environment.admin().get(clients + "?clientId=" + clientId).get(0);
        change.accept(client);
        AdminApi.require(
                environment.admin().put(clients + "/" + client.get("id").textValue(), client), "client settings");
    }

    /** Changes the provider, as an administrator would, and expects it to be accepted. */
    public void configure(Consumer<ObjectNode> change) {
        AdminApi.require(tryToConfigure(change), "provider settings");
    }

    public HttpResponse<String> tryToConfigure(Consumer<ObjectNode> change) {
        String path = "/realms/" + name + "/identity-provider/instances/" + ALIAS;
        ObjectNode provider = (ObjectNode) environment.admin().get(path);
        change.accept(provider);
        return environment.admin().put(path, provider);
    }

    /** Changes one setting of the provider. */
    public void configure(String key, String value) {
        configure(provider -> ((ObjectNode) provider.get("config")).put(key, value));
    }

    // ---- seeing ----------------------------------------------------------------------------------------------------

    public String name() {
        return name;
    }

    public URI url(String path) {
        return node.resolve("/realms/" + name + path);
    }

    public URI callbackUrl() {
        return url("/broker/" + ALIAS + "/endpoint");
    }

    /**
     * Every text of a theme in a language, as the console asks for them.
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

    /** Names of a user's realm roles, without the default ones. */
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

    /** The failed login that a page is about, found as an administrator finds it: by the reference. */
    public JsonNode failureOn(WebPage page) {
        String reference = page.reference();
        return StreamSupport.stream(events("IDENTITY_PROVIDER_LOGIN_ERROR").spliterator(), false)
                .filter(event -> event.at("/details/reference").asText().equals(reference))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no event with the reference " + reference));
    }

    public AdminApi admin() {
        return environment.admin();
    }
}
