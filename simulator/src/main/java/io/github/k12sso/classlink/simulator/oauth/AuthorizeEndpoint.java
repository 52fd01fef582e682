package io.github.k12sso.classlink.simulator.oauth;

import io.github.k12sso.classlink.simulator.http.ServerRequest;
import io.github.k12sso.classlink.simulator.http.ServerResponse;
import io.github.k12sso.classlink.simulator.runtime.PkceMode;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import io.github.k12sso.classlink.simulator.runtime.Switches;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * {@code /oauth2/v2/auth} and the tiles, both of which send a code to the browser
 * (docs/internals/classlink-protocol.md#authorization-request, #launchpad-tiles).
 */
public final class AuthorizeEndpoint {
    /** The two pages of this endpoint. */
    public interface AuthorizePages {
        String consent(SignedIn user, RegisteredClient client, Set<String> scopes);

        String error(String title, String explanation);
    }

    private final Clients clients;
    private final AuthorizationCodes codes;
    private final Switches switches;
    private final Function<ServerRequest, Optional<SignedIn>> session;
    private final AuthorizePages pages;

    public AuthorizeEndpoint(
            Clients clients,
            AuthorizationCodes codes,
            Switches switches,
            Function<ServerRequest, Optional<SignedIn>> session,
            AuthorizePages pages) {
        this.clients = clients;
        this.codes = codes;
        this.switches = switches;
        this.session = session;
        this.pages = pages;
    }

    /**
     * The sign-in comes before any check, even of the client ID
     * (docs/internals/classlink-protocol.md#authorization-request, docs/internals/classlink-traps.md#trap-15).
     */
    public ServerResponse authorize(ServerRequest request) {
        Optional<SignedIn> user = session.apply(request);
        if (user.isEmpty()) {
            return toSignIn(request);
        }
        AuthorizationRequest authorization = new AuthorizationRequest(request);
        Optional<RegisteredClient> client = authorization.clientId().flatMap(clients::find);
        if (client.isEmpty()) {
            return refuse("Unknown application", "No application is registered with this client_id.");
        }
        Optional<String> redirectUri =
                authorization.redirectUri().filter(uri -> client.get().accepts(uri));
        if (redirectUri.isEmpty()) {
            return refuse(
                    "Redirect URI mismatch",
                    "The redirect_uri is not registered for " + client.get().id() + ".");
        }
        return decide(request, authorization, client.get(), redirectUri.get(), user.get());
    }

    /**
     * Sends the browser to the client with an unsolicited code: no state, no nonce, no PKCE
     * (docs/internals/classlink-protocol.md#launchpad-tiles).
     */
    public ServerResponse launch(ServerRequest request) {
        Optional<SignedIn> user = session.apply(request);
        if (user.isEmpty()) {
            return toSignIn(request);
        }
        Optional<RegisteredClient> client = clients.find(request.pathParameter("client"));
        if (client.isEmpty()) {
            return refuse("Unknown application", "This tile does not exist.");
        }
        Grant grant =
                Grant.ofTile(user.get().persona(), client.get().id(), user.get().since());
        return ServerResponse.redirect(new RedirectLocation(client.get().launchUrl())
                .with("code", codes.issue(grant))
                .with("response_type", "code")
                .toString());
    }

    private ServerResponse decide(
            ServerRequest request,
            AuthorizationRequest authorization,
            RegisteredClient client,
            String redirectUri,
            SignedIn user) {
        if (!authorization.asksForCode()) {
            return error(redirectUri, "unsupported_response_type", authorization);
        }
        Optional<Set<String>> scopes = authorization.scopes();
        if (scopes.isEmpty()) {
            return error(redirectUri, "invalid_scope", authorization);
        }
        if (switches.get(Switch.PKCE) == PkceMode.REQUIRE
                && authorization.challenge().isEmpty()) {
            return error(redirectUri, "invalid_request", authorization);
        }
        Optional<String> decision =
                request.parameter("decision").filter(unused -> request.method().equals("POST"));
        if (switches.get(Switch.CONSENT) && decision.isEmpty()) {
            return ServerResponse.html(200, pages.consent(user, client, scopes.get()));
        }
        if (decision.filter("deny"::equals).isPresent()) {
            return error(redirectUri, "access_denied", authorization);
        }
        return code(
                authorization,
                new Grant(
                        user.persona(),
                        client.id(),
                        scopes.get(),
                        user.since(),
                        Optional.of(redirectUri),
                        authorization.nonce(),
                        authorization.challenge()));
    }

    private ServerResponse code(AuthorizationRequest authorization, Grant grant) {
        RedirectLocation location = new RedirectLocation(grant.redirectUri().orElseThrow())
                .with("code", codes.issue(grant))
                .with("response_type", "code");
        if (switches.get(Switch.STATE_ON_CODES)) {
            authorization.state().ifPresent(state -> location.with("state", state));
        }
        return ServerResponse.redirect(location.toString());
    }

    /**
     * ClassLink's documentation shows errors without state. Keycloak needs it, so the simulator includes it unless switched
     * off.
     */
    private ServerResponse error(String redirectUri, String error, AuthorizationRequest authorization) {
        RedirectLocation location = new RedirectLocation(redirectUri).with("error", error);
        if (switches.get(Switch.STATE_ON_ERRORS)) {
            authorization.state().ifPresent(state -> location.with("state", state));
        }
        return ServerResponse.redirect(location.toString());
    }

    private ServerResponse refuse(String title, String explanation) {
        return ServerResponse.html(400, pages.error(title, explanation));
    }

    private static ServerResponse toSignIn(ServerRequest request) {
        return ServerResponse.redirect(
                "/?logincallback=" + URLEncoder.encode(request.rawPathAndQuery(), StandardCharsets.UTF_8));
    }
}
