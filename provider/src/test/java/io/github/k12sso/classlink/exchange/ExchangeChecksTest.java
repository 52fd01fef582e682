package io.github.k12sso.classlink.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.core.MultivaluedMap;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;

/** Cases found by {@code ExchangeChecksFuzzTest}. {@code TokenExchangeIT} has all others. */
class ExchangeChecksTest {

    private final Exchanges exchanges = new Exchanges();

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "{\"alg\":null}", "{\"alg\":\"none\"}", "{\"alg\":\"RS256\"}"})
    void givenATokenSignedWithAnUnknownKey_thenItIsInvalid(String header) {
        MultivaluedMap<String, String> form = Exchanges.form();
        form.add(
                "subject_token",
                Base64.getUrlEncoder().encodeToString(header.getBytes(StandardCharsets.UTF_8)) + ".e30.AAAA");

        assertThat(exchanges.exchange(form)).hasValueSatisfying(answer -> {
            assertThat(answer.getStatus()).isEqualTo(400);
            assertThat(((OAuth2ErrorRepresentation) answer.getEntity()).getErrorDescription())
                    .isEqualTo("Invalid token");
        });
        assertThat(exchanges.said()).contains("invalid_token");
    }
}
