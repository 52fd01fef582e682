package io.github.k12sso.classlink.it.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.PicturedRealm;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.browser.AdminConsole;
import io.github.k12sso.classlink.it.support.browser.Chromium;
import io.github.k12sso.classlink.it.support.browser.FormPicture;
import io.github.k12sso.classlink.it.support.machine.Installed;
import io.github.k12sso.classlink.it.support.machine.Needs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The steps that the pages in docs/administer describe in the admin console. */
@WithTestEnvironment
@Needs(Installed.CHROMIUM)
@Full // starts a browser
@ResourceLock(Chromium.ONE_AT_A_TIME)
class AdministerPagesInChromiumIT {

    private static final String APP = "reading-app";

    private TestRealm realm;
    private Chromium browser;
    private AdminConsole console;

    @BeforeEach
    void aProviderAndAnAppAsTheConsoleCreatesThem(TestEnvironment environment) {
        realm = PicturedRealm.create(environment);
        ObjectNode provider = (ObjectNode) Http.json("{\"providerId\": \"classlink\", \"displayName\": \"ClassLink\"}");
        provider.put("alias", TestRealm.ALIAS)
                .putObject("config")
                .put("clientId", TestRealm.CLASSLINK_CLIENT)
                .put("clientSecret", TestRealm.CLASSLINK_SECRET);
        add("identity-provider/instances", provider);
        ObjectNode app = (ObjectNode) Http.json("{\"publicClient\": true, \"frontchannelLogout\": true}");
        app.put("clientId", APP)
                .put("name", "Reading app")
                .putArray("redirectUris")
                .add("https://reading.example/*");
        add("clients", app);
        browser = Chromium.start().sized(1280, 960);
        console = AdminConsole.open(
                browser,
                environment.keycloakUrl(),
                realm.name(),
                PicturedRealm.ADMINISTRATOR,
                PicturedRealm.ADMINISTRATOR);
    }

    @AfterEach
    void deleteTheRealm(TestEnvironment environment) {
        browser.close();
        PicturedRealm.delete(environment);
    }

    @Test
    void tokensAreStoredAndTheAppHasTheScopeForThem() {
        console.menu("identity-providers").follow("ClassLink").scrollToText("Advanced settings");
        console.turn("storeTokens", true);
        browser.screenshot("app-store-tokens");
        console.saveProvider();

        console.menu("client-scopes").follow("Create client scope").type("name", "classlink-token");
        console.turn("attributes.include.in.token.scope", true);
        browser.screenshot("app-client-scope");
        console.press("save").alert();

        console.menu("clients").follow(APP).press("clientScopesTab").addClientScope("classlink-token", "Optional");
        browser.screenshot("app-assigned-scope");

        assertThat(of("identity-provider/instances/" + TestRealm.ALIAS)
                        .get("storeToken")
                        .booleanValue())
                .isTrue();
        assertThat(client().get("optionalClientScopes"))
                .extracting(JsonNode::textValue)
                .contains("classlink-token");
        assertThat(of("client-scopes"))
                .filteredOn(scope -> scope.get("name").textValue().equals("classlink-token"))
                .singleElement()
                .satisfies(scope -> assertThat(
                                scope.at("/attributes/include.in.token.scope").textValue())
                        .isEqualTo("true"));
    }

    @Test
    void theAppHasTokenExchangeAHomeUrlAndABackChannelLogoutUrl() {
        console.menu("clients").follow(APP).scrollToText("Access settings");
        console.type("baseUrl", "https://reading.example/login");
        browser.screenshot("app-home-url");
        console.scrollToText("Capability config");
        console.turn("kc-authentication", true).turn("kc-standard-token-exchange-enabled", true);
        browser.screenshot("app-token-exchange");
        console.scrollToText("Logout settings").turn("kc-frontchannelLogout-switch", false);
        console.typeInto("backchannelLogoutUrl", "https://reading.example/backchannel-logout");
        browser.screenshot("app-logout-url");
        console.press("settings-save").alert();

        JsonNode client = client();
        assertThat(client.get("baseUrl").textValue()).isEqualTo("https://reading.example/login");
        assertThat(client.get("publicClient").booleanValue()).isFalse();
        assertThat(client.at("/attributes/standard.token.exchange.enabled").textValue())
                .isEqualTo("true");
        assertThat(client.get("frontchannelLogout").booleanValue()).isFalse();
        assertThat(client.at("/attributes/backchannel.logout.url").textValue())
                .isEqualTo("https://reading.example/backchannel-logout");
    }

    @Test
    void aGroupMapperMakesGroupsOfClasses() {
        console.menu("identity-providers")
                .follow("ClassLink")
                .press("mappers-tab")
                .newMapper();
        console.mapper("classlink-group-mapper", "classes");
        console.type("config.groupTemplate", "/classes/${tenant_id}/${class_title}/${class_role}")
                .pick("Group source", "roster-classes");
        JsonNode form = new ProviderMappers(realm).types().get("classlink-group-mapper");
        new FormPicture(form.get("properties"), realm.state().texts("admin", "en"))
                .take(browser, "mapper-group-classes");

        assertThat(console.saveMapper()).contains("Mapper created successfully");
        assertThat(of("identity-provider/instances/" + TestRealm.ALIAS + "/mappers"))
                .singleElement()
                .satisfies(mapper ->
                        assertThat(mapper.at("/config/groupSource").textValue()).isEqualTo("roster-classes"));
    }

    @Test
    void aClientScopeAddsTheClassesToTokens() {
        add("client-scopes", Http.json("{\"name\": \"classlink-classes\", \"protocol\": \"openid-connect\"}"));
        console.menu("client-scopes").follow("classlink-classes").press("mappers");
        console.newProtocolMapper("ClassLink classes").type("name", "classes").type("config.claim🍺name", "classes");
        browser.screenshot("scope-classes-mapper");
        console.press("save").alert();

        assertThat(of("client-scopes"))
                .filteredOn(scope -> scope.get("name").textValue().equals("classlink-classes"))
                .singleElement()
                .satisfies(
                        scope -> assertThat(scope.at("/protocolMappers/0/name").textValue())
                                .isEqualTo("classes"));
    }

    @Test
    void onlyStaffSignIn() {
        console.menu("identity-providers").follow("ClassLink").scrollToText("Advanced settings");
        console.turn("filteredByClaim", true);
        console.typeInto("claimFilterName", "Role")
                .typeInto("claimFilterValue", "Teacher|Administrator|Tenant Administrator");
        browser.screenshot("provider-essential-claim");
        console.saveProvider();

        JsonNode config = of("identity-provider/instances/" + TestRealm.ALIAS).get("config");
        assertThat(config.get("filteredByClaim").textValue()).isEqualTo("true");
        assertThat(config.get("claimFilterName").textValue()).isEqualTo("Role");
        assertThat(config.get("claimFilterValue").textValue()).isEqualTo("Teacher|Administrator|Tenant Administrator");
    }

    @Test
    void anAdministratorLinksAnAccount() {
        add("users", Http.json("{\"username\": \"orla.local\", \"enabled\": true}"));
        console.menu("users")
                .follow("orla.local")
                .press("identity-provider-links-tab")
                .pressText("Link account");
        console.typeInto("userId", "870002").typeInto("userName", "orla.local");
        browser.screenshot("user-link-account");
        console.press("confirm").alert();

        assertThat(realm.state().links(realm.state().user("orla.local")))
                .singleElement()
                .satisfies(link -> assertThat(link.get("userId").textValue()).isEqualTo("870002"));
    }

    @Test
    void theRealmStoresEventsAndHasTheTheme() {
        console.press("rs-realm-events-tab").press("rs-events-tab").turn("eventsEnabled", true);
        browser.screenshot("realm-events");
        console.press("save-user").alert();
        console.press("rs-themes-tab").choose("kc-login-theme", "classlink");
        browser.screenshot("realm-theme");
        console.press("themes-tab-save").alert();

        JsonNode settings = realm.admin().get("/realms/" + realm.name());
        assertThat(settings.get("eventsEnabled").booleanValue()).isTrue();
        assertThat(settings.get("loginTheme").textValue()).isEqualTo("classlink");
    }

    private void add(String collection, JsonNode content) {
        AdminApi.require(realm.admin().post("/realms/" + realm.name() + "/" + collection, content), collection);
    }

    private JsonNode of(String path) {
        return realm.admin().get("/realms/" + realm.name() + "/" + path);
    }

    private JsonNode client() {
        return of("clients?clientId=" + APP).get(0);
    }
}
