package io.github.k12sso.classlink.simulator.oauth;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.http.Json;
import io.github.k12sso.classlink.simulator.http.ServerRequest;
import io.github.k12sso.classlink.simulator.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Discovery document and key set. */
public final class DiscoveryEndpoint {
    /**
     * The fields that users of ClassLink reported; PKCE, revocation and end-session endpoint are absent
     * (docs/internals/classlink-protocol.md#discovery).
     */
    private static final List<String> CLAIMS = List.of(
            "sub",
            "given_name",
            "middle_name",
            "family_name",
            "preferred_username",
            "email",
            "email_verified",
            "profile",
            "phone_number_verified",
            "picture",
            "address",
            "classLink_tenant_id",
            "classLink_tenant_id_string",
            "classLink_role",
            "classLink_role_level",
            "classLink_sourcedId",
            "classLink_org_sourcedids");

    private final String issuer;
    private final IdTokenKeys keys;

    public DiscoveryEndpoint(String issuer, IdTokenKeys keys) {
        this.issuer = issuer;
        this.keys = keys;
    }

    public ServerResponse configuration(ServerRequest request) {
        ObjectNode document = Json.object()
                .put("issuer", issuer)
                .put("authorization_endpoint", issuer + "/oauth2/v2/auth")
                .put("token_endpoint", issuer + "/oauth2/v2/token")
                .put("userinfo_endpoint", issuer + "/v2/my/profileinfo")
                .put("jwks_uri", issuer + "/oauth2/v2/jwks");
        document.set(
                "token_endpoint_auth_methods_supported",
                Json.strings(List.of("client_secret_post", "client_secret_basic")));
        document.set("id_token_signing_alg_values_supported", Json.strings(List.of("RS256")));
        document.set("scopes_supported", Json.strings(Scopes.KNOWN));
        document.set("claims_supported", Json.strings(CLAIMS));
        return ServerResponse.json(200, document);
    }

    /**
     * ClassLink's firewall blocks Python's default user agent
     * (docs/internals/classlink-protocol.md#id_token).
     */
    public ServerResponse keys(ServerRequest request) {
        boolean python = request.header("User-Agent")
                .map(agent -> agent.toLowerCase(Locale.ROOT))
                .filter(agent -> agent.startsWith("python-urllib"))
                .isPresent();
        if (python) {
            return ServerResponse.html(401, "<!DOCTYPE html><title>Unauthorized</title><p>Unauthorized</p>");
        }
        byte[] body = keys.publicKeys().toString(true).getBytes(StandardCharsets.UTF_8);
        return ServerResponse.bytes(200, "application/json", body);
    }
}
