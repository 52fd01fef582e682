package io.github.k12sso.classlink.demo.app;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jwt.JWT;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.TokenTypeURI;
import com.nimbusds.oauth2.sdk.token.Tokens;
import com.nimbusds.oauth2.sdk.tokenexchange.TokenExchangeGrant;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.AuthenticationResponse;
import com.nimbusds.openid.connect.sdk.AuthenticationResponseParser;
import com.nimbusds.openid.connect.sdk.LogoutRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The app's OpenID Connect and token exchange client: the unmodified Nimbus SDK, with timeouts on every call. */
final class OpenIdClient {

    private static final Scope PROFILE = new Scope("openid", "profile", "email", "organization");

    private final RosterAppSettings settings;
    private final URI callback;
    private final Clock clock;
    private final ClientSecretBasic authentication;
    private final CallLog shared = new CallLog();
    private volatile KeycloakRealm realm;

    OpenIdClient(RosterAppSettings settings, URI callback, Clock clock) {
        this.settings = settings;
        this.callback = callback;
        this.clock = clock;
        this.authentication =
                new ClientSecretBasic(new ClientID(settings.clientId()), new Secret(settings.clientSecret()));
    }

    /** The calls made once for all browsers: discovery document and keys. */
    CallLog sharedCalls() {
        return shared;
    }

    LoginAttempt begin(LoginKind kind) {
        State state = new State();
        Nonce nonce = new Nonce();
        CodeVerifier verifier = new CodeVerifier();
        AuthenticationRequest.Builder request = new AuthenticationRequest.Builder(
                        ResponseType.CODE, scope(), authentication.getClientID(), callback)
                .endpointURI(realm().metadata().getAuthorizationEndpointURI())
                .state(state)
                .nonce(nonce)
                .codeChallenge(verifier, CodeChallengeMethod.S256);
        kind.addTo(request, settings.providerAlias());
        return new LoginAttempt(request.build().toURI(), state, nonce, verifier);
    }

    /**
     * Redeems the response to a login of this browser.
     *
     * @throws SignInFailedException if Keycloak or the user refused, or the response does not match the attempt
     */
    SignIn complete(LoginAttempt attempt, Map<String, List<String>> parameters, CallLog calls) {
        calls.add(new OutgoingCall("The browser signs in at Keycloak and returns", "GET", attempt.location())
                .redirected(callback, parameters));
        try {
            AuthenticationResponse response = AuthenticationResponseParser.parse(callback, parameters);
            if (!attempt.state().equals(response.getState())) {
                throw new SignInFailedException("state_mismatch");
            }
            if (response.getIssuer() != null && !response.getIssuer().equals(issuer())) {
                throw new SignInFailedException("issuer_mismatch");
            }
            if (!response.indicatesSuccess()) {
                throw new SignInFailedException(
                        response.toErrorResponse().getErrorObject().getCode());
            }
            TokenResponse answer = OIDCTokenResponseParser.parse(send(
                    "The app redeems the code",
                    new AuthorizationCodeGrant(
                            response.toSuccessResponse().getAuthorizationCode(), callback, attempt.verifier()),
                    Map.of(),
                    calls));
            if (!(answer instanceof OIDCTokenResponse success)) {
                throw new SignInFailedException(
                        answer.toErrorResponse().getErrorObject().getCode());
            }
            JWT idToken = success.getOIDCTokens().getIDToken();
            IDTokenClaimsSet claims = realm().idTokens().validate(idToken, attempt.nonce());
            Instant now = clock.instant();
            AccessToken access = success.getOIDCTokens().getAccessToken();
            return new SignIn(
                    SignedInPerson.from(claims),
                    idToken,
                    access,
                    success.getOIDCTokens().getRefreshToken(),
                    SignIn.expiry(access, now));
        } catch (ParseException | BadJOSEException | JOSEException e) {
            throw new SignInFailedException("invalid_response", e);
        }
    }

    /**
     * Refreshes Keycloak's access token if it is about to expire.
     *
     * @throws SessionEndedException if the Keycloak session has ended
     */
    SignIn fresh(SignIn signIn, CallLog calls) {
        Instant now = clock.instant();
        if (!signIn.isStale(now)) {
            return signIn;
        }
        if (signIn.refreshToken() == null) {
            throw new SessionEndedException();
        }
        try {
            HTTPResponse http = send(
                    "The app refreshes Keycloak's access token",
                    new RefreshTokenGrant(signIn.refreshToken()),
                    Map.of(),
                    calls);
            if (http.getStatusCode() >= 500) {
                throw new KeycloakUnavailableException("Keycloak responded with status " + http.getStatusCode());
            }
            TokenResponse answer = TokenResponse.parse(http);
            if (!answer.indicatesSuccess()) {
                throw new SessionEndedException();
            }
            Tokens tokens = answer.toSuccessResponse().getTokens();
            return signIn.with(tokens.getAccessToken(), tokens.getRefreshToken(), now);
        } catch (ParseException e) {
            throw new KeycloakUnavailableException("Keycloak's response is invalid", e);
        }
    }

    /**
     * Exchanges Keycloak's access token for the user's ClassLink token (RFC 8693).
     *
     * @throws ExchangeRefusedException with the reason that decides what the app does next
     * @throws SessionEndedException if Keycloak no longer accepts the access token
     */
    BearerAccessToken classLinkToken(SignIn signIn, CallLog calls) {
        TokenExchangeGrant grant = new TokenExchangeGrant(signIn.accessToken(), TokenTypeURI.ACCESS_TOKEN);
        HTTPResponse http = send(
                "The app exchanges Keycloak's access token for the ClassLink token",
                grant,
                Map.of("requested_issuer", settings.providerAlias()),
                calls);
        try {
            TokenResponse answer = TokenResponse.parse(http);
            if (answer.indicatesSuccess()) {
                return answer.toSuccessResponse().getTokens().getBearerAccessToken();
            }
            String code = answer.toErrorResponse().getErrorObject().getCode();
            if ("invalid_token".equals(code)) {
                throw new SessionEndedException();
            }
            throw ExchangeRefusedException.from(http, code);
        } catch (ParseException e) {
            throw ExchangeRefusedException.from(http, OAuth2Error.SERVER_ERROR_CODE);
        }
    }

    /** The URL that ends the Keycloak session and returns to the app's start page. */
    URI signOutLocation(JWT idToken) {
        return new LogoutRequest(realm().metadata().getEndSessionEndpointURI(), idToken, callback.resolve("/"), null)
                .toURI();
    }

    private HTTPResponse send(String title, AuthorizationGrant grant, Map<String, String> parameters, CallLog calls) {
        TokenRequest.Builder request =
                new TokenRequest.Builder(realm().metadata().getTokenEndpointURI(), authentication, grant);
        parameters.forEach(request::customParameter);
        HTTPRequest http = request.build().toHTTPRequest();
        http.setConnectTimeout((int) KeycloakRealm.CONNECT_TIMEOUT.toMillis());
        http.setReadTimeout((int) KeycloakRealm.READ_TIMEOUT.toMillis());
        http.setFollowRedirects(false);
        OutgoingCall call = new OutgoingCall(title, "POST", http.getURI())
                .authenticatedAs(settings.clientId())
                .form(URLUtils.parseParameters(http.getBody()));
        if (grant instanceof TokenExchangeGrant) {
            call.yields("$CLASSLINK_TOKEN");
        }
        try {
            HTTPResponse answer = http.send();
            calls.add(call.answered(answer.getStatusCode(), answer.getBody()));
            return answer;
        } catch (IOException e) {
            calls.add(call.failed("Keycloak's token endpoint did not respond"));
            throw new KeycloakUnavailableException("Keycloak's token endpoint did not respond", e);
        }
    }

    /** Access to the roster: exchange for a ClassLink token, or the gateway. */
    private Scope scope() {
        Scope scope = new Scope(PROFILE);
        scope.add(settings.gateway() ? "classlink-roster" : "classlink-token");
        return scope;
    }

    private Issuer issuer() {
        return new Issuer(settings.issuer());
    }

    /** Read at the first login, so that the app can start before Keycloak; then kept. */
    private KeycloakRealm realm() {
        KeycloakRealm known = realm;
        if (known == null) {
            known = KeycloakRealm.read(issuer(), authentication.getClientID(), shared);
            realm = known;
        }
        return known;
    }
}
