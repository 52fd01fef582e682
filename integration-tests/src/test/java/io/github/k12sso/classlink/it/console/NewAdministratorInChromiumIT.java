package io.github.k12sso.classlink.it.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.browser.AdminConsole;
import io.github.k12sso.classlink.it.support.browser.Chromium;
import io.github.k12sso.classlink.it.support.browser.LoginPage;
import io.github.k12sso.classlink.it.support.machine.Installed;
import io.github.k12sso.classlink.it.support.machine.Needs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The steps of docs/setup.md, in the admin console of an empty realm, up to a teacher's first login. */
@WithTestEnvironment
@Needs(Installed.CHROMIUM)
@Full // fifty clicks in the admin console
@ResourceLock(Chromium.ONE_AT_A_TIME)
class NewAdministratorInChromiumIT {

    /** Short: the console's pages break their lines for a long one. */
    private static final String NAME =
            "new-district-" + UUID.randomUUID().toString().substring(0, 4);

    private static final String REALM = "/realms/" + NAME;

    private TestEnvironment environment;
    private Chromium browser;
    private AdminConsole console;

    @BeforeEach
    void anEmptyRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        AdminApi.require(
                environment.admin().post("/realms", Http.json("{\"realm\": \"" + NAME + "\", \"enabled\": true}")),
                NAME);
        environment
                .classLink()
                .registerClient(
                        TestRealm.CLASSLINK_CLIENT,
                        TestRealm.CLASSLINK_SECRET,
                        List.of(environment.keycloakUrl() + "/realms/*"));
        browser = Chromium.start().sized(1280, 1000);
        console = AdminConsole.open(
                browser, environment.keycloakUrl(), NAME, TestEnvironment.ADMIN, TestEnvironment.ADMIN);
    }

    @AfterEach
    void theRealmIsGone() {
        browser.close();
        AdminApi.require(environment.admin().delete(REALM), NAME);
    }

    @Test
    void bringsATeacherToTheRightAttributeRoleGroupAndOrganization() {
        Instant begin = Instant.now();
        prepareTheRealm();
        addTheProvider();
        addTheMappers();
        Duration taken = Duration.between(begin, Instant.now());

        try (Chromium teachersBrowser = Chromium.start()) {
            LoginPage.open(teachersBrowser, environment.keycloakUrl().resolve(REALM + "/account/"))
                    .shown()
                    .chooseClassLink()
                    .signIn(environment.classLink().persona("teacher"))
                    .personalInfo();
        }

        JsonNode teacher = environment.admin().get(REALM + "/users?username=orla.thistledown.2&exact=true");
        assertThat(teacher).hasSize(1);
        String id = teacher.at("/0/id").textValue();
        assertThat(teacher.at("/0/attributes/classlink_sourced_id/0").textValue())
                .isEqualTo(environment.classLink().persona("teacher").sourcedId());
        assertThat(texts(REALM + "/users/" + id + "/role-mappings/realm", "name"))
                .contains("teacher");
        assertThat(texts(REALM + "/users/" + id + "/groups", "path")).containsExactly("/districts/2/Teacher");
        assertThat(texts(REALM + "/organizations/members/" + id + "/organizations", "name"))
                .containsExactly("Maple Valley Schools");
        // As docs/setup.md says, and besides: a click and a field for the wrong value, five for the local ClassLink.
        assertThat(console.clicks()).isEqualTo(49 + 1);
        assertThat(console.fields()).isEqualTo(16 + 6);
        assertThat(taken).isLessThan(Duration.ofMinutes(5));
    }

    /** Organizations, attributes, a role and the district's organization. */
    private void prepareTheRealm() {
        console.flip("organizationsEnabled").choose("unmanagedAttributePolicy", 2);
        browser.screenshot("setup-realm");
        console.press("realmSettingsGeneralTab-save").alert();

        console.menu("roles").press("create-role").type("name", "teacher").press("save");
        console.alert();

        console.menu("organizations").createFirst().type("name", "Maple Valley Schools");
        console.type("alias", "maple").press("save").alert();
        console.press("attributeTab").press("attributes-add-row");
        console.typeAttribute("classlink.tenant_id", "2");
        browser.screenshot("setup-organization");
        console.press("attributes-save").alert();
    }

    private void addTheProvider() {
        console.addClassLink();
        console.type("displayName", "ClassLink");
        console.type("config.clientId", TestRealm.CLASSLINK_CLIENT)
                .type("config.clientSecret", TestRealm.CLASSLINK_SECRET);
        browser.screenshot("setup-provider-top");
        console.scrollTo("authorizationUrl");
        browser.screenshot("setup-provider-bottom");

        console.type("config.authorizationUrl", "launchpad.example").press("createProvider");
        assertThat(console.alert()).contains("Endpoint: authorization URL", "https://");

        String classLink = environment.classLink().baseUrl().toString();
        console.type("config.authorizationUrl", classLink + "/oauth2/v2/auth")
                .type("config.tokenUrl", classLink + "/oauth2/v2/token")
                .type("config.jwksUrl", classLink + "/oauth2/v2/jwks")
                .type("config.issuer", classLink)
                .type("config.userInfoUrl", classLink + "/v2/my/info")
                .press("createProvider")
                .alert();
    }

    private void addTheMappers() {
        console.press("mappers-tab").newMapper();
        browser.screenshot("setup-mapper-types");
        for (String keycloaks : List.of(
                "oidc-user-attribute-idp-mapper",
                "oidc-role-idp-mapper",
                "oidc-advanced-group-idp-mapper",
                "oidc-username-idp-mapper")) {
            assertThat(console.offers(keycloaks)).as(keycloaks).isTrue();
        }

        console.mapper("classlink-user-attribute-mapper", "sourced id")
                .type("config.jsonField", "SourcedId")
                .typeInto("config.userAttribute", "classlink_sourced_id");
        browser.screenshot("setup-mapper-attribute");
        saveMapper();

        console.newMapper()
                .mapper("classlink-role-mapper", "teachers")
                .classLinkRole("Teacher")
                .realmRole("teacher");
        browser.screenshot("setup-mapper-role");
        saveMapper();

        console.newMapper()
                .mapper("classlink-group-mapper", "district and role")
                .type("config.groupTemplate", "/districts/${tenant_id}/${role}");
        browser.screenshot("setup-mapper-group");
        saveMapper();

        console.newMapper().mapper("classlink-organization-mapper", "organization");
        browser.screenshot("setup-mapper-organization");
        saveMapper();
        browser.screenshot("setup-mappers");
    }

    private void saveMapper() {
        assertThat(console.saveMapper()).contains("Mapper created successfully");
        console.backToMappers();
    }

    private List<String> texts(String path, String member) {
        return StreamSupport.stream(environment.admin().get(path).spliterator(), false)
                .map(element -> element.get(member).textValue())
                .toList();
    }
}
