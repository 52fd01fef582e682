package io.github.k12sso.classlink.simulator.oauth;

import io.github.k12sso.classlink.simulator.http.Answer;
import io.github.k12sso.classlink.simulator.http.Exchange;
import io.github.k12sso.classlink.simulator.runtime.PkceMode;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import io.github.k12sso.classlink.simulator.runtime.Switches;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * {@code /oauth2/v2/auth} and the tiles, which come to the same end: a code in the browser
 * (docs/internals/classlink-protocol.md#authorization-request, #launchpad-tiles).
 */
public final class AuthorizeEndpoint {
    /** The two pages this endpoint shows itself. */
    public interface Pages {
        String consent(SignedIn user, RegisteredClient client, Set<String> scopes);

        String error(String title, String explanation);
    }

    private final Clients clients;
    private final AuthorizationCodes codes;
    private final Switches switches;
    private final Function<Exchange, Optional<SignedIn>> session;
    private final Pages pages;

    public AuthorizeEndpoint(
            Clients clients,
            AuthorizationCodes codes,
            Switches switches,
            Function<Exchange, Optional<SignedIn>> session,
            Pages pages) {
        this.clients = clients;
        this.codes = codes;
        this.switches = switches;
        this.session = session;
        this.pages = pages;
    }

    /**
     * The sign-in detour comes before any check, even of the client id
     * (docs/internals/classlink-protocol.md#authorization-request, #trap-15).
     */
    public Answer authorize(Exchange exchange) {
        Optional<SignedIn> user = session.apply(exchange);
        if (user.isEmpty()) {
            return toSignIn(exchange);
        }
        AuthorizationRequest request = new AuthorizationRequest(exchange);
        Optional<RegisteredClient> client = request.clientId().flatMap(clients::find);
        if (client.isEmpty()) {
            return refuse("Unknown application", "No application is registered with this client_id.");
        }
        Optional<String> redirectUri =
                request.redirectUri().filter(uri -> client.get().accepts(uri));
        if (redirectUri.isEmpty()) {
            return refuse(
                    "Redirect URI mismatch",
                    "The redirect_uri is not registered for " + client.get().id() + ".");
        }
        return decide(exchange, request, client.get(), redirectUri.get(), user.get());
    }

    /**
     * Sends the browser to the client with a code nobody asked for: no state, no nonce, no PKCE
     * (docs/internals/classlink-protocol.md#launchpad-tiles).
     */
    public Answer launch(Exchange exchange) {
        Optional<SignedIn> user = session.apply(exchange);
        if (user.isEmpty()) {
            return toSignIn(exchange);
        }
        Optional<RegisteredClient> client = clients.find(exchange.pathParameter("client"));
        if (client.isEmpty()) {
            return refuse("Unknown application", "There is no such tile.");
        }
        Grant grant =
                Grant.ofTile(user.get().persona(), client.get().id(), user.get().since());
        return Answer.redirect(new RedirectLocation(client.get().launchUrl())
                .with("code", codes.issue(grant))
                .with("response_type", "code")
                .toString());
    }

    private Answer decide(
            Exchange exchange,
            AuthorizationRequest request,
            RegisteredClient client,
            String redirectUri,
            SignedIn user) {
        if (!request.asksForCode()) {
            return error(redirectUri, "unsupported_response_type", request);
        }
        Optional<Set<String>> scopes = request.scopes();
        if (scopes.isEmpty()) {
            return error(redirectUri, "invalid_scope", request);
        }
        if (switches.get(Switch.PKCE) == PkceMode.REQUIRE && request.challenge().isEmpty()) {
            return error(redirectUri, "invalid_request", request);
        }
        Optional<String> decision = exchange.parameter("decision")
                .filter(unused -> exchange.method().equals("POST"));
        if (switches.get(Switch.CONSENT) && decision.isEmpty()) {
            return Answer.html(200, pages.consent(user, client, scopes.get()));
        }
        if (decision.filter("deny"::equals).isPresent()) {
            return error(redirectUri, "access_denied", request);
        }
        Grant grant = new Grant(
                user.persona(),
                client.id(),
                scopes.get(),
                user.since(),
                Optional.of(redirectUri),
                request.nonce(),
                request.challenge());
        RedirectLocation location = new RedirectLocation(redirectUri)
                .with("code", codes.issue(grant))
                .with("response_type", "code");
        if (switches.get(Switch.STATE_ON_CODES)) {
            request.state().ifPresent(state -> location.with("state", state));
        }
        return Answer.redirect(location.toString());
    }

    /** ClassLink's documentation shows errors without state; Keycloak needs it, so it is echoed unless switched off. */
    private Answer error(String redirectUri, String error, AuthorizationRequest request) {
        RedirectLocation location = new RedirectLocation(redirectUri).with("error", error);
        if (switches.get(Switch.STATE_ON_ERRORS)) {
            request.state().ifPresent(state -> location.with("state", state));
        }
        return Answer.redirect(location.toString());
    }

    private Answer refuse(String title, String explanation) {
        return Answer.html(400, pages.error(title, explanation));
    }

    private static Answer toSignIn(Exchange exchange) {
        return Answer.redirect(
                "/?logincallback=" + URLEncoder.encode(exchange.rawPathAndQuery(), StandardCharsets.UTF_8));
    }
}
