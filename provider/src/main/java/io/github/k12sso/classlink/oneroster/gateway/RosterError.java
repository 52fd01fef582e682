package io.github.k12sso.classlink.oneroster.gateway;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Converts failures to OneRoster errors. This is the only place that maps roster failures to HTTP. */
final class RosterError {

    private static final ObjectMapper JSON = new ObjectMapper();

    private RosterError() {}

    static Response.ResponseBuilder answer(RosterFailure failure) {
        RosterFailure.Reason reason = failure.reason();
        return answer(status(reason), codeMinor(reason), failure);
    }

    /** Builds the response with a OneRoster error code for the query. */
    static Response.ResponseBuilder answer(String codeMinor, RosterFailure failure) {
        return answer(status(failure.reason()), codeMinor, failure);
    }

    private static Response.ResponseBuilder answer(int status, String codeMinor, RosterFailure failure) {
        Response.ResponseBuilder answer = Response.status(status)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(body(codeMinor, failure.getMessage()));
        failure.retryAfter()
                .ifPresent(wait -> answer.header(HttpHeaders.RETRY_AFTER, UpstreamFailure.retryAfterSeconds(wait)));
        switch (failure.reason()) {
            case TOKEN_INVALID -> answer.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
            case SCOPE_MISSING -> answer.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"insufficient_scope\"");
            default -> {
                // other credentials would not help
            }
        }
        return answer;
    }

    /** The OneRoster 1.1 format, an array (docs/internals/classlink-rosters.md#errors). */
    private static String body(String codeMinor, String description) {
        ObjectNode body = JSON.createObjectNode();
        body.putArray("statusInfoSet")
                .addObject()
                .put("imsx_codeMajor", "failure")
                .put("imsx_severity", "error")
                .put("imsx_codeMinor", codeMinor)
                .put("imsx_description", description);
        return body.toString();
    }

    static int status(RosterFailure.Reason reason) {
        return switch (reason) {
            case INVALID_QUERY, SOURCE_REFUSED_QUERY -> 400;
            case TOKEN_INVALID -> 401;
            case REALM_DISABLED,
                    HTTPS_REQUIRED,
                    SCOPE_MISSING,
                    IMPERSONATED,
                    REFUSED,
                    DISTRICT_MISSING,
                    OTHER_DISTRICT,
                    NOT_LINKED,
                    CLASSLINK_TOKEN_EXPIRED,
                    DISTRICT_UNKNOWN,
                    DISTRICT_DISABLED,
                    DISTRICT_WITHDREW -> 403;
            case ROSTER_OFF, UNKNOWN_PATH, UNKNOWN_OBJECT -> 404;
            case RATE_LIMITED, BUSY, SOURCE_BUSY -> 429;
            case CONFIGURATION, UNEXPECTED -> 500;
            case SOURCE_REFUSED, SOURCE_LACKS, SOURCE_BROKEN -> 502;
            case SOURCE_UNAVAILABLE, SOURCE_CHANGED, CLASSLINK_TOKEN_UNAVAILABLE -> 503;
            case SOURCE_TOO_SLOW -> 504;
        };
    }

    private static String codeMinor(RosterFailure.Reason reason) {
        return switch (status(reason)) {
            case 400 -> reason == RosterFailure.Reason.SOURCE_REFUSED_QUERY ? "invalid_filter_field" : "invaliddata";
            case 401 -> "unauthorisedrequest";
            case 403 -> "forbidden";
            case 404 -> "unknownobject";
            case 429, 503 -> "server_busy";
            default -> "internal_server_error";
        };
    }
}
