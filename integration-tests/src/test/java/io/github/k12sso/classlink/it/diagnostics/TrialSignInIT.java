package io.github.k12sso.classlink.it.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Profiles;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A user signs in at ClassLink with an administrator's link; no Keycloak session starts. */
@WithTestEnvironment
class TrialSignInIT {

    private static final String START = "#classlink-trial-start";

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
    }

    /** Compares a trial with a real login of the same user in the same realm with the same mappers. */
    @Test
    void predictsTheResultOfARealSignInForEveryPersona() {
        mappers();
        for (Persona persona : environment.classLink().personas()) {
            int users = realm.state().users().size();
            JsonNode trial = trialOf(persona.id(), "yes");
            JsonNode again = trialOf(persona.id(), "yes");

            assertThat(trial.get("status").textValue()).isEqualTo("done");
            assertThat(again.get("steps")).as("a trial stores nothing").isEqualTo(sameTimes(again, trial));
            assertThat(realm.state().users()).hasSize(users);
            assertThat(realm.state().sessions()).isZero();
            assertThat(realm.admin().get("/realms/" + realm.name() + "/groups?search=districts"))
                    .as("no group is created")
                    .hasSize(users > 1 ? 1 : 0);

            assertThat(value(trial, "result", "reason")).as(persona.id()).isEqualTo("signed_in");
            realm.tokensOf(persona.id());
            JsonNode user = realm.state().user(value(trial, "user", "username"));
            assertThat(realm.state().links(user).get(0).get("userId").textValue())
                    .isEqualTo(value(trial, "user", "key"));
            assertThat(value(trial, "mapper sourced id", "attribute sourced_id"))
                    .isEqualTo(user.at("/attributes/sourced_id/0").asText());
            assertThat(list(value(trial, "user-afterwards", "groups")))
                    .isEqualTo(Set.copyOf(realm.state().groups(user)));
            assertThat(list(value(trial, "user-afterwards", "roles")).contains("staff"))
                    .isEqualTo(realm.state().roles(user).contains("staff"));
            assertThat(value(trial, "user-afterwards", "organizations").isEmpty())
                    .isEqualTo(realm.state().organizations(user).isEmpty());
            assertThat(value(trialOf(persona.id(), "yes"), "user", "user")).isEqualTo("existing");
            realm.admin()
                    .post(
                            "/realms/" + realm.name() + "/users/"
                                    + user.get("id").textValue() + "/logout",
                            Http.json("{}"));
        }
    }

    private void mappers() {
        realm.configureRealm(settings -> settings.put("organizationsEnabled", true));
        AdminApi.require(
                realm.admin().post("/realms/" + realm.name() + "/roles", Http.json("{\"name\": \"staff\"}")), "role");
        ProviderMappers mappers = new ProviderMappers(realm);
        mappers.add(
                "sourced id",
                "classlink-user-attribute-mapper",
                "INHERIT",
                Map.of("jsonField", "SourcedId", "userAttribute", "sourced_id"));
        mappers.add(
                "staff",
                "classlink-role-mapper",
                "INHERIT",
                Map.of("classlinkRoles", "Teacher\nTenant Administrator", "role", "staff"));
        mappers.add(
                "groups",
                "classlink-group-mapper",
                "FORCE",
                Map.of("groupTemplate", "/districts/${tenant_id}/${role}"));
        mappers.add("districts", "classlink-organization-mapper", "FORCE", Map.of("createOrganization", "true"));
    }

    @Test
    void showsEachStepForAUserWhoAgreed() {
        JsonNode trial = trialOf("student", "yes");

        assertThat(names(trial))
                .startsWith("token-answer", "id-token", "id-token-checks", "profile", "user")
                .endsWith("result");
        assertThat(value(trial, "token-answer", "members")).contains("access_token", "id_token");
        assertThat(value(trial, "id-token", "header.alg")).isEqualTo("RS256");
        assertThat(value(trial, "id-token", "aud")).isEqualTo(TestRealm.CLASSLINK_CLIENT);
        assertThat(value(trial, "id-token", "nonce")).isEqualTo("***");
        assertThat(step(trial, "id-token-checks").get("values"))
                .allMatch(check -> check.textValue().equals("ok"));
        assertThat(value(trial, "profile", "UserId")).isEqualTo("870001");
        assertThat(value(trial, "profile", "FirstName")).isEqualTo("***");
        assertThat(value(trial, "user", "username")).isEqualTo("mira.fernwick.2");
    }

    @Test
    void showsNothingAboutAUserWhoDidNotAgree() {
        JsonNode trial = trialOf("student", "");

        assertThat(trial.toString())
                .doesNotContainIgnoringCase("mira")
                .doesNotContainIgnoringCase("fernwick")
                .doesNotContain("870001", "@");
        assertThat(value(trial, "user", "user")).isEqualTo("new");
        assertThat(value(trial, "user", "username")).isEqualTo("***");
        assertThat(value(trial, "profile", "UserId")).isEqualTo("***");
        assertThat(value(trialOf("student-without-email", ""), "profile", "Email"))
                .isEmpty();
    }

    @Test
    void dataFromClassLinkIsEscapedOnThePage() {
        String script = "</textarea><script>document.title='x'</script>";
        environment
                .classLink()
                .overrideProfile(
                        "student",
                        profile -> Profiles.with(
                                profile, "Role", TextNode.valueOf(script).toString()));
        new ProviderMappers(realm)
                .add(
                        "\"><img src=x>",
                        "classlink-user-attribute-mapper",
                        "INHERIT",
                        Map.of("jsonField", "Role", "userAttribute", "role"));
        JsonNode created = create("{}");
        Browser browser = realm.newBrowser();
        WebPage atClassLink = browser.press(browser.open(url(created)), START, Map.of("consent", "yes"));

        WebPage report = realm.choosePersona(browser, atClassLink, "student");

        assertThat(value(get(created), "profile", "Role")).isEqualTo(script);
        assertThat(report.text()).contains(script);
        assertThat(report.document().select("#classlink-trial script:not([src]), #classlink-trial img"))
                .isEmpty();
    }

    @Test
    void namesReasonAndDistrictOfARefusedSignIn() {
        realm.configure("allowedTenants", "31");

        JsonNode trial = trialOf("student", "");
        WebPage page = realm.login(realm.newBrowser(), "student");

        assertThat(value(trial, "result", "reason"))
                .isEqualTo(realm.state().failureOn(page).at("/details/reason").textValue())
                .isEqualTo("district_not_allowed");
        assertThat(value(trial, "result", "tenant_id")).isEqualTo("2");
        assertThat(realm.state().failureOn(page).at("/details/tenant_id").textValue())
                .isEqualTo("2");
        String district = environment.classLink().persona("student").tenantName();
        assertThat(value(trial, "result", "district")).isEqualTo(district);
        assertThat(page.text()).contains("People from " + district);
        assertThat(page.document().select("a[href]").eachAttr("href"))
                .contains(environment.classLink().baseUrl().resolve("/").toString());
        assertThat(environment.logOf(realm))
                .anySatisfy(line -> assertThat(line).contains("tenant_id=2, district=" + district));
    }

    @Test
    void namesTheCheckThatAnIdTokenFails() {
        realm.configure("issuer", environment.classLink().baseUrl() + "/other");

        JsonNode trial = trialOf("student", "");

        assertThat(value(trial, "id-token-checks", "signature")).isEqualTo("ok");
        assertThat(value(trial, "id-token-checks", "issuer")).isEqualTo("failed");
        assertThat(value(trial, "id-token-checks", "audience")).isEqualTo("not checked");
        assertThat(value(trial, "result", "reason")).isEqualTo("id_token_issuer");
    }

    @Test
    void reportsAWrongSecret() {
        realm.configure("clientSecret", "wrong");

        assertThat(value(trialOf("student", ""), "result", "reason")).isEqualTo("client_rejected");
    }

    @Test
    void storesNoTokenAndNoEvent() {
        environment.classLink().tokenMode(TokenMode.GUIDE);
        environment.classLink().revocation(true);
        realm.configure("revocationUrl", environment.classLink().baseUrl() + "/oauth2/v2/revoke");
        environment.classLink().clearRequests();
        try {
            trialOf("student", "yes");
        } finally {
            environment.classLink().revocation(false);
            environment.classLink().tokenMode(TokenMode.CLASSLINK);
        }

        assertThat(environment.classLink().requests())
                .filteredOn(request -> request.endpoint() == Endpoint.REVOKE)
                .hasSize(2);
        assertThat(realm.state().events("REGISTER")).isEmpty();
        assertThat(realm.state().events("LOGIN")).isEmpty();
        assertThat(realm.state().events("IDENTITY_PROVIDER_LOGIN")).isEmpty();
    }

    @Test
    void aLinkCanBeUsedOnce() {
        JsonNode created = create("{}");
        Browser browser = realm.newBrowser();
        WebPage start = browser.open(url(created));
        Browser second = realm.newBrowser();
        WebPage atClassLink = second.press(second.open(url(created)), START);

        WebPage report = realm.choosePersona(browser, browser.press(start, START), "student");
        WebPage late = realm.choosePersona(second, atClassLink, "teacher");

        assertThat(report.document().selectFirst("#classlink-trial").attr("data-status"))
                .isEqualTo("done");
        assertThat(late.document().selectFirst("#classlink-trial").attr("data-status"))
                .isEqualTo("done");
        assertThat(late.text()).isEqualTo(report.text());
        assertThat(second.open(url(created)).document().select(START)).isEmpty();
    }

    /** A page of another site can't start a trial in a user's browser. */
    @Test
    void onlyTheLinksPageCanStart() {
        JsonNode created = create("{}");
        String key = new WebPage(url(created), 0, "").parameters().get("token");
        HttpResponse<String> answer = new Http()
                .send(Http.form(
                        realm.url("/classlink/classlink/trial"),
                        Map.of("key", key, "form", "guessed", "consent", "yes")));

        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location").orElseThrow())
                .startsWith(realm.url("/classlink").toString());
        assertThat(status(created)).isEqualTo("open");
    }

    /** ClassLink's callback for one browser is refused in another one. */
    @Test
    void onlyTheStartingBrowserCanFinish() {
        JsonNode created = create("{}");
        Browser browser = realm.newBrowser();
        Browser attacker = realm.newBrowser()
                .stoppingAt(address ->
                        address.toString().startsWith(realm.callbackUrl().toString()));
        WebPage callback = realm.choosePersona(attacker, attacker.press(attacker.open(url(created)), START), "student");

        WebPage page = browser.open(callback.address());

        assertThat(realm.state().failureOn(page).at("/details/reason").textValue())
                .isEqualTo("invalid_state");
        assertThat(status(created)).isEqualTo("open");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"lifespanSeconds\": 604801}",
                "{\"lifespanSeconds\": 1}",
                "{\"lifespanSeconds\": 1.5}",
                "{\"lifespanSeconds\": \"x\"}"
            })
    void theLifespanIsBounded(String body) {
        HttpResponse<String> answer = post(body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("from 10 to 604800");
    }

    @ParameterizedTest
    @CsvSource({
        "de, Testanmeldung mit",
        "es, Inicio de sesión de prueba con",
        "fr, Connexion d’essai avec",
        "pt-BR, Login de teste com"
    })
    void thePageIsTranslated(String language, String title) {
        realm.configureRealm(settings -> settings.put("internationalizationEnabled", true)
                .putArray("supportedLocales")
                .add("en")
                .add(language));

        Browser browser = realm.newBrowser();
        WebPage english = browser.open(url(create("{}")));
        String choice = english.document().select("[href],[value]").stream()
                .map(option -> option.hasAttr("href") ? option.attr("href") : option.attr("value"))
                .filter(address -> address.endsWith("kc_locale=" + language))
                .findFirst()
                .orElseThrow();
        WebPage chosen = browser.open(english.address().resolve(choice));

        assertThat(chosen.text()).contains(title);
        assertThat(browser.open(url(create("{}"))).text()).as("the next page").contains(title);
    }

    @Test
    void aLongerLifespanExpiresLater() {
        JsonNode week = create("{\"lifespanSeconds\": 604800}");

        assertThat(create("{}").get("expiresAt").textValue())
                .isLessThan(week.get("expiresAt").textValue());
        assertThat(status(week)).isEqualTo("open");
    }

    @Test
    void theNumberOfTrialsPerRealmIsBounded() {
        for (int trial = 0; trial < 100; trial++) {
            create("{}");
        }

        assertThat(post("{}").statusCode()).isEqualTo(409);
    }

    private JsonNode trialOf(String personaId, String consent) {
        JsonNode created = create("{}");
        assertThat(status(created)).isEqualTo("open");
        Browser browser = realm.newBrowser();
        WebPage atClassLink = browser.press(browser.open(url(created)), START, Map.of("consent", consent));
        WebPage report = realm.choosePersona(browser, atClassLink, personaId);
        assertThat(report.document().select("#classlink-trial-copy"))
                .as(report.text())
                .hasSize(1);
        return get(created);
    }

    private HttpResponse<String> post(String body) {
        return realm.admin().post("/realms/" + realm.name() + "/classlink/classlink/trials", Http.json(body));
    }

    private JsonNode create(String body) {
        return Http.json(AdminApi.require(post(body), "trials").body());
    }

    private JsonNode get(JsonNode created) {
        return realm.admin()
                .get("/realms/" + realm.name() + "/classlink/classlink/trials/"
                        + created.get("id").textValue());
    }

    private String status(JsonNode created) {
        return get(created).get("status").textValue();
    }

    private static URI url(JsonNode created) {
        return URI.create(created.get("url").textValue());
    }

    private static List<String> names(JsonNode trial) {
        return StreamSupport.stream(trial.get("steps").spliterator(), false)
                .map(step -> step.get("name").textValue())
                .toList();
    }

    private static JsonNode step(JsonNode trial, String name) {
        return StreamSupport.stream(trial.get("steps").spliterator(), false)
                .filter(step -> step.get("name").textValue().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no step " + name + " in " + trial));
    }

    private static String value(JsonNode trial, String step, String name) {
        return step(trial, step).get("values").path(name).asText();
    }

    /** A report with the ID token times of another report. */
    private static JsonNode sameTimes(JsonNode one, JsonNode other) {
        String text = other.get("steps").toString();
        for (String name : List.of("exp", "iat", "auth_time")) {
            text = text.replace(
                    "\"" + name + "\":\"" + value(other, "id-token", name),
                    "\"" + name + "\":\"" + value(one, "id-token", name));
        }
        return Http.json(text);
    }

    private static Set<String> list(String values) {
        return new TreeSet<>(Arrays.asList(values.split(", ", -1)));
    }
}
