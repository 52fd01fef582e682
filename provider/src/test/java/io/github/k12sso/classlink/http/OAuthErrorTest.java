package io.github.k12sso.classlink.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.http.UpstreamFailure.OAuthError;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class OAuthErrorTest {

    @ParameterizedTest
    @EnumSource
    void givenAKnownCode_thenItIsFound(OAuthError error) {
        assertThat(OAuthError.of(error.code())).isEqualTo(error);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "INVALID_GRANT", " invalid_grant", "invalid_grant\n", "my_own_error", "<script>"})
    void givenAnythingElse_thenItIsUnknown(String code) {
        assertThat(OAuthError.of(code)).isEqualTo(OAuthError.UNKNOWN);
    }
}
