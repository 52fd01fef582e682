package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.http.HostNotAllowed;
import io.github.k12sso.classlink.http.OAuthError;
import io.github.k12sso.classlink.http.Operation;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.http.UpstreamRefused;
import io.github.k12sso.classlink.http.UpstreamUnavailable;
import io.github.k12sso.classlink.launchpad.LaunchRefused;

/** Ends a login. The message is made of constants and can be logged. */
final class LoginRefused extends Exception {

    private static final long serialVersionUID = 1L;

    private final LoginProblem problem;

    LoginRefused(LoginProblem problem) {
        this(problem, problem.reason());
    }

    LoginRefused(LoginProblem problem, String detail) {
        super(detail);
        this.problem = problem;
    }

    LoginRefused(LoginProblem problem, UpstreamFailure cause) {
        super(cause.getMessage(), cause);
        this.problem = problem;
    }

    LoginProblem problem() {
        return problem;
    }

    /** What a failed call means for the login it was made for. */
    static LoginRefused because(Operation operation, UpstreamFailure failure) {
        if (failure instanceof UpstreamUnavailable) {
            return new LoginRefused(LoginProblem.CLASSLINK_UNAVAILABLE, failure);
        }
        if (failure instanceof HostNotAllowed) {
            return new LoginRefused(LoginProblem.CONFIGURATION, failure);
        }
        if (failure instanceof UpstreamRefused refused) {
            return new LoginRefused(meaning(operation, refused.error()), failure);
        }
        return new LoginRefused(LoginProblem.MALFORMED_ANSWER, failure);
    }

    /** What a refused launch means for the page. */
    static LoginRefused because(LaunchRefused refused) {
        return new LoginRefused(
                switch (refused.reason()) {
                    case NOT_CONFIGURED -> LoginProblem.LAUNCH_NOT_CONFIGURED;
                    case APP_UNUSABLE -> LoginProblem.LAUNCH_APP_UNUSABLE;
                    case HOME_MISSING -> LoginProblem.LAUNCH_HOME_MISSING;
                    case LOOP -> LoginProblem.LAUNCH_LOOP;
                    case REALM_DISABLED -> LoginProblem.REALM_DISABLED;
                    case PROVIDER_DISABLED -> LoginProblem.PROVIDER_DISABLED;
                    case PROVIDER_LINK_ONLY -> LoginProblem.PROVIDER_LINK_ONLY;
                    case HTTPS_REQUIRED -> LoginProblem.HTTPS_REQUIRED;
                });
    }

    private static LoginProblem meaning(Operation operation, OAuthError error) {
        return switch (operation) {
            // From the token endpoint it is not the person who said no: the browser brings that.
            case TOKEN, REFRESH, REVOCATION ->
                error == OAuthError.ACCESS_DENIED ? LoginProblem.REQUEST_REJECTED : meaning(error);
            case PROFILE, GROUPS -> LoginProblem.PROFILE_REJECTED;
            case KEYS -> LoginProblem.ID_TOKEN_KEY_UNKNOWN;
            case APPLICATIONS, ROSTER -> throw new IllegalArgumentException(operation + " is no part of a login");
        };
    }

    /** What an error code means, whether it comes from the token endpoint or with the browser. */
    static LoginProblem meaning(OAuthError error) {
        return switch (error) {
            case ACCESS_DENIED -> LoginProblem.ACCESS_DENIED;
            case INVALID_CLIENT, UNAUTHORIZED_CLIENT -> LoginProblem.CLIENT_REJECTED;
            case INVALID_SCOPE -> LoginProblem.SCOPE_REJECTED;
            case REDIRECT_URI_MISMATCH -> LoginProblem.REDIRECT_URI_REJECTED;
            case INVALID_GRANT -> LoginProblem.CODE_REJECTED;
            case SERVER_ERROR, TEMPORARILY_UNAVAILABLE -> LoginProblem.CLASSLINK_UNAVAILABLE;
            case INVALID_REQUEST,
                    UNSUPPORTED_GRANT_TYPE,
                    UNSUPPORTED_RESPONSE_TYPE,
                    LOGIN_REQUIRED,
                    INTERACTION_REQUIRED,
                    UNKNOWN -> LoginProblem.REQUEST_REJECTED;
        };
    }
}
