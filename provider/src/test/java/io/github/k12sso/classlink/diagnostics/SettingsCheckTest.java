package io.github.k12sso.classlink.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.diagnostics.SetupCheck.Subject;
import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.common.enums.SslRequired;
import org.keycloak.models.RealmModel;

class SettingsCheckTest {

    private final Map<String, String> settings = new HashMap<>();
    private String frontendUrl;
    private SslRequired sslRequired = SslRequired.EXTERNAL;
    private boolean realmEnabled = true;

    private List<String> found(String keycloak) {
        RealmModel realm = Stub.of(
                RealmModel.class,
                Map.of(
                        "getName", arguments -> "school",
                        "isEnabled", arguments -> realmEnabled,
                        "getSslRequired", arguments -> sslRequired,
                        "getAttribute", arguments -> frontendUrl));
        ClassLinkIdentityProviderConfig config = Found.settings("", settings);
        return Found.by(new SettingsCheck(
                new Subject(Found.session(keycloak), realm, config, AllowedHosts.builtIn(), null, null)));
    }

    @ParameterizedTest
    @CsvSource({
        "https://sso.example/,EXTERNAL,ok",
        "https://sso.example/auth/,ALL,ok",
        "https://sso.example/,NONE,warning",
        "http://sso.example/,EXTERNAL,failed",
        "http://localhost:8080/,EXTERNAL,warning",
        "http://127.0.0.1:8080/,NONE,warning"
    })
    void usersMustReachKeycloakOverHttps(String keycloak, SslRequired required, String status) {
        sslRequired = required;

        assertThat(found(keycloak))
                .anyMatch(line -> line.startsWith("https " + status))
                .anyMatch(line -> line.contains(keycloak + "realms/school/broker/classlink/endpoint"));
    }

    @Test
    void aHostnameTakenFromTheRequestIsAWarning() {
        assertThat(found("https://sso.example/")).anyMatch(line -> line.startsWith("redirect-uri warning"));
        frontendUrl = "https://sso.example/";
        assertThat(found("https://sso.example/")).anyMatch(line -> line.startsWith("redirect-uri ok"));
    }

    @ParameterizedTest
    @CsvSource({
        "tokenUrl,https://evil.example/token,Endpoint: token URL names the host evil.example",
        "usernameTemplate,${nonsense},unknown placeholder",
        "rosterMode,partner-key,Roster: partner key is missing",
        "minValidityToken,never,from 5 to 3600"
    })
    void anInvalidStoredSettingIsReported(String key, String value, String says) {
        settings.put(key, value);

        assertThat(found("https://sso.example/"))
                .anyMatch(line -> line.startsWith("settings failed") && line.contains(says));
    }

    @Test
    void aDisabledRealmIsReported() {
        realmEnabled = false;
        assertThat(found("https://sso.example/")).anyMatch(line -> line.startsWith("enabled failed: The realm"));
    }
}
