package io.github.k12sso.classlink.it.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.AccessTokenType;
import com.nimbusds.oauth2.sdk.token.TokenTypeURI;
import com.nimbusds.oauth2.sdk.token.Tokens;
import com.nimbusds.oauth2.sdk.tokenexchange.TokenExchangeGrant;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.AuthenticationResponse;
import com.nimbusds.openid.connect.sdk.AuthenticationResponseParser;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.UserInfo;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * An app on a standard library without support for Keycloak or ClassLink. The library only parses responses that comply with
 * the standards.
 */
@WithTestEnvironment
class NimbusClientIT {

    private static final ClientSecretBasic APP =
            new ClientSecretBasic(new ClientID(TestRealm.APP), new Secret(TestRealm.APP_SECRET));

    /** Expired on issue: a token counts as expired five seconds before its expiry. */
    private static final Duration OVER_AT_ONCE = Duration.ofSeconds(2);

    private TestEnvironment environment;
    private TestRealm realm;
    private OIDCProviderMetadata metadata;

    @BeforeEach
    void aRealm(TestEnvironment testEnvironment) throws Exception {
        environment = testEnvironment;
        realm = environment.newRealm();
        metadata = OIDCProviderMetadata.resolve(new Issuer(realm.url("")));
    }

    private record Login(AuthenticationRequest request, CodeVerifier verifier, AuthenticationResponse response) {}

    @Test
    void signsInAndValidatesEverything() throws Exception {
        Login login = login("student", "openid");

        assertThat(login.response().getState()).isEqualTo(login.request().getState());
        assertThat(login.response().getIssuer()).isEqualTo(metadata.getIssuer());

        OIDCTokens tokens = redeem(login);
        IDTokenClaimsSet claims = new IDTokenValidator(
                        metadata.getIssuer(),
                        APP.getClientID(),
                        JWSAlgorithm.RS256,
                        metadata.getJWKSetURI().toURL())
                .validate(tokens.getIDToken(), login.request().getNonce());
        assertThat(claims.getSubject().getValue())
                .isEqualTo(realm.state().user("mira.fernwick.2").get("id").textValue());

        UserInfo user = UserInfoResponse.parse(
                        new UserInfoRequest(metadata.getUserInfoEndpointURI(), tokens.getBearerAccessToken())
                                .toHTTPRequest()
                                .send())
                .toSuccessResponse()
                .getUserInfo();
        assertThat(user.getSubject()).isEqualTo(claims.getSubject());
    }

    @Test
    void exchangesItsTokenForAClassLinkToken() throws Exception {
        AccessToken keycloakToken =
                redeem(login("student", "openid", TestRealm.TOKEN_SCOPE)).getAccessToken();
        environment.classLink().clearRequests();

        Tokens tokens = exchange(keycloakToken);

        AccessToken classLinkToken = tokens.getAccessToken();
        assertThat(classLinkToken.getType()).isEqualTo(AccessTokenType.BEARER);
        assertThat(classLinkToken.getIssuedTokenType()).isEqualTo(TokenTypeURI.ACCESS_TOKEN);
        assertThat(classLinkToken.getLifetime()).isBetween(86_000L, 86_400L);
        assertThat(tokens.getRefreshToken()).isNull();
        // The stored token is returned without a call to ClassLink.
        assertThat(environment.classLink().requests()).noneMatch(request -> request.endpoint() == Endpoint.TOKEN);

        UserInfo profile = UserInfoResponse.parse(new UserInfoRequest(
                                environment.classLink().baseUrl().resolve("/v2/my/profileinfo"),
                                tokens.getBearerAccessToken())
                        .toHTTPRequest()
                        .send())
                .toSuccessResponse()
                .getUserInfo();
        assertThat(profile.getSubject().getValue()).isEqualTo("870001");
    }

    @Test
    void parsesAnErrorAsAnOAuthError() throws Exception {
        AccessToken withoutTheScope = redeem(login("student", "openid")).getAccessToken();

        TokenErrorException refused = catchThrowableOfType(TokenErrorException.class, () -> exchange(withoutTheScope));

        assertThat(refused.error.getHTTPStatusCode()).isEqualTo(400);
        assertThat(refused.error.getCode()).isEqualTo("access_denied");
        assertThat(refused.error.getDescription()).contains("doesn't have the client scope 'classlink-token'");
        assertThat(refused.retryAfter).isNull();
    }

    @Test
    void readsRetryAfter() throws Exception {
        environment.classLink().tokenMode(TokenMode.GUIDE);
        environment.classLink().switches().guideTokenLifetime(OVER_AT_ONCE);
        AccessToken keycloakToken =
                redeem(login("student", "openid", TestRealm.TOKEN_SCOPE)).getAccessToken();
        environment
                .classLink()
                .faults()
                .inject(Endpoint.TOKEN, Fault.status(503).retryAfter(7));

        TokenErrorException refused = catchThrowableOfType(TokenErrorException.class, () -> exchange(keycloakToken));

        assertThat(refused.error.getHTTPStatusCode()).isEqualTo(503);
        assertThat(refused.error.getCode()).isEqualTo("temporarily_unavailable");
        assertThat(refused.retryAfter).isEqualTo("7");
    }

    private Login login(String personaId, String... scopes) throws Exception {
        CodeVerifier verifier = new CodeVerifier();
        AuthenticationRequest request = new AuthenticationRequest.Builder(
                        ResponseType.CODE, new Scope(scopes), APP.getClientID(), TestRealm.APP_CALLBACK)
                .endpointURI(metadata.getAuthorizationEndpointURI())
                .state(new State())
                .nonce(new Nonce())
                .codeChallenge(verifier, CodeChallengeMethod.S256)
                .customParameter("kc_idp_hint", TestRealm.ALIAS)
                .build();
        WebPage callback = realm.login(realm.newBrowser(), personaId, request.toURI());
        return new Login(request, verifier, AuthenticationResponseParser.parse(callback.address()));
    }

    private OIDCTokens redeem(Login login) throws Exception {
        HTTPResponse http = new TokenRequest.Builder(
                        metadata.getTokenEndpointURI(),
                        APP,
                        new AuthorizationCodeGrant(
                                login.response().toSuccessResponse().getAuthorizationCode(),
                                TestRealm.APP_CALLBACK,
                                login.verifier()))
                .build()
                .toHTTPRequest()
                .send();
        return (OIDCTokens)
                OIDCTokenResponseParser.parse(http).toSuccessResponse().getTokens();
    }

    /** Shown in docs/develop/token-exchange.md. */
    private Tokens exchange(AccessToken accessToken) throws Exception {
        TokenExchangeGrant grant = new TokenExchangeGrant(accessToken, TokenTypeURI.ACCESS_TOKEN);
        HTTPResponse http = new TokenRequest.Builder(metadata.getTokenEndpointURI(), APP, grant)
                .customParameter("requested_issuer", "classlink")
                .build()
                .toHTTPRequest()
                .send();
        TokenResponse answer = TokenResponse.parse(http);
        if (!answer.indicatesSuccess()) {
            throw new TokenErrorException(
                    answer.toErrorResponse().getErrorObject(), http.getHeaderValue("Retry-After"));
        }
        return answer.toSuccessResponse().getTokens();
    }

    private static final class TokenErrorException extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient ErrorObject error;
        private final String retryAfter;

        TokenErrorException(ErrorObject error, String retryAfter) {
            super(error.getCode());
            this.error = error;
            this.retryAfter = retryAfter;
        }
    }
}
