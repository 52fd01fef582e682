package io.github.k12sso.classlink.it.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Checks the headings of {@code docs/administer/troubleshooting.md} against the messages that users see. */
@WithTestEnvironment
class TroubleshootingIT {

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
    }

    @Test
    void everyMessageIsAHeading() throws IOException {
        Map<String, String> texts = realm.state().texts("login", "en");

        assertThat(headings())
                .containsAll(texts.entrySet().stream()
                        .filter(text -> text.getKey().startsWith("classlink.error."))
                        .map(text -> firstSentence(text.getValue()))
                        .toList());
    }

    @Test
    void aCallbackWithoutALogin() {
        assertHeading("This sign-in did not start in your app, or it took too long.", open(realm.callbackUrl()));
    }

    @Test
    void aWrongClientSecret() {
        realm.configure("clientSecret", "not-the-secret");

        assertHeading("Signing in with ClassLink is not set up correctly.", login());
        assertReason("client_rejected");
    }

    @Test
    void aScopeThatIsNotSelected() {
        realm.configure("defaultScope", "openid roster.read");

        assertHeading("Signing in with ClassLink is not set up correctly.", login());
        assertReason("scope_rejected");
    }

    @Test
    void anUnregisteredRedirectUri() {
        environment
                .classLink()
                .faults()
                .inject(Endpoint.TOKEN, Fault.status(400).body("{\"error\":\"redirect_uri_mismatch\"}"));

        assertHeading("Signing in with ClassLink is not set up correctly.", login());
        assertReason("redirect_uri_rejected");
    }

    @Test
    void aFirewallThatAnswersInsteadOfClassLink() {
        environment
                .classLink()
                .faults()
                .inject(Endpoint.MY_INFO, Fault.status(403).body("<html>Blocked</html>"));

        assertHeading("Signing in with ClassLink is not set up correctly.", login());
        assertReason("profile_rejected");
    }

    @Test
    void anExpiredCode() {
        Browser browser = new Browser().stoppingAt(address -> address.getPath().endsWith("/broker/classlink/endpoint"));
        WebPage stopped = realm.login(browser, "student");
        environment.classLink().clock().advance(Duration.ofMinutes(6));

        WebPage page = browser.stoppingAt(address -> "app.example".equals(address.getHost()))
                .open(URI.create(realm.callbackUrl() + "?" + Http.query(stopped.parameters())));

        assertHeading("Your sign-in took too long, or it was used before.", page);
        assertReason("code_rejected");
    }

    @Test
    void classLinkUnreachable() {
        environment.classLink().faults().inject(Endpoint.TOKEN, Fault.reset());

        assertHeading("ClassLink does not answer right now.", login());
        assertReason("classlink_unavailable");
    }

    @Test
    void malformedResponse() {
        environment.classLink().faults().inject(Endpoint.MY_INFO, Fault.malformedJson());

        assertHeading("ClassLink sent an answer that we do not understand.", login());
        assertReason("malformed_answer");
    }

    @Test
    void differentClocks() {
        environment.classLink().clock().advance(Duration.ofHours(1));

        assertHeading("We are not sure who you are, so you are not signed in.", login());
        assertReason("id_token_times");
    }

    @Test
    void aDisallowedDistrict() {
        realm.configure("allowedTenants", "1");

        assertHeading("People from Maple Valley Schools can’t sign in here.", login());
        assertReason("district_not_allowed");
    }

    @Test
    void aUserWithoutTheEssentialClaim() {
        realm.configure(provider -> ((ObjectNode) provider.get("config"))
                .put("filteredByClaim", "true")
                .put("claimFilterName", "Role")
                .put("claimFilterValue", "Teacher"));

        assertHeading("Your ClassLink account doesn’t have access to this app.", login());
        assertReason("essential_claim_unmatched");
    }

    @Test
    void anAccountWithoutASourcedId() {
        realm.configure("identityKey", "tenant-and-sourced-id");
        environment.classLink().overrideProfile("student", profile -> {
            profile.remove("SourcedId");
            return profile;
        });

        assertHeading("Your ClassLink account has no school id yet, and this app needs one.", login());
        assertReason("identity_incomplete");
    }

    @Test
    void aTileWithoutAClient() {
        assertHeading("This tile does not open an app yet.", open(URI.create(realm.callbackUrl() + "?code=c1")));
        assertReason("launch_not_configured");
    }

    @Test
    void aProviderForLinkingOnly() {
        realm.configure(provider -> provider.put("linkOnly", true));

        assertHeading(
                "Sign-in with ClassLink isn’t available here right now.",
                open(URI.create(realm.callbackUrl() + "?code=c1")));
        assertReason("provider_link_only");
    }

    @Test
    void refusedConsent() {
        assertHeading(
                "You chose not to share your ClassLink account, so you weren’t signed in.",
                open(URI.create(realm.callbackUrl() + "?error=access_denied")));
        assertReason("access_denied");
    }

    @Test
    void keycloaksFirstLoginFlowAndAUserWithoutEmail() throws IOException {
        ObjectNode description = (ObjectNode) Http.json("{\"realm\": \"troubled\", \"enabled\": true}");
        AdminApi.require(environment.admin().post("/realms", description), "new realm");
        AdminApi.require(
                environment
                        .admin()
                        .post(
                                "/realms/troubled/identity-provider/instances",
                                Http.json(
                                        "{\"alias\": \"classlink\", \"providerId\": \"classlink\", \"enabled\": true, "
                                                + "\"config\": {\"clientId\": \"" + TestRealm.CLASSLINK_CLIENT
                                                + "\", \"clientSecret\": \"plain\"}}")),
                "new provider");
        environment
                .classLink()
                .registerClient(TestRealm.CLASSLINK_CLIENT, "plain", List.of(environment.keycloakUrl() + "/realms/*"));
        TestRealm plain = environment.realm("troubled");
        plain.useLocalClassLink();
        plain.addApp();

        WebPage page = plain.login(plain.newBrowser(), "student-without-email", plain.loginRequest("openid"));

        assertThat(page.document().text()).contains("Update Account Information");
        assertThat(headings()).contains("Update Account Information");
    }

    private WebPage login() {
        return realm.login(realm.newBrowser(), "student");
    }

    private WebPage open(URI address) {
        return realm.newBrowser().open(address);
    }

    private void assertHeading(String heading, WebPage page) {
        assertThat(page.error()).startsWith(heading);
        try {
            assertThat(headings()).contains(heading);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertReason(String reason) {
        assertThat(realm.state()
                        .events("IDENTITY_PROVIDER_LOGIN_ERROR")
                        .at("/0/details/reason")
                        .textValue())
                .isEqualTo(reason);
    }

    private static List<String> headings() throws IOException {
        Path page = Path.of(System.getProperty("project.root"), "docs", "administer", "troubleshooting.md");
        return Files.readAllLines(page).stream()
                .filter(line -> line.startsWith("## "))
                .map(line -> line.substring("## ".length()))
                .toList();
    }

    private static String firstSentence(String text) {
        return text.replace("{0}", "ClassLink")
                .replace("{3}", "Maple Valley Schools")
                .split("(?<=\\.) |<", 2)[0];
    }
}
