package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The districts' own servers, called with signed requests. */
class DistrictServersTest extends RosterTests {
    private static final String USERS = "/servers/harborpoint/ims/oneroster/v1p1/users";

    private OAuthClient client;

    @BeforeEach
    void client() {
        client = new OAuthClient(simulator, app);
    }

    @AfterEach
    void rightTime() {
        simulator.clock().reset();
    }

    @Test
    void onlyThePartnerGetsADistrictKey() {
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

    @Test
    void secretsContainNoSpacesWhichClassLinkLibrariesEncodeAsPlus() {
        assertThat(simulator.districtKey("harborpoint").get("client_secret").textValue())
                .matches("[0-9a-f-]{36}\\S+")
                .doesNotContain(" ");
    }

    @Nested
    class Signatures {
        @ParameterizedTest
        @CsvSource({"HMAC-SHA256, HmacSHA256", "HMAC-SHA1, HmacSHA1"})
        void grantAccessToTheDistrict(String method, String algorithm) {
            HttpResponse<String> answer = client.users(signing -> signing.algorithm(method, algorithm));

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(RelyingParty.json(answer).get("users")).hasSize(50);
            assertThat(answer.headers().firstValue("Link").orElseThrow())
                    .isEqualTo("<" + simulator.baseUrl() + USERS + "?limit=50&offset=50>; rel=\"next\"");
        }

        @ParameterizedTest
        @CsvSource({
            "HMAC-SHA512, HmacSHA512",
            "hmac-sha256, HmacSHA256",
            "HMAC-SHA1, HmacSHA256",
            "PLAINTEXT, HmacSHA1",
            "RSA-SHA1, HmacSHA1"
        })
        void ofOtherMethodsAreRefused(String method, String algorithm) {
            assertRefused(client.users(signing -> signing.algorithm(method, algorithm)));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "role='student' AND dateLastModified>'2026-01-01T00:00:00.000Z'",
                    "familyName='O''Brien'",
                    "username='a+b c%20d~e*f!(g)'",
                    "familyName='Núñez'"
                })
        void coverTheDecodedQuery(String filter) {
            OAuthClient.Signing signing = client.get("users").query("filter", filter);

            assertThat(signing.send().statusCode()).isEqualTo(200);

            String plus = USERS + "?filter="
                    + encoded(filter).replace("%20", "+").replace("!", "%21").replace("'", "%27");
            assertThat(app.get(
                                    plus,
                                    "Authorization",
                                    client.get("users").query("filter", filter).header(","))
                            .statusCode())
                    .as("spaces encoded as +")
                    .isEqualTo(200);
        }

        @Test
        void coverRepeatedAndEmptyParameters() {
            OAuthClient.Signing signing = client.get("users")
                    .query("c2", "")
                    .query("a3", "a")
                    .query("a3", "2 q")
                    .query("c@", "")
                    .query("z", "1&z=2");

            assertThat(signing.send().statusCode()).isEqualTo(200);
            assertThat(app.get(USERS + "?z=1%26z%3D2&c%40&a3=2+q&c2&a3=a", "Authorization", signing.renewed())
                            .statusCode())
                    .isEqualTo(200);
            assertRefused(app.get(USERS + "?z=1&z=2&c%40&a3=2+q&c2&a3=a", "Authorization", signing.renewed()));
        }

        @Test
        void ofOtherParametersAreRefused() {
            String header = client.get("users").query("limit", "50").header(", ");

            assertRefused(app.get(USERS + "?limit=51", "Authorization", header));
            assertRefused(app.get(USERS + "?limit=50&offset=1", "Authorization", header));
            assertRefused(app.get(USERS, "Authorization", header));
            assertRefused(app.get(USERS.replace("harborpoint", "maplevalley") + "?limit=50", "Authorization", header));
            assertRefused(app.getAs("junk", USERS));
            assertRefused(app.get(USERS));
        }

        @Test
        void coverTheUrlNormalizedByRfc5849() {
            String port = ":" + simulator.baseUrl().getPort();

            OAuthClient.Signing byNumber = client.get("users").base("http://127.0.0.1" + port);
            assertThat(app.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1" + port + byNumber.target()))
                                    .header("Authorization", byNumber.header(",")))
                            .statusCode())
                    .as("signed for the Host header")
                    .isEqualTo(200);
            assertRefused(client.users(signing -> signing.base("https://localhost" + port)));
            assertRefused(client.users(signing -> signing.base("http://localhost")));
            assertRefused(client.users(signing -> signing.base("http://LOCALHOST" + port)));
        }

        @ParameterizedTest
        @CsvSource({
            "https://Roster.Example:443, https://roster.example",
            "http://roster.example:80/, http://roster.example",
            "https://roster.example:80, https://roster.example:80",
            "https://roster.example/Base, https://roster.example/Base"
        })
        void coverThePublicUrlOfASimulatorBehindAProxy(URI published, String signed) throws IOException {
            int port = freePort();
            try (ClassLinkSimulator other = ClassLinkSimulator.start(
                    SimulatorSettings.builder().port(port).publicUrl(published).build())) {
                OAuthClient.Signing signing =
                        new OAuthClient(other, app).get("users").base(signed);
                URI address = URI.create("http://localhost:" + port + signing.target());

                assertThat(app.send(HttpRequest.newBuilder(address).header("Authorization", signing.header(",")))
                                .statusCode())
                        .isEqualTo(200);
            }
        }

        @Test
        void mayCoverThePathAsSent() {
            assertThat(client.get("users/7%7Cnorth%2F2%20b").send().statusCode())
                    .as("signature accepted, object not found")
                    .isEqualTo(404);
            assertThat(client.get("courses/").query("limit", "2").send().statusCode())
                    .isEqualTo(200);
        }

        @Test
        void ofAReplacedKeyAreRefused() {
            OAuthClient.Signing early = client.get("users").query("limit", "50");
            String header = early.header(", ");
            simulator.applications().rotateBearer("harborpoint");

            assertRefused(early.sendWith(header));
            assertThat(early.send().statusCode()).isEqualTo(200);
        }
    }

    @Nested
    class Times {
        @Test
        void aNonceIsAcceptedOncePerTimestamp() {
            long now = Instant.now().getEpochSecond();
            OAuthClient.Signing first = signedAt(now, "users");
            String header = first.header(", ");
            assertThat(first.sendWith(header).statusCode()).isEqualTo(200);
            assertRefused(first.sendWith(header));
            assertRefused(signedAt(now, "orgs").send());

            assertThat(signedAt(now + 1, "users").send().statusCode())
                    .as("another timestamp")
                    .isEqualTo(200);
        }

        private OAuthClient.Signing signedAt(long time, String collection) {
            return client.get(collection).with("oauth_nonce", "n").with("oauth_timestamp", String.valueOf(time));
        }

        @Test
        void anInvalidSignatureDoesNotConsumeTheNonce() {
            OAuthClient.Signing signing = client.get("users").with("oauth_nonce", "kept");
            assertRefused(client.get("users")
                    .with("oauth_nonce", "kept")
                    .with("oauth_signature", "AAAA")
                    .send());
            assertThat(signing.send().statusCode()).isEqualTo(200);
        }

        @ParameterizedTest
        @CsvSource({"290, 200", "-290, 200", "310, 401", "-310, 401"})
        void fiveMinutesOfSkewAreTolerated(int seconds, int status) {
            OAuthClient.Signing signing = client.get("users");
            simulator.clock().advance(Duration.ofSeconds(seconds));

            assertThat(signing.send().statusCode()).isEqualTo(status);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void assertRefused(HttpResponse<String> answer) {
        assertFailure(answer, 401, "unauthorisedrequest");
    }
}
