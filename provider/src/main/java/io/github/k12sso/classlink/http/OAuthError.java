package io.github.k12sso.classlink.http;

import java.util.Arrays;

/**
 * The error codes of RFC 6749 (sections 4.1.2.1 and 5.2) and of OpenID Connect that an OAuth server may send. A closed
 * list: what a server or a browser sends is looked up here and never repeated, so it can be logged and counted.
 */
public enum OAuthError {
    ACCESS_DENIED("access_denied"),
    INVALID_CLIENT("invalid_client"),
    INVALID_GRANT("invalid_grant"),
    INVALID_REQUEST("invalid_request"),
    INVALID_SCOPE("invalid_scope"),
    UNAUTHORIZED_CLIENT("unauthorized_client"),
    UNSUPPORTED_GRANT_TYPE("unsupported_grant_type"),
    UNSUPPORTED_RESPONSE_TYPE("unsupported_response_type"),
    /** Not in the RFC; sent by several servers for a redirect URI that is not registered. */
    REDIRECT_URI_MISMATCH("redirect_uri_mismatch"),
    SERVER_ERROR("server_error"),
    TEMPORARILY_UNAVAILABLE("temporarily_unavailable"),
    LOGIN_REQUIRED("login_required"),
    INTERACTION_REQUIRED("interaction_required"),
    /** Anything else, and nothing at all. */
    UNKNOWN("unknown");

    private final String code;

    OAuthError(String code) {
        this.code = code;
    }

    /** The code as it stands on the wire. */
    public String code() {
        return code;
    }

    /** The error of that code; {@link #UNKNOWN} for null and for every code that is not in this list. */
    public static OAuthError of(String code) {
        return Arrays.stream(values())
                .filter(error -> error.code.equals(code))
                .findFirst()
                .orElse(UNKNOWN);
    }
}
