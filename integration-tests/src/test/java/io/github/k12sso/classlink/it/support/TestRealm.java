package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;

/**
 * A test's realm with a ClassLink provider {@code classlink} and a few apps, and the actions of users, apps and administrators.
 */
public final class TestRealm {

    public static final String ALIAS = "classlink";
    public static final String CLASSLINK_CLIENT = "classlink-client";
    /** Contains characters that must be encoded in a form and a Basic header. */
    public static final String CLASSLINK_SECRET = "s3cret+/&=% ä";

    public static final String APP = "app";
    public static final String APP_SECRET = "app-secret";
    /** The app's redirect URI; nothing listens there. */
    public static final URI APP_CALLBACK = URI.create("http://app.example/callback");

    public static final String TOKEN_SCOPE = "classlink-token";

    /** Makes names unique on a server that keeps running between runs. */
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

    /** The same realm with apps that call one node of the cluster. */
    public TestRealm at(Cluster.Node other) {
        return new TestRealm(environment, other.url(), name, http);
    }

    static TestRealm open(SystemUnderTest environment) {
        String name = "test-%s-%d".formatted(RUN, COUNT.incrementAndGet());
        environment
                .template()
                .copy(
                        name,
                        Map.of(
                                RealmDescription.CLASSLINK,
                                environment.classLink().baseUrl().toString()));
        return registered(environment, name);
    }

    /** Creates a realm through Keycloak instead of a copy, for any database. */
    static TestRealm make(SystemUnderTest environment) {
        String name = "test-%s-%d".formatted(RUN, COUNT.incrementAndGet());
        RealmDescription.make(
                environment, name, environment.classLink().baseUrl().toString());
        return registered(environment, name);
    }

    private static TestRealm registered(SystemUnderTest environment, String name) {
        environment
                .classLink()
                .registerClient(CLASSLINK_CLIENT, CLASSLINK_SECRET, List.of(environment.keycloakUrl() + "/realms/*"));
        return new TestRealm(environment, environment.keycloakUrl(), name, new Http());
    }

    static TestRealm existing(SystemUnderTest environment, String name) {
        return new TestRealm(environment, environment.keycloakUrl(), name, new Http());
    }

    // ---- actions
    // -----------------------------------------------------------------------------------------------------

    /** A browser that stops at redirects to this realm's apps. */
    public Browser newBrowser() {
        return new Browser().stoppingAt(address -> "app.example".equals(address.getHost()));
    }

    /** The app's authorization request, as an OIDC library sends it. */
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

    /** Signs in from the app through ClassLink; returns the app's callback if successful. */
    public WebPage login(Browser browser, String personaId) {
        return login(browser, personaId, loginRequest("openid " + TOKEN_SCOPE));
    }

    public WebPage login(Browser browser, String personaId, URI request) {
        return choosePersona(browser, browser.open(request), personaId);
    }

    /** Chooses district and person on ClassLink's pages. */
    public WebPage choosePersona(Browser browser, WebPage districtSearch, String personaId) {
        ClassLinkSimulator classLink = environment.classLink();
        WebPage district = browser.click(
                districtSearch, "#district-" + classLink.persona(personaId).districtCode());
        return browser.press(district, "#persona-" + personaId);
    }

    /** Signs in, redeems the code and returns the app's tokens. */
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

    /** The parameters of a valid exchange by the app. */
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

    /** Adds the app to realms whose file has none; they have the scope for exchange. */
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

    /** Adds apps from {@code more-apps.json}, which are not in every realm because each takes time to create. */
    public void addApps(String... clientIds) {
        JsonNode described = RealmDescription.moreApps();
        for (String clientId : clientIds) {
            JsonNode app = StreamSupport.stream(described.spliterator(), false)
                    .filter(other -> other.get("clientId").textValue().equals(clientId))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no app " + clientId + " in more-apps.json"));
            AdminApi.require(environment.admin().post("/realms/" + name + "/clients", app), clientId);
        }
    }

    /** Sets the provider's URLs to the local ClassLink, for realms whose file has ClassLink's URLs. */
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

    /** Changes the provider as an administrator and expects success. */
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

    // ---- state ----------------------------------------------------------------------------------------------------

    public String name() {
        return name;
    }

    public URI url(String path) {
        return node.resolve("/realms/" + name + path);
    }

    public URI callbackUrl() {
        return url("/broker/" + ALIAS + "/endpoint");
    }

    /** The state of the realm. */
    public RealmState state() {
        return new RealmState(environment, name, http);
    }

    public AdminApi admin() {
        return environment.admin();
    }
}
