package io.github.k12sso.classlink.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenErrorResponse;
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
import io.github.k12sso.classlink.it.support.OnTestBed;
import io.github.k12sso.classlink.it.support.Page;
import io.github.k12sso.classlink.it.support.School;
import io.github.k12sso.classlink.it.support.TestBed;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An app built on a library that knows nothing of Keycloak or ClassLink: what it parses is what the standards say. */
@OnTestBed
class NimbusClientIT {

    private static final ClientSecretBasic APP =
            new ClientSecretBasic(new ClientID(School.APP), new Secret(School.APP_SECRET));

    private TestBed bed;
    private School school;
    private OIDCProviderMetadata realm;

    @BeforeEach
    void aSchool(TestBed testBed) throws Exception {
        bed = testBed;
        school = bed.newSchool();
        realm = OIDCProviderMetadata.resolve(new Issuer(school.url("")));
    }

    private record Login(AuthenticationRequest request, CodeVerifier verifier, AuthenticationResponse response) {}

    @Test
    void signsInAndValidatesEverything() throws Exception {
        Login login = login("student", "openid");

        assertThat(login.response().getState()).isEqualTo(login.request().getState());
        assertThat(login.response().getIssuer()).isEqualTo(realm.getIssuer());

        OIDCTokens tokens = redeem(login);
        IDTokenClaimsSet claims = new IDTokenValidator(
                        realm.getIssuer(),
                        APP.getClientID(),
                        JWSAlgorithm.RS256,
                        realm.getJWKSetURI().toURL())
                .validate(tokens.getIDToken(), login.request().getNonce());
        assertThat(claims.getSubject().getValue())
                .isEqualTo(school.user("mira.fernwick.2").get("id").textValue());

        UserInfo user = UserInfoResponse.parse(
                        new UserInfoRequest(realm.getUserInfoEndpointURI(), tokens.getBearerAccessToken())
                                .toHTTPRequest()
                                .send())
                .toSuccessResponse()
                .getUserInfo();
        assertThat(user.getSubject()).isEqualTo(claims.getSubject());
    }

    @Test
    void exchangesItsTokenForTheOneOfClassLink() throws Exception {
        AccessToken keycloakToken =
                redeem(login("student", "openid", School.TOKEN_SCOPE)).getAccessToken();
        bed.classLink().clearRequests();

        HTTPResponse http = exchange(keycloakToken);

        assertThat(http.getStatusCode()).isEqualTo(200);
        Tokens tokens = TokenResponse.parse(http).toSuccessResponse().getTokens();
        AccessToken classLinkToken = tokens.getAccessToken();
        assertThat(classLinkToken.getType()).isEqualTo(AccessTokenType.BEARER);
        assertThat(classLinkToken.getIssuedTokenType()).isEqualTo(TokenTypeURI.ACCESS_TOKEN);
        assertThat(classLinkToken.getLifetime()).isBetween(86_000L, 86_400L);
        assertThat(tokens.getRefreshToken()).isNull();
        // The record of the login answers; ClassLink is not asked.
        assertThat(bed.classLink().requests()).noneMatch(request -> request.endpoint() == Endpoint.TOKEN);

        UserInfo profile = UserInfoResponse.parse(new UserInfoRequest(
                                bed.classLink().baseUrl().resolve("/v2/my/profileinfo"), tokens.getBearerAccessToken())
                        .toHTTPRequest()
                        .send())
                .toSuccessResponse()
                .getUserInfo();
        assertThat(profile.getSubject().getValue()).isEqualTo("870001");
    }

    @Test
    void readsARefusalAsAnOAuthError() throws Exception {
        AccessToken withoutTheScope = redeem(login("student", "openid")).getAccessToken();

        HTTPResponse http = exchange(withoutTheScope);

        TokenErrorResponse refusal = TokenResponse.parse(http).toErrorResponse();
        assertThat(refusal.getErrorObject().getHTTPStatusCode()).isEqualTo(403);
        assertThat(refusal.getErrorObject().getCode()).isEqualTo("access_denied");
        assertThat(refusal.getErrorObject().getDescription()).contains("lacks the client scope");
    }

    private Login login(String personaId, String... scopes) throws Exception {
        CodeVerifier verifier = new CodeVerifier();
        AuthenticationRequest request = new AuthenticationRequest.Builder(
                        ResponseType.CODE, new Scope(scopes), APP.getClientID(), School.APP_CALLBACK)
                .endpointURI(realm.getAuthorizationEndpointURI())
                .state(new State())
                .nonce(new Nonce())
                .codeChallenge(verifier, CodeChallengeMethod.S256)
                .customParameter("kc_idp_hint", School.ALIAS)
                .build();
        Page callback = school.login(school.newBrowser(), personaId, request.toURI());
        return new Login(request, verifier, AuthenticationResponseParser.parse(callback.address()));
    }

    private OIDCTokens redeem(Login login) throws Exception {
        HTTPResponse http = send(
                new AuthorizationCodeGrant(
                        login.response().toSuccessResponse().getAuthorizationCode(),
                        School.APP_CALLBACK,
                        login.verifier()),
                Map.of());
        return (OIDCTokens)
                OIDCTokenResponseParser.parse(http).toSuccessResponse().getTokens();
    }

    private HTTPResponse exchange(AccessToken subject) throws Exception {
        return send(
                new TokenExchangeGrant(subject, TokenTypeURI.ACCESS_TOKEN),
                Map.of("requested_issuer", List.of(School.ALIAS)));
    }

    private HTTPResponse send(AuthorizationGrant grant, Map<String, List<String>> more) throws Exception {
        TokenRequest.Builder request = new TokenRequest.Builder(realm.getTokenEndpointURI(), APP, grant);
        more.forEach((name, values) -> request.customParameter(name, values.toArray(String[]::new)));
        return request.build().toHTTPRequest().send();
    }
}
