package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import io.github.k12sso.classlink.simulator.secret.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every secret is reported, so that tests can search for leaks. */
class SecretsTest {
    private final Queue<Secret> told = new ConcurrentLinkedQueue<>();
    private ClassLinkSimulator simulator;
    private RelyingParty app;

    @BeforeEach
    void start() {
        simulator = ClassLinkSimulator.start(SimulatorSettings.defaults());
        simulator.tokenMode(TokenMode.GUIDE);
        app = new RelyingParty(simulator);
        simulator.tellSecretsTo(told::add);
    }

    @AfterEach
    void stop() {
        simulator.close();
    }

    @Test
    void secretsOfALoginAreReportedWithItsRedirectUri() {
        String code = app.codeFor("student");
        simulator.clearRequests();
        JsonNode tokens = RelyingParty.json(
                app.redeem(code, "code_verifier", "a-verifier-of-mine", "redirect_uri", RelyingParty.CALLBACK));

        assertThat(told)
                .contains(
                        ofLogin(Secret.SecretType.CODE, code),
                        ofLogin(Secret.SecretType.PKCE_VERIFIER, "a-verifier-of-mine"),
                        ofLogin(Secret.SecretType.CLIENT_SECRET, RelyingParty.SECRET),
                        ofLogin(
                                Secret.SecretType.ACCESS_TOKEN,
                                tokens.get("access_token").asText()),
                        ofLogin(
                                Secret.SecretType.REFRESH_TOKEN,
                                tokens.get("refresh_token").asText()),
                        ofLogin(
                                Secret.SecretType.ID_TOKEN,
                                tokens.get("id_token").asText()));
    }

    @Test
    void secretsInAHeaderAreReported() {
        String basic = Base64.getEncoder().encodeToString("test-app:secret".getBytes(StandardCharsets.UTF_8));
        app.get("/applications", "Authorization", "Bearer a-partner-key");
        app.get("/ims/oneroster/v1p1/schools", "Authorization", "bearer a-district-bearer");
        app.get("/v2/my/info", "Authorization", "Bearer an-access-token");
        app.get("/v2/my/info", "Authorization", "Basic " + basic);

        assertThat(told)
                .containsExactlyElementsOf(List.of(
                        ofNoLogin(Secret.SecretType.PARTNER_KEY, "a-partner-key"),
                        ofNoLogin(Secret.SecretType.DISTRICT_BEARER, "a-district-bearer"),
                        ofNoLogin(Secret.SecretType.ACCESS_TOKEN, "an-access-token"),
                        ofNoLogin(Secret.SecretType.CLIENT_SECRET, basic)));
        assertThat(told.toString()).doesNotContain("partner-key", basic);
    }

    private static Secret ofLogin(Secret.SecretType kind, String text) {
        return new Secret(kind, text, Optional.of(RelyingParty.CALLBACK));
    }

    private static Secret ofNoLogin(Secret.SecretType kind, String text) {
        return new Secret(kind, text, Optional.empty());
    }
}
