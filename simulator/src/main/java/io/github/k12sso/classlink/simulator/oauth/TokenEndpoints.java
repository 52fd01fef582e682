package io.github.k12sso.classlink.simulator.oauth;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.fault.ErrorBodies;
import io.github.k12sso.classlink.simulator.http.Json;
import io.github.k12sso.classlink.simulator.http.ServerRequest;
import io.github.k12sso.classlink.simulator.http.ServerResponse;
import io.github.k12sso.classlink.simulator.runtime.PkceMode;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import io.github.k12sso.classlink.simulator.runtime.Switches;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/**
 * {@code POST /oauth2/v2/token}: three parameters are enough, unknown ones are ignored, and the response has four fields
 * (docs/internals/classlink-protocol.md#token-request, #token-response). Error bodies are
 * constructed (#error-responses).
 */
public final class TokenEndpoints {
    private final ClientAuthentication authentication;
    private final AuthorizationCodes codes;
    private final Tokens tokens;
    private final IdTokenSigner idTokens;
    private final Switches switches;

    public TokenEndpoints(
            Clients clients, AuthorizationCodes codes, Tokens tokens, IdTokenSigner idTokens, Switches switches) {
        this.authentication = new ClientAuthentication(clients, switches);
        this.codes = codes;
        this.tokens = tokens;
        this.idTokens = idTokens;
        this.switches = switches;
    }

    public ServerResponse token(ServerRequest request) {
        ClientAuthentication.ClientCheck caller = authentication.authenticate(request);
        if (caller.refusal().isPresent()) {
            return caller.refusal().get();
        }
        RegisteredClient client = caller.client().orElseThrow();
        String grantType = request.parameter("grant_type").orElse("authorization_code");
        if (grantType.equals("authorization_code")) {
            return redeemCode(request, client);
        }
        if (grantType.equals("refresh_token") && switches.isGuide()) {
            return refresh(request, client);
        }
        return ErrorBodies.oauth(400, "unsupported_grant_type", "grant_type " + grantType + " is not supported");
    }

    /** RFC 7009, only if switched on, because ClassLink is not known to have this endpoint. */
    public ServerResponse revoke(ServerRequest request) {
        if (!switches.get(Switch.REVOCATION)) {
            return ServerResponse.html(404, "<!DOCTYPE html><title>Not found</title><p>Not found</p>");
        }
        ClientAuthentication.ClientCheck caller = authentication.authenticate(request);
        if (caller.refusal().isPresent()) {
            return caller.refusal().get();
        }
        Optional<String> token = request.parameter("token");
        if (token.isEmpty()) {
            return ErrorBodies.oauth(400, "invalid_request", "token is missing");
        }
        tokens.revoke(token.get(), caller.client().orElseThrow().id());
        return ServerResponse.empty(200);
    }

    private ServerResponse redeemCode(ServerRequest request, RegisteredClient client) {
        Optional<String> code = request.parameter("code");
        if (code.isEmpty()) {
            return ErrorBodies.oauth(400, "invalid_request", "code is missing");
        }
        Optional<Grant> grant =
                codes.peek(code.get()).filter(found -> found.clientId().equals(client.id()));
        if (grant.isEmpty()) {
            return ErrorBodies.oauth(400, "invalid_grant", "the code is unknown, expired or already used");
        }
        if (!redirectUriFits(request, grant.get(), client)) {
            return ErrorBodies.oauth(400, "invalid_grant", "redirect_uri differs from the authorization request");
        }
        if (!verifierFits(request, grant.get())) {
            return ErrorBodies.oauth(400, "invalid_grant", "code_verifier does not match code_challenge");
        }
        if (codes.spend(code.get()).isEmpty()) {
            return ErrorBodies.oauth(400, "invalid_grant", "the code is unknown, expired or already used");
        }
        boolean guide = switches.isGuide();
        Duration lifetime = switches.tokenLifetime();
        Tokens.Pair pair = tokens.issue(grant.get(), lifetime, guide && switches.get(Switch.REFRESH_TOKENS));
        ObjectNode body = Json.object()
                .put("access_token", pair.accessToken())
                .put("token_type", "Bearer")
                .put("response_type", "code");
        if (grant.get().scopes().contains("openid")) {
            idTokens.issue(grant.get()).ifPresent(idToken -> body.put("id_token", idToken));
        }
        return granted(guide ? withGuideMembers(body, pair, lifetime) : body);
    }

    private ServerResponse refresh(ServerRequest request, RegisteredClient client) {
        Optional<String> refreshToken = request.parameter("refresh_token");
        if (refreshToken.isEmpty()) {
            return ErrorBodies.oauth(400, "invalid_request", "refresh_token is missing");
        }
        Duration lifetime = switches.tokenLifetime();
        Optional<Tokens.Pair> pair =
                tokens.redeem(refreshToken.get(), client.id(), lifetime, switches.get(Switch.REFRESH_ROTATION));
        if (pair.isEmpty()) {
            return ErrorBodies.oauth(400, "invalid_grant", "the refresh token is unknown, expired or already used");
        }
        ObjectNode body =
                Json.object().put("access_token", pair.get().accessToken()).put("token_type", "Bearer");
        if (switches.get(Switch.REFRESH_ID_TOKENS)
                && pair.get().grant().scopes().contains("openid")) {
            idTokens.issue(pair.get().grant()).ifPresent(idToken -> body.put("id_token", idToken));
        }
        return granted(withGuideMembers(body, pair.get(), lifetime));
    }

    private static ObjectNode withGuideMembers(ObjectNode body, Tokens.Pair pair, Duration lifetime) {
        body.put("expires_in", lifetime.toSeconds());
        pair.refreshToken().ifPresent(token -> body.put("refresh_token", token));
        return body.put("scope", String.join(" ", pair.grant().scopes()));
    }

    private static ServerResponse granted(ObjectNode body) {
        return ServerResponse.json(200, body).header("Cache-Control", "no-store");
    }

    /** Optional, but checked if sent. A tile's code has no redirect URI, so any registered one is accepted. */
    private static boolean redirectUriFits(ServerRequest request, Grant grant, RegisteredClient client) {
        Optional<String> sent = request.parameter("redirect_uri");
        return sent.isEmpty()
                || grant.redirectUri().map(sent.get()::equals).orElseGet(() -> client.accepts(sent.get()));
    }

    private boolean verifierFits(ServerRequest request, Grant grant) {
        if (switches.get(Switch.PKCE) == PkceMode.IGNORE || grant.challenge().isEmpty()) {
            return true;
        }
        Grant.Challenge challenge = grant.challenge().get();
        return request.parameter("code_verifier")
                .map(verifier -> challenge.method().equals("S256") ? sha256(verifier) : verifier)
                .filter(challenge.value()::equals)
                .isPresent();
    }

    private static String sha256(String verifier) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
