package io.github.k12sso.classlink.idp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cases found by {@code CallbackFuzzTest}, and proof that it captures the output. {@code CallbackIT} has all others. */
class CallbackEndpointTest {

    private final Callback callback = new Callback(true, false, false);

    @Test
    void givenAKnownError_thenLogEventAndPageShowIt() {
        callback.answer("state", null, "invalid_scope");

        assertThat(callback.said())
                .anyMatch(text -> text.startsWith("Login with ClassLink failed.") && text.contains("invalid_scope"))
                .contains("identity_provider_login_failure", "scope_rejected", "classlink.error.setup")
                .filteredOn(text -> text.matches("[2-9A-Z]{4}-[2-9A-Z]{4}"))
                .as("the reference is in the event and on the page")
                .hasSize(2);
    }

    @Test
    void givenACode_thenItIsSentToClassLinkUnchanged() {
        callback.answer("state", "c1 &=+%41 é", null);

        assertThat(callback.redeemed()).containsExactly("c1 &=+%41 é");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t"})
    void givenABlankCode_thenItIsTreatedAsMissing(String code) {
        callback.answer("state", code, null);

        assertThat(callback.redeemed()).isEmpty();
        assertThat(callback.said()).contains("missing_code");
    }
}
