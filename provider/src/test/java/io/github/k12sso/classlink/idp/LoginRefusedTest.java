package io.github.k12sso.classlink.idp;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.http.Failures;
import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.http.UpstreamFailure.OAuthError;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoginRefusedTest {

    private static final Map<OAuthError, LoginRefused.Reason> MEANINGS = new EnumMap<>(Map.ofEntries(
            Map.entry(OAuthError.ACCESS_DENIED, LoginRefused.Reason.ACCESS_DENIED),
            Map.entry(OAuthError.INVALID_CLIENT, LoginRefused.Reason.CLIENT_REJECTED),
            Map.entry(OAuthError.UNAUTHORIZED_CLIENT, LoginRefused.Reason.CLIENT_REJECTED),
            Map.entry(OAuthError.INVALID_SCOPE, LoginRefused.Reason.SCOPE_REJECTED),
            Map.entry(OAuthError.REDIRECT_URI_MISMATCH, LoginRefused.Reason.REDIRECT_URI_REJECTED),
            Map.entry(OAuthError.INVALID_GRANT, LoginRefused.Reason.CODE_REJECTED),
            Map.entry(OAuthError.SERVER_ERROR, LoginRefused.Reason.CLASSLINK_UNAVAILABLE),
            Map.entry(OAuthError.TEMPORARILY_UNAVAILABLE, LoginRefused.Reason.CLASSLINK_UNAVAILABLE),
            Map.entry(OAuthError.INVALID_REQUEST, LoginRefused.Reason.REQUEST_REJECTED),
            Map.entry(OAuthError.UNSUPPORTED_GRANT_TYPE, LoginRefused.Reason.REQUEST_REJECTED),
            Map.entry(OAuthError.UNSUPPORTED_RESPONSE_TYPE, LoginRefused.Reason.REQUEST_REJECTED),
            Map.entry(OAuthError.LOGIN_REQUIRED, LoginRefused.Reason.REQUEST_REJECTED),
            Map.entry(OAuthError.INTERACTION_REQUIRED, LoginRefused.Reason.REQUEST_REJECTED),
            Map.entry(OAuthError.UNKNOWN, LoginRefused.Reason.REQUEST_REJECTED)));

    @Nested
    class GivenARejectedCall {

        @ParameterizedTest
        @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ACCESS_DENIED")
        void ofTheTokenEndpoint_thenTheErrorCodeGivesTheReason(OAuthError error) {
            assertThat(because(Operation.TOKEN, error)).isEqualTo(MEANINGS.get(error));
        }

        @Test
        void ofTheTokenEndpoint_thenAccessDeniedIsNotTheUsersRefusal() {
            assertThat(because(Operation.TOKEN, OAuthError.ACCESS_DENIED))
                    .isEqualTo(LoginRefused.Reason.REQUEST_REJECTED);
        }

        @ParameterizedTest
        @EnumSource
        void inTheBrowser_thenTheSameErrorCodeGivesTheSameReason(OAuthError error) {
            assertThat(LoginRefused.meaning(error)).isEqualTo(MEANINGS.get(error));
        }

        @ParameterizedTest
        @EnumSource
        void ofTheProfileCall_thenTheReasonIsTheProfile(OAuthError error) {
            assertThat(because(Operation.PROFILE, error)).isEqualTo(LoginRefused.Reason.PROFILE_REJECTED);
        }

        @ParameterizedTest
        @EnumSource
        void ofTheJwks_thenTheKeyIsUnknown(OAuthError error) {
            assertThat(because(Operation.KEYS, error)).isEqualTo(LoginRefused.Reason.ID_TOKEN_KEY_UNKNOWN);
        }

        private LoginRefused.Reason because(Operation operation, OAuthError error) {
            return LoginRefused.because(operation, Failures.refused(operation, 400, error))
                    .reason();
        }
    }

    @ParameterizedTest
    @EnumSource
    void givenClassLinkIsUnavailable_thenAnyCallGivesThatReason(Operation operation) {
        assertThat(LoginRefused.because(operation, Failures.unavailable(operation))
                        .reason())
                .isEqualTo(LoginRefused.Reason.CLASSLINK_UNAVAILABLE);
    }

    @ParameterizedTest
    @EnumSource
    void givenAMalformedResponse_thenAnyCallGivesThatReason(Operation operation) {
        assertThat(LoginRefused.because(operation, new UpstreamFailure.Malformed(operation, "answered nonsense"))
                        .reason())
                .isEqualTo(LoginRefused.Reason.MALFORMED_ANSWER);
    }

    @ParameterizedTest
    @EnumSource
    void givenADisallowedHost_thenTheReasonIsTheConfiguration(Operation operation) {
        assertThat(LoginRefused.because(operation, Failures.hostNotAllowed()).reason())
                .isEqualTo(LoginRefused.Reason.CONFIGURATION);
    }

    @Test
    void thenTheLogLineDescribesTheFailedCall() {
        UpstreamFailure failure = Failures.refused(Operation.TOKEN, 401, OAuthError.INVALID_CLIENT);

        assertThat(LoginRefused.because(Operation.TOKEN, failure))
                .hasMessage("token endpoint returned status 401, error invalid_client")
                .hasCause(failure);
    }

    @Test
    void givenOnlyAProblem_thenItsReasonIsLogged() {
        assertThat(new LoginRefused(LoginRefused.Reason.ID_TOKEN_NONCE)).hasMessage("id_token_nonce");
    }
}
