package io.github.k12sso.classlink.idp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code IdTokenFuzzTest} found, and that it had a good token to begin with; HostileIdTokenIT has the whole list. */
class IdTokenVerifierTest {

    private final IdTokenVerifier verifier = TestIdTokens.verifier();

    @Test
    void givenClassLinksToken_thenItsClaimsAreTaken() throws LoginRefused {
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
    void givenAHeaderThatNamesNoAlgorithm_thenItIsRefusedAsThat(String header, LoginRefused.Reason reason) {
        String token = TestIdTokens.signed(header, TestIdTokens.claims().toString());

        assertThat(catchThrowableOfType(LoginRefused.class, () -> verifier.verify(token, TestIdTokens.NONCE))
                        .reason())
                .isEqualTo(reason);
    }

    @Test
    void givenANullAmongTheAudience_thenTheOthersAreRead() {
        ObjectNode claims = TestIdTokens.claims();
        claims.putArray("aud").addNull().add("another");
        String token = TestIdTokens.signed(TestIdTokens.header().toString(), claims.toString());

        assertThat(catchThrowableOfType(LoginRefused.class, () -> verifier.verify(token, TestIdTokens.NONCE))
                        .reason())
                .isEqualTo(LoginRefused.Reason.ID_TOKEN_AUDIENCE);
    }
}
