package io.github.k12sso.classlink.idp;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.http.Failures;
import io.github.k12sso.classlink.http.OAuthError;
import io.github.k12sso.classlink.http.Operation;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.http.UpstreamMalformed;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoginRefusedTest {

    private static final Map<OAuthError, LoginProblem> MEANINGS = new EnumMap<>(Map.ofEntries(
            Map.entry(OAuthError.ACCESS_DENIED, LoginProblem.ACCESS_DENIED),
            Map.entry(OAuthError.INVALID_CLIENT, LoginProblem.CLIENT_REJECTED),
            Map.entry(OAuthError.UNAUTHORIZED_CLIENT, LoginProblem.CLIENT_REJECTED),
            Map.entry(OAuthError.INVALID_SCOPE, LoginProblem.SCOPE_REJECTED),
            Map.entry(OAuthError.REDIRECT_URI_MISMATCH, LoginProblem.REDIRECT_URI_REJECTED),
            Map.entry(OAuthError.INVALID_GRANT, LoginProblem.CODE_REJECTED),
            Map.entry(OAuthError.SERVER_ERROR, LoginProblem.CLASSLINK_UNAVAILABLE),
            Map.entry(OAuthError.TEMPORARILY_UNAVAILABLE, LoginProblem.CLASSLINK_UNAVAILABLE),
            Map.entry(OAuthError.INVALID_REQUEST, LoginProblem.REQUEST_REJECTED),
            Map.entry(OAuthError.UNSUPPORTED_GRANT_TYPE, LoginProblem.REQUEST_REJECTED),
            Map.entry(OAuthError.UNSUPPORTED_RESPONSE_TYPE, LoginProblem.REQUEST_REJECTED),
            Map.entry(OAuthError.LOGIN_REQUIRED, LoginProblem.REQUEST_REJECTED),
            Map.entry(OAuthError.INTERACTION_REQUIRED, LoginProblem.REQUEST_REJECTED),
            Map.entry(OAuthError.UNKNOWN, LoginProblem.REQUEST_REJECTED)));

    @Nested
    class GivenARefusal {

        @ParameterizedTest
        @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ACCESS_DENIED")
        void ofTheTokenEndpoint_thenItsErrorCodeSaysWhy(OAuthError error) {
            assertThat(because(Operation.TOKEN, error)).isEqualTo(MEANINGS.get(error));
        }

        @Test
        void ofTheTokenEndpoint_thenAccessDeniedIsNotThePersonsWord() {
            assertThat(because(Operation.TOKEN, OAuthError.ACCESS_DENIED)).isEqualTo(LoginProblem.REQUEST_REJECTED);
        }

        @ParameterizedTest
        @EnumSource
        void inTheBrowser_thenTheSameCodeMeansTheSame(OAuthError error) {
            assertThat(LoginRefused.meaning(error)).isEqualTo(MEANINGS.get(error));
        }

        @ParameterizedTest
        @EnumSource
        void ofTheProfileCall_thenTheProfileIsRejected(OAuthError error) {
            assertThat(because(Operation.PROFILE, error)).isEqualTo(LoginProblem.PROFILE_REJECTED);
        }

        @ParameterizedTest
        @EnumSource
        void ofTheKeys_thenTheKeyIsUnknown(OAuthError error) {
            assertThat(because(Operation.KEYS, error)).isEqualTo(LoginProblem.ID_TOKEN_KEY_UNKNOWN);
        }

        private LoginProblem because(Operation operation, OAuthError error) {
            return LoginRefused.because(operation, Failures.refused(operation, 400, error))
                    .problem();
        }
    }

    @ParameterizedTest
    @EnumSource
    void givenThatClassLinkCannotAnswer_thenItIsUnavailableWhateverTheCall(Operation operation) {
        assertThat(LoginRefused.because(operation, Failures.unavailable(operation))
                        .problem())
                .isEqualTo(LoginProblem.CLASSLINK_UNAVAILABLE);
    }

    @ParameterizedTest
    @EnumSource
    void givenAnAnswerThatCannotBeUsed_thenItIsMalformedWhateverTheCall(Operation operation) {
        assertThat(LoginRefused.because(operation, new UpstreamMalformed(operation, "answered nonsense"))
                        .problem())
                .isEqualTo(LoginProblem.MALFORMED_ANSWER);
    }

    @ParameterizedTest
    @EnumSource
    void givenAHostThatIsNotAllowed_thenTheConfigurationIsWrong(Operation operation) {
        assertThat(LoginRefused.because(operation, Failures.hostNotAllowed()).problem())
                .isEqualTo(LoginProblem.CONFIGURATION);
    }

    @Test
    void thenTheLogLineSaysWhatTheCallSaid() {
        UpstreamFailure failure = Failures.refused(Operation.TOKEN, 401, OAuthError.INVALID_CLIENT);

        assertThat(LoginRefused.because(Operation.TOKEN, failure))
                .hasMessage("token endpoint answered status 401, error invalid_client")
                .hasCause(failure);
    }

    @Test
    void givenOnlyAProblem_thenItsReasonIsTheMessage() {
        assertThat(new LoginRefused(LoginProblem.ID_TOKEN_NONCE)).hasMessage("id_token_nonce");
    }
}
