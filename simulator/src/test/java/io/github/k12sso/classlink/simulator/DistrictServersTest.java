package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The districts' own servers, asked as a client signs. */
class DistrictServersTest extends RosterTests {
    private static final String USERS = "/servers/harborpoint/ims/oneroster/v1p1/users";

    @AfterEach
    void rightTime() {
        simulator.clock().reset();
    }

    @Test
    void aKeyIsGivenToThePartnerOnly() {
        String path = "/applications/" + simulator.applicationId("harborpoint") + "/server";

        JsonNode server = RelyingParty.json(app.getAs("partner-key-of-the-simulator", path))
                .get("server");

        assertThat(server).isEqualTo(simulator.districtKey("harborpoint"));
        assertThat(server.get("endpoint_url").textValue()).isEqualTo(simulator.baseUrl() + "/servers/harborpoint");
        assertThat(app.getAs("junk", path).statusCode()).isEqualTo(401);
        assertThat(app.getAs("partner-key-of-the-simulator", "/applications/unknown/server")
                        .statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({"HMAC-SHA256, HmacSHA256", "HMAC-SHA1, HmacSHA1"})
    void aSignedRequestReadsTheDistrict(String method, String algorithm) {
        HttpResponse<String> answer =
                app.get(USERS + "?limit=50", "Authorization", signed("limit%3D50", method, algorithm));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(RelyingParty.json(answer).get("users")).hasSize(50);
        assertThat(answer.headers().firstValue("Link").orElseThrow())
                .startsWith("<" + simulator.baseUrl() + USERS + "?limit=50&offset=50");
    }

    @Test
    void otherParametersThanTheSignedOnesAreRefused() {
        String header = signed("limit%3D50", "HMAC-SHA256", "HmacSHA256");

        assertFailure(app.get(USERS + "?limit=51", "Authorization", header), 401, "unauthorisedrequest");
        assertFailure(app.get(USERS + "?limit=50&offset=1", "Authorization", header), 401, "unauthorisedrequest");
        assertFailure(
                app.get(USERS.replace("harborpoint", "maplevalley") + "?limit=50", "Authorization", header),
                401,
                "unauthorisedrequest");
        assertFailure(app.getAs("junk", USERS), 401, "unauthorisedrequest");
        assertFailure(app.get(USERS), 401, "unauthorisedrequest");
    }

    @Test
    void aNonceCountsOnce() {
        String header = signed("limit%3D50", "HMAC-SHA256", "HmacSHA256");

        assertThat(app.get(USERS + "?limit=50", "Authorization", header).statusCode())
                .isEqualTo(200);
        assertFailure(app.get(USERS + "?limit=50", "Authorization", header), 401, "unauthorisedrequest");
    }

    @Test
    void anotherClockIsRefused() {
        String header = signed("limit%3D50", "HMAC-SHA256", "HmacSHA256");
        simulator.clock().advance(Duration.ofMinutes(6));

        assertFailure(app.get(USERS + "?limit=50", "Authorization", header), 401, "unauthorisedrequest");
    }

    @Test
    void aKeyThatWasReplacedIsRefused() {
        String header = signed("limit%3D50", "HMAC-SHA256", "HmacSHA256");
        simulator.applications().rotateBearer("harborpoint");

        assertFailure(app.get(USERS + "?limit=50", "Authorization", header), 401, "unauthorisedrequest");
        assertThat(app.get(USERS + "?limit=50", "Authorization", signed("limit%3D50", "HMAC-SHA256", "HmacSHA256"))
                        .statusCode())
                .isEqualTo(200);
    }

    /** @param query as it stands in the base string, encoded twice; it comes before the parameters of OAuth */
    private static String signed(String query, String method, String algorithm) {
        JsonNode key = simulator.districtKey("harborpoint");
        String consumer = key.get("client_id").textValue();
        String nonce = UUID.randomUUID().toString();
        long timestamp = System.currentTimeMillis() / 1000;
        String base = "GET&" + encoded(simulator.baseUrl() + USERS) + "&" + query
                + encoded("&oauth_consumer_key=" + consumer + "&oauth_nonce=" + nonce + "&oauth_signature_method="
                        + method + "&oauth_timestamp=" + timestamp + "&oauth_version=1.0");
        String signature =
                encoded(hmac(algorithm, encoded(key.get("client_secret").textValue()) + "&", base));
        return ("OAuth realm=\"\", oauth_consumer_key=\"%s\", oauth_nonce=\"%s\", oauth_signature_method=\"%s\","
                        + " oauth_timestamp=\"%d\", oauth_version=\"1.0\", oauth_signature=\"%s\"")
                .formatted(consumer, nonce, method, timestamp, signature);
    }

    private static String hmac(String algorithm, String key, String text) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), algorithm));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
