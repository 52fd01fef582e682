package io.github.k12sso.classlink.oneroster.gateway;

import io.github.k12sso.classlink.keycloak.SignedToken;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.OIDCAdvancedConfigWrapper;
import org.keycloak.services.managers.AppAuthManager;
import org.keycloak.services.managers.AuthenticationManager.AuthResult;
import org.keycloak.services.util.MtlsHoKTokenUtil;
import org.keycloak.util.TokenUtil;

/** A Keycloak access token, checked as strictly as Keycloak's own userinfo endpoint does. */
final class RosterBearer {

    private RosterBearer() {}

    /**
     * Signature, expiry, realm, not-before, session, user and client, revocation, and the proof that belongs to a token that is
     * bound to a key (DPoP) or a certificate.
     */
    static AuthResult verify(KeycloakSession session) throws RosterFailure {
        AuthResult result = null;
        AppAuthManager.AuthHeader sent = AppAuthManager.extractAuthorizationHeaderTokenOrReturnNull(
                session.getContext().getHttpRequest().getHttpHeaders());
        if (sent != null && SignedToken.namesAlgorithm(sent.getToken())) {
            result = new AppAuthManager.BearerTokenAuthenticator(session)
                    .setHeaders(session.getContext().getHttpRequest().getHttpHeaders())
                    .authenticate();
        }
        if (result == null || !hasItsCertificate(session, result)) {
            throw new RosterFailure(
                    RosterFailure.Reason.TOKEN_INVALID,
                    "A valid Keycloak access token is needed, in the Authorization header");
        }
        return result;
    }

    private static boolean hasItsCertificate(KeycloakSession session, AuthResult result) {
        boolean bound =
                OIDCAdvancedConfigWrapper.fromClientModel(result.client()).isUseMtlsHokToken()
                        || (result.token().getConfirmation() != null
                                && result.token().getConfirmation().getCertThumbprint() != null);
        return !bound
                || MtlsHoKTokenUtil.verifyTokenBindingWithClientCertificate(
                        result.token(), session.getContext().getHttpRequest(), session);
    }

    static void requireScope(AuthResult result, String scope) throws RosterFailure {
        if (!TokenUtil.hasScope(result.token().getScope(), scope)) {
            throw new RosterFailure(
                    RosterFailure.Reason.SCOPE_MISSING, "The access token lacks the client scope that opens rosters");
        }
    }
}
