package io.github.k12sso.classlink.it.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.PicturedRealm;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.browser.AddProviderPage;
import io.github.k12sso.classlink.it.support.browser.AdminConsole;
import io.github.k12sso.classlink.it.support.browser.Chromium;
import io.github.k12sso.classlink.it.support.browser.FormPicture;
import io.github.k12sso.classlink.it.support.machine.Installed;
import io.github.k12sso.classlink.it.support.machine.Needs;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The provider's form in Keycloak's admin console, as administrators fill it in. */
@WithTestEnvironment
@Needs(Installed.CHROMIUM)
@ResourceLock(Chromium.ONE_AT_A_TIME)
class ConsoleInChromiumIT {

    /** Height of a window that shows the whole form, in CSS pixels. */
    private static final int WHOLE_FORM = 2640;

    private static final String READING_APP = "reading-app";

    private TestRealm realm;
    private Chromium browser;
    private AdminConsole console;
    private AddProviderPage page;

    @BeforeEach
    void aRealmWithoutClassLink(TestEnvironment environment) {
        realm = PicturedRealm.create(environment);
        browser = Chromium.start().sized(1280, 1000);
        console = AdminConsole.open(
                browser,
                environment.keycloakUrl(),
                realm.name(),
                PicturedRealm.ADMINISTRATOR,
                PicturedRealm.ADMINISTRATOR);
        page = console.addProvider();
    }

    @AfterEach
    void deleteTheRealm(TestEnvironment environment) {
        browser.close();
        PicturedRealm.delete(environment);
    }

    @Full // half a minute of clicks on help buttons
    @Test
    void everyFieldShowsALabelAndAHelpText() {
        browser.sized(1280, WHOLE_FORM);
        new FormPicture(settings(), realm.state().texts("admin", "en")).take(browser, "console-add-provider");

        Map<String, String> texts = realm.state().texts("admin", "en");
        assertThat(page.text()).doesNotContain("classlink.settings");
        for (JsonNode setting : settings()) {
            String name = setting.get("name").textValue();
            assertThat(page.text()).contains(texts.get("classlink.settings." + name + ".label"));
            assertThat(page.help(name)).isEqualTo(texts.get("classlink.settings." + name + ".help"));
        }
    }

    @Test
    void aProviderNeedsOnlyIdAndSecret() {
        page.type("clientId", "c1").type("clientSecret", "s1").add();
        browser.screenshot("console-provider-added");

        JsonNode saved =
                realm.admin().get("/realms/" + realm.name() + "/identity-provider/instances/" + TestRealm.ALIAS);
        for (JsonNode setting : settings()) {
            if (setting.has("defaultValue")) {
                assertThat(saved.at("/config/" + setting.get("name").textValue())
                                .asText())
                        .as(setting.get("name").textValue())
                        .isEqualTo(setting.get("defaultValue").asText());
            }
        }
    }

    @Full // starts a browser
    @Test
    void theTileClientIsSelectedFromTheRealmsClients() {
        AdminApi.require(
                realm.admin()
                        .post(
                                "/realms/" + realm.name() + "/clients",
                                Http.json("{\"clientId\": \"" + READING_APP + "\"}")),
                READING_APP);
        console.type("displayName", "ClassLink");
        page.type("clientId", TestRealm.CLASSLINK_CLIENT)
                .type("clientSecret", TestRealm.CLASSLINK_SECRET)
                .add();
        console.alert();

        console.pick("LaunchPad: tile client", READING_APP).scrollToText("Sign-in: username template");
        new FormPicture(settings(), realm.state().texts("admin", "en")).take(browser, "tile-setting");
        console.saveProvider();

        JsonNode saved =
                realm.admin().get("/realms/" + realm.name() + "/identity-provider/instances/" + TestRealm.ALIAS);
        assertThat(saved.at("/config/launchpadClient").textValue()).isEqualTo(READING_APP);
    }

    @Full // starts a browser
    @Test
    void anInvalidValueIsRefusedWithAnExplanation() {
        page.type("clientId", "c1").type("clientSecret", "s1").type("partnerKey", "pk-4711");

        String refusal = page.addInVain();
        browser.screenshot("console-refused");

        assertThat(refusal)
                .contains("Roster: partner key must be a reference to Keycloak's vault")
                .doesNotContain("4711");
    }

    private JsonNode settings() {
        return realm.admin()
                .get("/realms/" + realm.name() + "/identity-provider/providers/classlink")
                .get("configProperties");
    }
}
