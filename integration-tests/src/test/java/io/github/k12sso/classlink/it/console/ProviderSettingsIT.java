package io.github.k12sso.classlink.it.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Saves settings as the console does. */
@WithTestEnvironment
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProviderSettingsIT {

    private TestRealm realm;

    @BeforeAll
    void aRealm(TestEnvironment environment) {
        realm = environment.newRealm();
        ObjectNode closed =
                ((ObjectNode) Http.json("{}")).put("clientId", "closed-app").put("enabled", false);
        AdminApi.require(realm.admin().post("/realms/" + realm.name() + "/clients", closed), "closed-app");
    }

    @ParameterizedTest
    @CsvSource({
        "authorizationUrl, https://login.evil.example/auth, Endpoint: authorization URL, login.evil.example",
        "tokenUrl, https://evil.example/token, Endpoint: token URL, --spi-social--classlink--allowed-hosts=evil.example",
        "tokenUrl, http://launchpad.classlink.com/token, Endpoint: token URL, https://",
        "tokenUrl, https://launchpad.classlink.com@evil.example/, Endpoint: token URL, username",
        "jwksUrl, https://classlink.com.evil.example/jwks, Endpoint: JWKS URL, classlink.com",
        "userInfoUrl, file:///etc/passwd, Endpoint: profile URL, complete URL",
        "revocationUrl, https://169.254.169.254/, Endpoint: revocation URL, not allowed",
        "identityKey, email, Sign-in: identity key, tenant-and-sourced-id",
        "usernameTemplate, everybody, Sign-in: username template, placeholder",
        "usernameTemplate, ${loginid}, Sign-in: username template, ${login_id}",
        "allowedTenants, 2##two thousand, Sign-in: allowed districts, 2284",
        "tokenLifetimeSeconds, 1d, Token: default lifetime (seconds), 60 to 31536000",
        "tokenLifetimeSeconds, 59, Token: default lifetime (seconds), 60",
        "requireIdToken, maybe, Protocol: id_token required, true or false",
        "clientAuthMethod, private_key_jwt, Protocol: client authentication, client_secret_basic",
        "tokenScope, two scopes, Token: client scope for exchange, without spaces",
        "pkceEnabled, 1, Protocol: PKCE, true or false",
        "allowedClockSkew, 301, Protocol: allowed clock skew (seconds), 0 to 300",
        "filteredByClaim, true, Verify essential claim, the name of a claim",
        "launchpadClient, closed-app, LaunchPad: tile client, OpenID Connect client that is enabled",
        "rosterMode, on, Roster: access mode, 'off, user-token, partner-key, district-key'",
        "rosterMode, partner-key, Roster: partner key is missing, ${vault.classlink-partner-key}",
        "partnerKey, pk-4711, Roster: partner key, ${vault.classlink-partner-key}",
        "districtKeys, pk-4711, Roster: district keys, ${vault.classlink-district}",
        "rosterScope, two scopes, Roster: client scope, without spaces",
        "rosterUrl, https://rosters.evil.example, Roster: service URL, rosters.evil.example"
    })
    void anInvalidValueIsRefusedWithAnExplanation(String key, String value, String label, String advice) {
        HttpResponse<String> answer =
                realm.tryToConfigure(provider -> ((ObjectNode) provider.get("config")).put(key, value));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Http.json(answer.body()).get("errorMessage").textValue())
                .startsWith(label)
                .contains(advice);
    }

    @Test
    void thePartnerKeyItselfIsNotRepeated() {
        HttpResponse<String> answer =
                realm.tryToConfigure(provider -> ((ObjectNode) provider.get("config")).put("partnerKey", "pk-4711"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).doesNotContain("4711");
    }

    @Test
    void everySettingHasAFieldInTheConsole() {
        List<String> keycloaksOwn = List.of("clientId", "clientSecret", "defaultScope", "storeToken");
        JsonNode ours = realm.admin()
                .get("/realms/" + realm.name() + "/identity-provider/providers/classlink")
                .get("configProperties");

        assertThat(ours)
                .extracting(setting -> setting.get("name").textValue())
                .doesNotContainAnyElementsOf(keycloaksOwn)
                .contains(
                        "authorizationUrl",
                        "tokenUrl",
                        "jwksUrl",
                        "issuer",
                        "userInfoUrl",
                        "revocationUrl",
                        "pkceEnabled",
                        "requireIdToken",
                        "identityKey",
                        "usernameTemplate",
                        "allowedTenants",
                        "tokenLifetimeSeconds",
                        "tokenScope",
                        "launchpadClient",
                        "rosterMode",
                        "rosterUrl",
                        "partnerKey",
                        "districtKeys",
                        "rosterScope");
    }

    @Test
    void tilesAndRostersCanBeSetUp() {
        realm.configure(provider -> ((ObjectNode) provider.get("config"))
                .put("launchpadClient", TestRealm.APP)
                .put("rosterMode", "partner-key")
                .put("partnerKey", "${vault.classlink-partner-key}")
                .put("rosterScope", "rosters")
                .put("rosterUrl", "https://district.oneroster.com"));

        JsonNode saved = realm.admin()
                .get("/realms/" + realm.name() + "/identity-provider/instances/" + TestRealm.ALIAS)
                .get("config");
        assertThat(saved.get("launchpadClient").textValue()).isEqualTo(TestRealm.APP);
        assertThat(saved.get("partnerKey").textValue()).isEqualTo("${vault.classlink-partner-key}");
        assertThat(saved.get("rosterUrl").textValue()).isEqualTo("https://district.oneroster.com");
    }

    @Test
    void onlyAClientIdIsRequired() {
        ObjectNode provider =
                ((ObjectNode) Http.json("{}")).put("alias", "classlink-two").put("providerId", "classlink");
        provider.putObject("config").put("clientId", "c1").put("clientSecret", "s1");

        HttpResponse<String> answer = create(provider);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        WebPage login = realm.newBrowser().open(realm.loginRequest("openid"));
        assertThat(login.status()).isEqualTo(200);
    }

    @Test
    void aMissingClientIdIsReported() {
        ObjectNode provider =
                ((ObjectNode) Http.json("{}")).put("alias", "classlink-three").put("providerId", "classlink");
        provider.putObject("config");

        HttpResponse<String> answer = create(provider);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("Client ID is missing").contains("Partner Portal");
    }

    @Test
    void theClientSecretIsMasked() {
        JsonNode provider =
                realm.admin().get("/realms/" + realm.name() + "/identity-provider/instances/" + TestRealm.ALIAS);

        assertThat(provider.at("/config/clientSecret").textValue()).isEqualTo("**********");
    }

    @Test
    void anotherNameOfAnAllowedHostIsRefused() {
        HttpResponse<String> answer = realm.tryToConfigure(
                provider -> ((ObjectNode) provider.get("config")).put("userInfoUrl", "http://127.0.0.1:1/"));

        assertThat(answer.statusCode()).isEqualTo(400);
    }

    private HttpResponse<String> create(ObjectNode provider) {
        return realm.admin().post("/realms/" + realm.name() + "/identity-provider/instances", provider);
    }
}
