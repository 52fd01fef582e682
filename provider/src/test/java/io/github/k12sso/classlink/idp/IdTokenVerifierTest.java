package io.github.k12sso.classlink.idp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.JsonWebToken;

/**
 * Cases found by {@code IdTokenFuzzTest}, and proof that its initial token is valid. {@code HostileIdTokenIT} has the full
 * list.
 */
class IdTokenVerifierTest {

    private final IdTokenVerifier verifier = TestIdTokens.verifier();

    /** Keycloak's mappers store claim values, and PostgreSQL rejects U+0000. */
    @Test
    void givenNulCharactersInClaims_thenTheyAreRemovedAtEveryDepth() {
        Map<String, Object> claim =
                Map.of("locality", "a\u0000b", "list", List.of("c\ud800", Map.of("deep", "\u0000d"), 7), "flag", true);

        assertThat(IdTokenVerifier.storable(claim))
                .isEqualTo(Map.of("locality", "ab", "list", List.of("c", Map.of("deep", "d"), 7), "flag", true));
    }

    @Test
    void givenAValidToken_thenItsClaimsAreReturned() throws LoginRefused {
        String token = TestIdTokens.signed(
                TestIdTokens.header().toString(), TestIdTokens.claims().toString());

        assertThat(verifier.verify(token, TestIdTokens.NONCE).getSubject()).isEqualTo("870001");
    }

    @ParameterizedTest
    @CsvSource({
        "null, ID_TOKEN_MALFORMED",
        "[], ID_TOKEN_MALFORMED",
        "{}, ID_TOKEN_ALGORITHM",
        "{\"alg\":null}, ID_TOKEN_ALGORITHM"
    })
    void givenAHeaderWithoutAnAlgorithm_thenTheReasonIsTheAlgorithm(String header, LoginRefused.Reason reason) {
        String token = TestIdTokens.signed(header, TestIdTokens.claims().toString());

        assertThat(catchThrowableOfType(LoginRefused.class, () -> verifier.verify(token, TestIdTokens.NONCE))
                        .reason())
                .isEqualTo(reason);
    }

    @Test
    void givenANullInTheAudience_thenItIsIgnored() {
        ObjectNode claims = TestIdTokens.claims();
        claims.putArray("aud").addNull().add("another");
        String token = TestIdTokens.signed(TestIdTokens.header().toString(), claims.toString());

        assertThat(catchThrowableOfType(LoginRefused.class, () -> verifier.verify(token, TestIdTokens.NONCE))
                        .reason())
                .isEqualTo(LoginRefused.Reason.ID_TOKEN_AUDIENCE);
    }

    @ParameterizedTest
    @CsvSource({
        "sub, 870001, true",
        "iss, https://launchpad.classlink.com/, true",
        "iss, https://evil.example, false",
        "sub, 870002, false",
        "sub, 870001 , true",
        "aud, another, false",
        "azp, another, false",
        "nonce, ignored, true"
    })
    void anIdTokenFromARefreshHasTheSameIssuerSubjectAndClient(String claim, String value, boolean accepted) {
        String token = TestIdTokens.signed(
                TestIdTokens.header().toString(),
                TestIdTokens.claims().put(claim, value).toString());

        assertThat(verifier.continuesLogin(token, Optional.of("870001"))).isEqualTo(accepted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no token", "a.b.c"})
    void givenAMismatchInARefresh_thenItIsRefused(String token) {
        assertThat(verifier.continuesLogin(token, Optional.of("870001"))).isFalse();
    }

    @Test
    void givenAnUnknownUser_thenASubjectIsStillRequired() {
        ObjectNode claims = TestIdTokens.claims();
        claims.remove("sub");

        assertThat(verifier.continuesLogin(
                        TestIdTokens.signed(
                                TestIdTokens.header().toString(),
                                TestIdTokens.claims().toString()),
                        Optional.empty()))
                .isTrue();
        assertThat(verifier.continuesLogin(
                        TestIdTokens.signed(TestIdTokens.header().toString(), claims.toString()), Optional.empty()))
                .isFalse();
    }

    /** Max age ten minutes, allowed clock skew 30 seconds. */
    @ParameterizedTest
    @CsvSource({"0, true", "-600, true", "-630, true", "-631, false", "30, true", "31, false", "-86400, false"})
    void maxAgeIsComparedWithAuthTime(long secondsFromNow, boolean recent) throws LoginRefused {
        long authTime = TestIdTokens.NOW.getEpochSecond() + secondsFromNow;
        ObjectNode claims = TestIdTokens.claims().put("auth_time", authTime);

        assertThat(isRecent(claims)).isEqualTo(recent);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"1788264000\"", "true", "[]", "1788264000.5", "99999999999999999999"})
    void maxAgeRequiresANumericAuthTime(String authTime) throws Exception {
        ObjectNode claims = TestIdTokens.claims();
        claims.set("auth_time", new ObjectMapper().readTree(authTime));

        assertThat(isRecent(claims)).isFalse();
        assertThat(isRecent(TestIdTokens.claims())).isFalse();
    }

    private boolean isRecent(ObjectNode claims) throws LoginRefused {
        JsonWebToken verified = verifier.verify(
                TestIdTokens.signed(TestIdTokens.header().toString(), claims.toString()), TestIdTokens.NONCE);
        try {
            verifier.requireAuthenticatedWithin(verified, Duration.ofMinutes(10));
            return true;
        } catch (LoginRefused e) {
            assertThat(e.reason()).isEqualTo(LoginRefused.Reason.ID_TOKEN_AUTH_TIME);
            return false;
        }
    }
}
