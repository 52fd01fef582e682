package io.github.k12sso.classlink.it.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Full;
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

/** Fills in the settings of an app's client and a group mapper for classes, and takes the pictures for docs/administer. */
@WithTestEnvironment
@Needs(Installed.CHROMIUM)
@Full // starts a browser
@ResourceLock(Chromium.ONE_AT_A_TIME)
class AppSettingsInChromiumIT {

    private TestRealm realm;
    private Chromium browser;
    private AdminConsole console;

    @BeforeEach
    void openConsole(TestEnvironment environment) {
        realm = environment.newRealm();
        browser = Chromium.start().sized(1280, 1000);
        console = AdminConsole.open(
                browser, environment.keycloakUrl(), realm.name(), TestEnvironment.ADMIN, TestEnvironment.ADMIN);
    }

    @AfterEach
    void closeBrowser() {
        browser.close();
    }

    @Test
    void theSettingsOfAClientAreSaved() {
        console.page("client-scopes/new").type("name", "classlink-token");
        browser.screenshot("app-client-scope");

        console.page("clients/" + client().get("id").textValue() + "/settings").scrollToLabel("Root URL");
        console.type("rootUrl", "https://app.example").type("baseUrl", "https://app.example/login");
        browser.screenshot("app-home-url");
        console.scrollToLabel("Client authentication").flip("kc-standard-token-exchange-enabled");
        browser.screenshot("app-token-exchange");
        console.scrollToLabel("Front channel logout")
                .typeInto("backchannelLogoutUrl", "https://app.example/backchannel-logout");
        browser.screenshot("app-logout-url");
        console.saveProvider();

        assertThat(client().get("baseUrl").textValue()).isEqualTo("https://app.example/login");
        assertThat(client().at("/attributes/standard.token.exchange.enabled").textValue())
                .isEqualTo("true");
        assertThat(client().at("/attributes/backchannel.logout.url").textValue())
                .isEqualTo("https://app.example/backchannel-logout");
    }

    @Test
    void aGroupMapperForClassesIsSaved() {
        console.page("identity-providers/classlink/classlink/mappers")
                .newMapper()
                .mapper("classlink-group-mapper", "classes");
        console.type("config.groupTemplate", "/classes/${tenant_id}/${class_title}/${class_role}")
                .choose("config.groupSource", "roster-classes");
        JsonNode form = new ProviderMappers(realm).types().get("classlink-group-mapper");
        new FormPicture(form.get("properties"), realm.state().texts("admin", "en"))
                .take(browser, "mapper-group-classes");

        assertThat(console.saveMapper()).contains("Mapper created successfully");
    }

    private JsonNode client() {
        return realm.admin()
                .get("/realms/" + realm.name() + "/clients?clientId=" + TestRealm.APP)
                .get(0);
    }
}
