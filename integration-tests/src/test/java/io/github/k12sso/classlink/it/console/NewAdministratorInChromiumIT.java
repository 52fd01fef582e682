package io.github.k12sso.classlink.it.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.PicturedRealm;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.browser.AdminConsole;
import io.github.k12sso.classlink.it.support.browser.Chromium;
import io.github.k12sso.classlink.it.support.browser.FormPicture;
import io.github.k12sso.classlink.it.support.browser.LoginPage;
import io.github.k12sso.classlink.it.support.machine.Installed;
import io.github.k12sso.classlink.it.support.machine.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * The steps of docs/install/setup.md in the admin console of an empty realm, followed by the first logins of a teacher and of a
 * student without an email address.
 */
@WithTestEnvironment
@Needs(Installed.CHROMIUM)
@Full // eighty clicks in the admin console
@ResourceLock(Chromium.ONE_AT_A_TIME)
class NewAdministratorInChromiumIT {

    private static final String REALM = "/realms/" + PicturedRealm.NAME;
    private static final String BROWSER_FLOW = REALM + "/authentication/flows/browser/executions";

    private TestEnvironment environment;
    private TestRealm realm;
    private Chromium browser;
    private AdminConsole console;

    @BeforeEach
    void anEmptyRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = PicturedRealm.create(environment);
        browser = Chromium.start().sized(1280, 1000);
        console = AdminConsole.open(
                browser,
                environment.keycloakUrl(),
                PicturedRealm.NAME,
                PicturedRealm.ADMINISTRATOR,
                PicturedRealm.ADMINISTRATOR);
    }

    @AfterEach
    void deleteTheRealm() {
        browser.close();
        PicturedRealm.delete(environment);
    }

    @Test
    void aTeacherAndAStudentWithoutEmailSignInAfterTheDocumentedSetup() {
        Instant begin = Instant.now();
        prepareTheRealm();
        addTheProvider();
        addTheMappers();
        signIn("teacher");
        assertThatTheTeacherHasAttributeRoleGroupAndOrganization();

        allowStudentsWithoutEmail();
        Duration taken = Duration.between(begin, Instant.now());
        signIn("student-without-email");
        JsonNode student = environment.admin().get(REALM + "/users?username=nolan.nomail.2&exact=true");
        assertThat(student).hasSize(1);
        assertThat(student.at("/0/email").isMissingNode()).isTrue();
        assertThatStudentsCanSignIn();

        // In addition to the documented steps: one click and one field for the invalid value, five fields for the local
        // ClassLink.
        assertThat("The steps take " + (console.clicks() - 1) + " clicks and " + (console.fields() - 6) + " fields.")
                .isSubstringOf(page());
        assertThat(taken).isLessThan(Duration.ofMinutes(5));
        theLoginPageAsksForThePasswordAgain();
    }

    private void signIn(String persona) {
        try (Chromium ownBrowser = Chromium.start()) {
            LoginPage.open(ownBrowser, environment.keycloakUrl().resolve(REALM + "/account/"))
                    .shown()
                    .chooseClassLink()
                    .signIn(environment.classLink().persona(persona))
                    .personalInfo();
        }
    }

    private void assertThatTheTeacherHasAttributeRoleGroupAndOrganization() {
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
    }

    /** The checks "Students" in docs/administer/diagnostics.md. */
    private void assertThatStudentsCanSignIn() {
        JsonNode checks =
                environment.admin().get(REALM + "/classlink/classlink/check").get("checks");
        Set<String> names = Set.of(
                "email-required",
                "attribute-required",
                "name-validators",
                "first-login",
                "review-page",
                "email-as-username",
                "verify-email",
                "duplicate-emails",
                "brute-force",
                "required-actions",
                "allowed-districts",
                "identity-key",
                "student-access");

        assertThat(checks)
                .filteredOn(check -> names.contains(check.get("name").textValue()))
                .isNotEmpty()
                .noneMatch(check -> check.get("status").textValue().equals("failed"));
        assertThat(checks)
                .filteredOn(check -> check.get("status").textValue().equals("ok"))
                .extracting(check -> check.get("name").textValue())
                .contains("email-required", "review-page");
    }

    /** What the page says about Organizations and the login page, and how to restore the former login page. */
    private void theLoginPageAsksForThePasswordAgain() {
        URI account = environment.keycloakUrl().resolve(REALM + "/account/");
        try (Chromium ownBrowser = Chromium.start()) {
            assertThat(LoginPage.open(ownBrowser, account).shown().asksForThePassword())
                    .isFalse();
            ObjectNode organization = (ObjectNode)
                    StreamSupport.stream(environment.admin().get(BROWSER_FLOW).spliterator(), false)
                            .filter(step -> step.get("displayName").textValue().equals("Organization"))
                            .findFirst()
                            .orElseThrow();
            AdminApi.require(
                    environment.admin().put(BROWSER_FLOW, organization.put("requirement", "DISABLED")), "browser flow");
            assertThat(LoginPage.open(ownBrowser, account).shown().asksForThePassword())
                    .isTrue();
        }
    }

    /** Organizations, attributes, a role and the district's organization. */
    private void prepareTheRealm() {
        console.flip("organizationsEnabled").choose("unmanagedAttributePolicy", 2);
        browser.screenshot("setup-realm");
        console.press("realmSettingsGeneralTab-save").alert();

        console.menu("roles").press("create-role").type("name", "teacher");
        browser.screenshot("setup-role");
        console.press("save").alert();

        console.menu("organizations").createFirst().type("name", "Maple Valley Schools");
        console.type("alias", "maple");
        browser.screenshot("setup-organization");
        console.press("save").alert();
        console.press("attributeTab").press("attributes-add-row");
        console.typeAttribute("classlink.tenant_id", "2");
        browser.screenshot("setup-organization-attribute");
        console.press("attributes-save").alert();
    }

    private void addTheProvider() {
        console.addProvider();
        console.type("displayName", "ClassLink");
        console.type("config.clientId", TestRealm.CLASSLINK_CLIENT)
                .type("config.clientSecret", TestRealm.CLASSLINK_SECRET);
        FormPicture provider = new FormPicture(
                environment
                        .admin()
                        .get(REALM + "/identity-provider/providers/classlink")
                        .get("configProperties"),
                texts());
        provider.take(browser, "setup-provider-top");
        console.scrollToText("Endpoint: authorization URL");
        provider.take(browser, "setup-provider-bottom");

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
                .typeInto("config.userAttribute", "classlink_sourced_id");
        saveMapper("classlink-user-attribute-mapper", "setup-mapper-attribute");

        console.newMapper()
                .mapper("classlink-role-mapper", "teachers")
                .classLinkRole("Teacher")
                .realmRole("teacher");
        saveMapper("classlink-role-mapper", "setup-mapper-role");

        console.newMapper().mapper("classlink-group-mapper", "district and role");
        saveMapper("classlink-group-mapper", "setup-mapper-group");

        console.newMapper().mapper("classlink-organization-mapper", "organization");
        saveMapper("classlink-organization-mapper", "setup-mapper-organization");
        browser.screenshot("setup-mappers");
    }

    /** The user profile, the login settings and the first login. */
    private void allowStudentsWithoutEmail() {
        console.menu("realm-settings").press("rs-user-profile-tab");
        console.notRequired("email");
        browser.screenshot("setup-user-profile");
        console.saveAttribute();
        console.notRequired("firstName").saveAttribute();
        console.notRequired("lastName").saveAttribute();

        console.press("rs-login-tab").flip("kc-login-with-email-switch").alert();
        console.flip("kc-duplicate-emails-switch").alert();
        browser.screenshot("setup-login");

        console.menu("authentication").follow("Create flow").type("alias", "classlink first login");
        browser.screenshot("setup-new-flow");
        console.press("create").alert();
        console.addRequiredStep("idp-create-user-if-unique");
        browser.screenshot("setup-first-login");

        console.menu("identity-providers").follow("ClassLink");
        console.choose("firstBrokerLoginFlowAliasOverride", "classlink first login");
        browser.screenshot("setup-first-login-override");
        console.saveProvider();
    }

    private void saveMapper(String type, String picture) {
        JsonNode form = new ProviderMappers(realm).types().get(type);
        new FormPicture(form.get("properties"), texts()).take(browser, picture);
        assertThat(console.saveMapper()).contains("Mapper created successfully");
        console.backToMappers();
    }

    private static String page() {
        try {
            return Files.readString(Path.of(System.getProperty("project.root"), "docs", "install", "setup.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, String> texts() {
        return realm.state().texts("admin", "en");
    }

    private List<String> texts(String path, String member) {
        return StreamSupport.stream(environment.admin().get(path).spliterator(), false)
                .map(element -> element.get(member).textValue())
                .toList();
    }
}
