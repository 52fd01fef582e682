package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a request to a district's server may have its OAuth 1.0a parameters. */
class OAuthParametersTest extends RosterTests {
    private static final String USERS = "/servers/harborpoint/ims/oneroster/v1p1/users";

    private OAuthClient client;

    @BeforeEach
    void client() {
        client = new OAuthClient(simulator, app);
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
        void mayContainARealm(String realm) {
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
                    .as("the next page has its own signature")
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

    private static void assertRefused(HttpResponse<String> answer) {
        assertFailure(answer, 401, "unauthorisedrequest");
    }
}
