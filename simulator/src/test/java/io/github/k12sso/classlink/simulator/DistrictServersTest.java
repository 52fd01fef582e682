package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The districts' own servers, asked as a client signs. */
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

    @Test
    void severalLibrariesOfClassLinkEncodeASpaceOfTheSecretAsAPlus() {
        assertThat(simulator.districtKey("harborpoint").get("client_secret").textValue())
                .matches("[0-9a-f-]{36}\\S+")
                .doesNotContain(" ");
    }

    @Nested
    class Signatures {
        @ParameterizedTest
        @CsvSource({"HMAC-SHA256, HmacSHA256", "HMAC-SHA1, HmacSHA1"})
        void readTheDistrict(String method, String algorithm) {
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
        void coverTheQueryDecoded(String filter) {
            OAuthClient.Signing signing = client.get("users").query("filter", filter);

            assertThat(signing.send().statusCode()).isEqualTo(200);

            String plus = USERS + "?filter="
                    + encoded(filter).replace("%20", "+").replace("!", "%21").replace("'", "%27");
            assertThat(app.get(
                                    plus,
                                    "Authorization",
                                    client.get("users").query("filter", filter).header(","))
                            .statusCode())
                    .as("spaces as +")
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
        void coverTheAddressByTheRulesOfRfc5849() {
            String port = ":" + simulator.baseUrl().getPort();

            OAuthClient.Signing byNumber = client.get("users").base("http://127.0.0.1" + port);
            assertThat(app.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1" + port + byNumber.target()))
                                    .header("Authorization", byNumber.header(",")))
                            .statusCode())
                    .as("by the Host header")
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
        void coverThePublicAddressOfASimulatorBehindAProxy(URI published, String signed) throws IOException {
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
        void mayCoverThePathAsItIsSent() {
            assertThat(client.get("users/7%7Cnorth%2F2%20b").send().statusCode())
                    .as("signed, and nobody is there")
                    .isEqualTo(404);
            assertThat(client.get("courses/").query("limit", "2").send().statusCode())
                    .isEqualTo(200);
        }

        @Test
        void ofAKeyThatWasReplacedAreRefused() {
            OAuthClient.Signing early = client.get("users").query("limit", "50");
            String header = early.header(", ");
            simulator.applications().rotateBearer("harborpoint");

            assertRefused(early.sendWith(header));
            assertThat(early.send().statusCode()).isEqualTo(200);
        }
    }

    @Nested
    class Headers {
        @ParameterizedTest
        @ValueSource(strings = {",", ", ", " , ", "  ,\t", ",,", ", ,"})
        void mayHaveWhitespaceAndEmptyElements(String separator) {
            OAuthClient.Signing signing = client.get("users");
            assertThat(signing.sendWith(signing.header(separator)).statusCode()).isEqualTo(200);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "realm=\"\", ",
                    "realm=\"https://district.example/\", ",
                    "realm=\"a, oauth_nonce=b\", ",
                    "realm=\"a \\\"quoted\\\" word\", ",
                    "Realm=\"x\",",
                    ""
                })
        void mayNameARealm(String realm) {
            OAuthClient.Signing signing = client.get("users");
            String header = signing.header(", ");
            assertThat(signing.sendWith("OAuth " + realm + header.substring(6)).statusCode())
                    .isEqualTo(200);
        }

        @ParameterizedTest
        @ValueSource(strings = {"OAuth", "oauth", "OAUTH"})
        void mayWriteTheSchemeInAnyCase(String scheme) {
            OAuthClient.Signing signing = client.get("users");
            assertThat(signing.sendWith(scheme + signing.header(",").substring(5))
                            .statusCode())
                    .isEqualTo(200);
        }

        static Stream<Named<Consumer<OAuthClient.Signing>>> accepted() {
            return Stream.of(
                    Named.of("version 1.0", signing -> signing.with("oauth_version", "1.0")),
                    Named.of("an empty token", signing -> signing.with("oauth_token", "")),
                    Named.of("an extension", signing -> signing.with("xoauth_Requestor2", "a b&c=d")),
                    Named.of(
                            "a body hash", signing -> signing.with("oauth_body_hash", "2jmj7l5rSw0yVb/vlWAYkK/YBwk=")));
        }

        @ParameterizedTest
        @MethodSource
        void accepted(Consumer<OAuthClient.Signing> change) {
            assertThat(client.users(change).statusCode()).isEqualTo(200);
        }

        static Stream<Named<Consumer<OAuthClient.Signing>>> refused() {
            return Stream.of(
                    Named.of("version 2.0", signing -> signing.with("oauth_version", "2.0")),
                    Named.of("a token", signing -> signing.with("oauth_token", "t")),
                    Named.of("another consumer", signing -> signing.with("oauth_consumer_key", "app-of-maplevalley")),
                    Named.of("no consumer", signing -> signing.with("oauth_consumer_key", null)),
                    Named.of("no method", signing -> signing.with("oauth_signature_method", null)),
                    Named.of("no nonce", signing -> signing.with("oauth_nonce", null)),
                    Named.of("a blank nonce", signing -> signing.with("oauth_nonce", " ")),
                    Named.of("no timestamp", signing -> signing.with("oauth_timestamp", null)),
                    Named.of("no number", signing -> signing.with("oauth_timestamp", "now")),
                    Named.of("milliseconds", signing -> signing.with("oauth_timestamp", "1764270000000")),
                    Named.of("a long number", signing -> signing.with("oauth_timestamp", "9".repeat(30))),
                    Named.of("a wrong signature", signing -> signing.with("oauth_signature", "AAAA")),
                    Named.of("an empty signature", signing -> signing.with("oauth_signature", "")));
        }

        @ParameterizedTest
        @MethodSource
        void refused(Consumer<OAuthClient.Signing> change) {
            assertRefused(client.users(change));
        }

        @Test
        void thatAreMalformedAreRefused() {
            OAuthClient.Signing signing = client.get("users");
            String header = signing.header(", ");

            assertRefused(signing.sendWith(header.replace("\"", "")));
            assertRefused(signing.sendWith(header.replace("\"", "'")));
            assertRefused(signing.sendWith(header.replace(", ", " ")));
            assertRefused(signing.sendWith(header.replace(", ", "; ")));
            assertRefused(signing.sendWith(header.replace("=\"", " = \"")));
            assertRefused(signing.sendWith(header + " trailing"));
            assertRefused(signing.sendWith(header + ", x=\"%zz\""));
            assertRefused(signing.sendWith(header + ", x=\"%C3\""));
            assertRefused(signing.sendWith(header + ", oauth_nonce=\"again\""));
            assertRefused(signing.sendWith(header.substring(0, header.length() - 1)));
            assertRefused(signing.sendWith("OAuth "));
            assertThat(signing.sendWith(header).statusCode()).isEqualTo(200);
        }
    }

    @Nested
    class Queries {
        @Test
        void mayHaveTheParametersOfOAuth() {
            HttpResponse<String> answer = client.get("users")
                    .query("limit", "50")
                    .with("oauth_version", "1.0")
                    .sendInQuery();

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Link").orElseThrow())
                    .as("the next page is signed anew")
                    .isEqualTo("<" + simulator.baseUrl() + USERS + "?limit=50&offset=50>; rel=\"next\"");
        }

        @Test
        void mayNotRepeatThoseOfTheHeader() {
            OAuthClient.Signing signing = client.get("users").query("oauth_nonce", "twice");

            assertRefused(signing.send());
            assertRefused(app.get(USERS + "?oauth_consumer_key=app-of-harborpoint"));
        }

        @Test
        void thatAreMalformedAreRefused() {
            assertRefused(app.get(
                    USERS + "?limit=%C3", "Authorization", client.get("users").header(",")));
        }
    }

    @Nested
    class Times {
        @Test
        void aNonceCountsOnceWithItsTimestamp() {
            OAuthClient.Signing first = client.get("users").with("oauth_nonce", "n");
            String header = first.header(", ");
            assertThat(first.sendWith(header).statusCode()).isEqualTo(200);
            assertRefused(first.sendWith(header));
            assertRefused(client.get("orgs").with("oauth_nonce", "n").send());

            simulator.clock().advance(Duration.ofSeconds(2));
            assertThat(client.get("users").with("oauth_nonce", "n").send().statusCode())
                    .as("another timestamp")
                    .isEqualTo(200);
        }

        @Test
        void aWrongSignatureDoesNotUseUpTheNonce() {
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
