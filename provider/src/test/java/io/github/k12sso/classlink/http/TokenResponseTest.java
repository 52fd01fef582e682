package io.github.k12sso.classlink.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.TokenEndpointClient.TokenResponse;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenResponseTest {

    @Nested
    class GivenAResponseOfClassLink {

        private final String document = """
                {
                  "access_token": "c1447347559609a1421b77d9ae8a0183e3b576680e246a",
                  "token_type": "Bearer",
                  "response_type": "code",
                  "id_token": "head.body.signature"
                }
                """;

        @Test
        void thenItHasNeitherALifetimeNorARefreshToken() throws Exception {
            TokenResponse response = read(document);

            assertThat(response.accessToken()).isEqualTo("c1447347559609a1421b77d9ae8a0183e3b576680e246a");
            assertThat(response.idToken()).contains("head.body.signature");
            assertThat(response.refreshToken()).isEmpty();
            assertThat(response.expiresIn()).isEmpty();
        }

        @Test
        void whenPrinted_thenItHidesTheTokens() throws Exception {
            assertThat(read(document).toString()).doesNotContain("c1447347559609", "signature");
        }
    }

    @Nested
    class GivenAResponseAsInTheIntegrationGuide {

        private final String document = """
                { "access_token": "access-1", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "refresh-1",
                  "id_token": "head.body.signature", "scope": "openid profile roster.read" }
                """;

        @Test
        void thenEveryFieldIsRead() throws Exception {
            TokenResponse response = read(document);

            assertThat(response.accessToken()).isEqualTo("access-1");
            assertThat(response.refreshToken()).contains("refresh-1");
            assertThat(response.idToken()).contains("head.body.signature");
            assertThat(response.expiresIn()).contains(Duration.ofHours(1));
        }

        @Test
        void whenPrinted_thenItHidesTheTokens() throws Exception {
            assertThat(read(document).toString()).doesNotContain("access-1", "refresh-1", "signature");
        }
    }

    @Nested
    class GivenExpiresIn {

        @ParameterizedTest
        @CsvSource({"3600,3600", "'\"3600\"',3600", "1,1", "999999999,999999999"})
        void givenAPositiveInteger_thenItIsTheLifetime(String json, long seconds) throws Exception {
            assertThat(withExpiresIn(json).expiresIn()).contains(Duration.ofSeconds(seconds));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "0",
                    "-1",
                    "1.5",
                    "3600.0",
                    "1e3",
                    "9999999999",
                    "99999999999999999999",
                    "null",
                    "true",
                    "\"\"",
                    "\"soon\"",
                    "\"-1\"",
                    "\" 60\"",
                    "\"1.5\"",
                    "[60]",
                    "{}"
                })
        void givenAnotherValue_thenTheLifetimeIsUnknown(String json) throws Exception {
            assertThat(withExpiresIn(json).expiresIn()).isEmpty();
        }

        private TokenResponse withExpiresIn(String json) throws Exception {
            return read("{\"access_token\": \"a\", \"expires_in\": " + json + "}");
        }
    }

    @Nested
    class GivenNoAccessToken {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{}",
                    "{\"id_token\": \"secret\", \"refresh_token\": \"secret\"}",
                    "{\"access_token\": null, \"x\": \"secret\"}",
                    "{\"access_token\": \"\"}",
                    "{\"access_token\": \" \\t\"}",
                    "{\"access_token\": 17}",
                    "{\"access_token\": [\"secret\"]}",
                    "{\"access_token\": {\"value\": \"secret\"}}"
                })
        void thenTheResponseIsMalformedAndTheMessageQuotesNothing(String document) {
            assertThatThrownBy(() -> read(document))
                    .isInstanceOf(UpstreamFailure.Malformed.class)
                    .hasMessage("token endpoint returned no access_token");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\"  \"", "null", "7", "{}"})
    void givenABlankRefreshOrIdToken_thenItIsAbsent(String json) throws Exception {
        TokenResponse response =
                read("{\"access_token\": \"a\", \"refresh_token\": %1$s, \"id_token\": %1$s}".formatted(json));

        assertThat(response.refreshToken()).isEmpty();
        assertThat(response.idToken()).isEmpty();
    }

    private static TokenResponse read(String document) throws UpstreamFailure.Malformed, JsonProcessingException {
        return TokenResponse.read(Operation.TOKEN, (ObjectNode) new ObjectMapper().readTree(document));
    }
}
