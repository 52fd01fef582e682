package io.github.k12sso.classlink.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.diagnostics.SetupCheck.Subject;
import io.github.k12sso.classlink.http.AllowedHosts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;

class TileCheckTest {

    private final Map<String, Function<Object[], Object>> client = new HashMap<>(Map.of(
            "getClientId", arguments -> "app",
            "isEnabled", arguments -> true,
            "isBearerOnly", arguments -> false,
            "getProtocol", arguments -> "openid-connect",
            "getRootUrl", arguments -> "",
            "getBaseUrl", arguments -> "https://app.example/login",
            "getAttribute", arguments -> "https://app.example/logout",
            "isFrontchannelLogout", arguments -> false));

    private List<String> found(String launchpadClient) {
        RealmModel realm = Stub.of(
                RealmModel.class,
                Map.of(
                        "getClientByClientId",
                        arguments -> arguments[0].equals("app") ? Stub.of(ClientModel.class, client) : null));
        return Found.by(new TileCheck(new Subject(
                Found.session("https://sso.example/"),
                realm,
                Found.settings("", Map.of("launchpadClient", launchpadClient)),
                AllowedHosts.builtIn(),
                null,
                null)));
    }

    @Test
    void withoutAClientNothingIsChecked() {
        assertThat(found("")).singleElement().asString().startsWith("tile-client ok");
    }

    @Test
    void aClientThatIsSetUpCorrectlyPasses() {
        assertThat(found("app")).hasSize(3).allMatch(line -> line.matches("[a-z-]+ ok: .*"));
    }

    @ParameterizedTest
    @CsvSource({"isEnabled,false", "isBearerOnly,true"})
    void aClientWithoutALoginFlowIsReported(String method, boolean value) {
        client.put(method, arguments -> value);
        assertThat(found("app")).singleElement().asString().startsWith("tile-client failed");
    }

    @Test
    void aSamlClientAndAMissingClientAreReported() {
        assertThat(found("other")).singleElement().asString().startsWith("tile-client failed");
        client.put("getProtocol", arguments -> "saml");
        assertThat(found("app")).singleElement().asString().startsWith("tile-client failed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example",
                "https://app.example/",
                "https://app.example//",
                "https://app.example/index.php",
                "https://app.example/home",
                "https://app.example/#top"
            })
    void aHomePageIsNotALoginAddress(String home) {
        client.put("getBaseUrl", arguments -> home);
        assertThat(found("app")).anyMatch(line -> line.startsWith("tile-home-url warning"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example/?login=true",
                "https://app.example/oauth2/authorization/keycloak",
                "https://app.example/homework/login",
                "https://app.example/{not a uri}"
            })
    void anotherPageCanBeALoginAddress(String home) {
        client.put("getBaseUrl", arguments -> home);
        assertThat(found("app")).anyMatch(line -> line.startsWith("tile-home-url ok"));
    }

    @Test
    void anAppThatKeycloakDoesNotCallAtALogoutIsReported() {
        client.put("isFrontchannelLogout", arguments -> true);
        assertThat(found("app")).anyMatch(line -> line.matches("tile-logout warning: .*Front channel logout on.*"));
        client.put("getAttribute", arguments -> " ");
        assertThat(found("app")).anyMatch(line -> line.matches("tile-logout warning: .*no backchannel logout URL.*"));
    }
}
