package io.github.k12sso.classlink.oneroster.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.k12sso.classlink.oneroster.client.DistrictKeyCredentials.Signature;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DistrictKeyCredentialsTest {

    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_767_225_600), ZoneOffset.UTC);
    private static final String ENTRY = entry("https://server.example.com");

    private static String entry(String endpoint) {
        return """
                {"client_id": "demo-key", "client_secret": "demo-secret", "endpoint_url": "%s"}""".formatted(endpoint);
    }

    // ---- the signature ---------------------------------------------------------------------------------------------

    /** The example of RFC 5849, section 3.4.1.1, with the body's parameters moved to the query. */
    @Test
    void theBaseStringMatchesTheSpecification() {
        Map<String, String> oauth = Map.of(
                "oauth_consumer_key", "9djdj82h48djs9d2",
                "oauth_token", "kkk9d7dh3k39sjv7",
                "oauth_signature_method", "HMAC-SHA1",
                "oauth_timestamp", "137131201",
                "oauth_nonce", "7d8f3e4a");

        assertThat(Signature.baseString(
                        "POST", "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b&c2&a3=2+q", oauth))
                .isEqualTo("POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q"
                        + "%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key"
                        + "%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method"
                        + "%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7");
    }

    /** OAuth Core 1.0a, appendix A.5.1. */
    @Test
    void theBaseStringMatchesThePhotosExample() {
        Map<String, String> oauth = Map.of(
                "oauth_consumer_key", "dpf43f3p2l4k3l03",
                "oauth_token", "nnch734d00sl2jdk",
                "oauth_signature_method", "HMAC-SHA1",
                "oauth_timestamp", "1191242096",
                "oauth_nonce", "kllo9940pd9333jh",
                "oauth_version", "1.0");

        assertThat(Signature.baseString(
                        "GET", "http://photos.example.net/photos?file=vacation.jpg&size=original", oauth))
                .isEqualTo("GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26"
                        + "oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3Dkllo9940pd9333jh%26"
                        + "oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1191242096%26"
                        + "oauth_token%3Dnnch734d00sl2jdk%26oauth_version%3D1.0%26size%3Doriginal");
    }

    @ParameterizedTest
    @CsvSource({
        "https://h.example/a, https%3A%2F%2Fh.example%2Fa",
        "HTTPS://H.Example:443/a, https%3A%2F%2Fh.example%2Fa",
        "https://h.example:8443/a, https%3A%2F%2Fh.example%3A8443%2Fa",
        "http://h.example:443/a, http%3A%2F%2Fh.example%3A443%2Fa",
        "https://h.example, https%3A%2F%2Fh.example%2F",
        "https://h.example/7%7Cnorth%2F2, https%3A%2F%2Fh.example%2F7%257Cnorth%252F2"
    })
    void theBaseStringNormalizesTheUrl(String url, String expected) {
        assertThat(Signature.baseString("GET", url, Map.of())).isEqualTo("GET&" + expected + "&");
    }

    /** docs/internals/classlink-rosters.md#oauth-10a. */
    @Test
    void theSignatureMatchesTheDocumentedTestVector() {
        String url = "https://district-nj-v2.rosterserver.example/ims/oneroster/v1p1/users?limit=100&offset=0"
                + "&filter=role%3D%27student%27%20AND%20dateLastModified%3E%272026-01-01T00%3A00%3A00.000Z%27";

        assertThat(signature(new Signature("demo-key", "demo-secret").header("GET", url, "abc123", 1_767_225_600)))
                .isEqualTo("eb0wJYNYPhdBKMvvc69rOycnBiwfbmiA9YsqQ1xipc8=");
    }

    /** Expected values were computed with Python's hmac and urllib, from the decoded values. */
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiterString = " -> ", textBlock = """
            familyName='O''Neil & Söhne + 100%' -> EeRJqDrMXTM5bN5a21wE8efbft/XWSduDiS8LRmxoWs=
            givenName~'a=b&c' -> 0EW7noKTnj+oJuF5h8kE99SVRJmd7gm8Cwk7yJDUKFI=
            sourcedId='7|north/2 b' -> ozFWBO4BOfOh6yeilnlkQDeO4pWqKEaOjIbSfufEWWQ=
            familyName='李雷 😀' -> 4B6LQ3671C3/UzUiXMyTk2owSorN6CuT9vTiVCgaMzo=
            title='50% "off"' OR title='~!*()' -> iyCHpfrR1I1Fhym3Pg9NHtcVAJMguGZmZHLZZ7JSdG4=
            """)
    void aFilterIsSignedRegardlessOfItsCharactersAndEncoding(String filter, String expected) {
        String form = URLEncoder.encode(filter, StandardCharsets.UTF_8);
        for (String encoded : List.of(form, form.replace("+", "%20"), form.replace("*", "%2A"))) {
            String url = "https://h.rosterserver.com/ims/oneroster/v1p1/users/7%7Cnorth%2F2%20b/classes?filter="
                    + encoded + "&limit=100";

            assertThat(signature(new Signature("k&y", "s cr%t+ä").header("GET", url, "n", 1_767_225_600)))
                    .isEqualTo(expected);
        }
    }

    @Test
    void theHeaderHasEveryParameterEncoded() {
        assertThat(new Signature("k&y ä", "secret").header("GET", "https://h.example/a", "n", 7))
                .matches("OAuth oauth_consumer_key=\"k%26y%20%C3%A4\",oauth_nonce=\"n\",oauth_signature=\"[^\"]+\","
                        + "oauth_signature_method=\"HMAC-SHA256\",oauth_timestamp=\"7\"");
    }

    @Test
    void everyCallHasANewNonce() throws RosterFailure {
        RosterCredentials.Access access =
                DistrictKeyCredentials.parse(ENTRY, CLOCK).current();
        String first = access.authorization(access.url("/users"));
        String second = access.authorization(access.url("/users"));

        assertThat(first).contains("oauth_timestamp=\"1767225600\"").isNotEqualTo(second);
        assertThat(signature(first)).isNotEqualTo(signature(second));
    }

    // ---- the vault entry ------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://server.example.com",
                "https://server.example.com/",
                "https://server.example.com/ims/oneroster/v1p1",
                " https://server.example.com/ims/oneroster/v1p1/ "
            })
    void theEndpointMayIncludeTheApiRoot(String endpoint) throws RosterFailure {
        assertThat(DistrictKeyCredentials.parse(entry(endpoint), CLOCK)
                        .current()
                        .url("/users"))
                .isEqualTo("https://server.example.com/ims/oneroster/v1p1/users");
    }

    @Test
    void theEntryMayBeClassLinksWholeResponse() throws RosterFailure {
        assertThat(DistrictKeyCredentials.parse("{\"status\":1,\"server\":" + ENTRY + ",\"message\":\"\"}", CLOCK)
                        .current()
                        .url("/orgs"))
                .isEqualTo("https://server.example.com/ims/oneroster/v1p1/orgs");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo-secret",
                "[]",
                "null",
                "{\"client_id\": \"demo-key\", \"client_secret\": \"\", \"endpoint_url\": \"https://a.example\"}",
                "{\"client_id\": 7, \"client_secret\": \"demo-secret\", \"endpoint_url\": \"https://a.example\"}",
                "{\"client_id\": \"demo-key\", \"client_secret\": \"demo-secret\"}",
                "{\"client_id\": \"demo-key\", \"client_secret\": \"demo-secret\", \"endpoint_url\": \"a b\"}",
                "{\"client_id\": \"demo-key\", \"client_secret\": \"demo-secret\", \"endpoint_url\": \"server\"}",
                "{\"client_id\": \"demo-key\", \"client_secret\": \"demo-secret\", \"endpoint_url\": \"https://a.example/?x=1\"}"
            })
    void anInvalidEntryIsAConfigurationErrorAndIsNotQuoted(String text) {
        assertThatExceptionOfType(RosterFailure.class)
                .isThrownBy(() -> DistrictKeyCredentials.parse(text, CLOCK))
                .withMessageContaining("client_id, client_secret and endpoint_url")
                .withNoCause()
                .satisfies(failure -> {
                    assertThat(failure.reason()).isEqualTo(RosterFailure.Reason.CONFIGURATION);
                    assertThat(failure.getMessage()).doesNotContain("demo-");
                });
    }

    @Test
    void toStringOmitsTheKey() throws RosterFailure {
        assertThat(DistrictKeyCredentials.parse(ENTRY, CLOCK).current()).hasToString("Access[…]");
        assertThat(new Signature("demo-key", "demo-secret")).hasToString("Signature[…]");
    }

    private static String signature(String header) {
        Matcher signature = Pattern.compile("oauth_signature=\"([^\"]+)\"").matcher(header);
        assertThat(signature.find()).isTrue();
        return URLDecoder.decode(signature.group(1), StandardCharsets.UTF_8);
    }
}
