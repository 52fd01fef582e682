package io.github.k12sso.classlink.demo.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RosterAppMainTest {

    private final Map<String, String> environment = new HashMap<>(Map.of(
            "ISSUER", "http://keycloak.localhost:8080/realms/demo",
            "CLIENT_ID", "roster-app",
            "CLIENT_SECRET", "s",
            "PROVIDER_ALIAS", "classlink",
            "CLASSLINK_URL", "http://classlink.localhost:8090"));

    @Test
    void readsTheRosterItself() {
        assertThat(RosterAppMain.settings(environment).gateway()).isFalse();
        assertThat(RosterAppMain.settings(environment).bind()).isEqualTo("0.0.0.0");
    }

    @Test
    void readsThroughTheGateway() {
        environment.put("ROSTER", "gateway");

        assertThat(RosterAppMain.settings(environment).rosterUrl())
                .hasToString("http://keycloak.localhost:8080/realms/demo/classlink/classlink");
    }

    @Test
    void reportsAMissingSetting() {
        environment.put("CLIENT_SECRET", " ");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> RosterAppMain.settings(environment))
                .withMessage("CLIENT_SECRET is not set");
    }

    @Test
    void reportsAnInvalidSetting() {
        environment.put("ROSTER", "both");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> RosterAppMain.settings(environment))
                .withMessage("ROSTER=both must be direct or gateway");
    }
}
