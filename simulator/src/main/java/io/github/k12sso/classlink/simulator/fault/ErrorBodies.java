package io.github.k12sso.classlink.simulator.fault;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.Json;
import io.github.k12sso.classlink.simulator.http.ServerResponse;

/**
 * The error bodies of each endpoint. All are constructed, because ClassLink's are unknown
 * (docs/internals/classlink-protocol.md#unknown).
 */
public final class ErrorBodies {
    private ErrorBodies() {}

    static ServerResponse fitting(Endpoint endpoint, int status) {
        return switch (endpoint) {
            case TOKEN, REVOKE -> oauth(status, oauthError(status), "fault injected");
            case MY_INFO, PROFILEINFO, GROUPS, MY_PROFILE, MY_OTHER -> message(status, "fault injected");
            case APPLICATIONS, ROSTER -> roster(status, rosterError(status), "fault injected");
            case AUTHORIZE, JWKS, DISCOVERY, LAUNCHPAD ->
                ServerResponse.html(
                        status, "<!DOCTYPE html><title>Error " + status + "</title><h1>Error " + status + "</h1>");
        };
    }

    /** RFC 6749 section 5.2, suggested by docs/internals/classlink-protocol.md#error-responses. */
    public static ServerResponse oauth(int status, String error, String description) {
        ObjectNode body = Json.object().put("error", error).put("error_description", description);
        return ServerResponse.json(status, body).header("Cache-Control", "no-store");
    }

    /**
     * A JSON object with {@code message}, which is all that is known about nodeapi errors
     * (docs/internals/classlink-protocol.md#error-responses).
     */
    public static ServerResponse message(int status, String message) {
        return ServerResponse.json(status, Json.object().put("message", message));
    }

    /** OneRoster 1.1 {@code statusInfoSet} (docs/internals/classlink-rosters.md#errors). */
    public static ServerResponse roster(int status, String codeMinor, String description) {
        ObjectNode body = Json.object();
        body.putArray("statusInfoSet").add(statusInfo("failure", "error", codeMinor, description));
        return ServerResponse.json(status, body);
    }

    /** One entry of a {@code statusInfoSet}. */
    public static ObjectNode statusInfo(String codeMajor, String severity, String codeMinor, String description) {
        return Json.object()
                .put("imsx_codeMajor", codeMajor)
                .put("imsx_severity", severity)
                .put("imsx_codeMinor", codeMinor)
                .put("imsx_description", description);
    }

    private static String oauthError(int status) {
        return switch (status) {
            case 400 -> "invalid_request";
            case 401 -> "invalid_client";
            case 403 -> "access_denied";
            case 429, 503 -> "temporarily_unavailable";
            default -> "server_error";
        };
    }

    private static String rosterError(int status) {
        return switch (status) {
            case 400, 422 -> "invaliddata";
            case 401 -> "unauthorisedrequest";
            case 403 -> "forbidden";
            case 404 -> "unknownobject";
            case 429, 503 -> "server_busy";
            default -> "internal_server_error";
        };
    }
}
