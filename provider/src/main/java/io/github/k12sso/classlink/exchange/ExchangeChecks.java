package io.github.k12sso.classlink.exchange;

import io.github.k12sso.classlink.keycloak.KeycloakLine;
import io.github.k12sso.classlink.keycloak.SignedToken;
import io.github.k12sso.classlink.keycloak.SignedToken.Impersonation;
import java.util.Optional;
import org.keycloak.OAuth2Constants;
import org.keycloak.common.Profile;
import org.keycloak.common.VerificationException;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.OIDCAdvancedConfigWrapper;
import org.keycloak.protocol.oidc.TokenExchangeContext;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.dpop.DPoP;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.managers.GrantTypeEndpointRestrictionValidator;
import org.keycloak.services.util.DPoPUtil;
import org.keycloak.services.util.MtlsHoKTokenUtil;
import org.keycloak.util.TokenUtil;

/**
 * The checks of a token exchange. They repeat the checks of Keycloak's {@code StandardTokenExchangeProvider} (26.7.4)
 * in the same order; additional checks are marked.
 */
final class ExchangeChecks {

    private final TokenExchangeContext context;
    private final KeycloakSession session;
    private final ClientModel client;

    ExchangeChecks(TokenExchangeContext context) {
        this.context = context;
        this.session = context.getSession();
        this.client = context.getClient();
    }

    void requireConfidentialClientWithExchangeEnabled() throws ExchangeRefused {
        refuseIf(client.isPublicClient(), ExchangeRefused.Reason.PUBLIC_CLIENT);
        refuseIf(
                !OIDCAdvancedConfigWrapper.fromClientModel(client).isStandardTokenExchangeEnabled(),
                ExchangeRefused.Reason.EXCHANGE_NOT_ENABLED);
    }

    void requireUnderstoodParameters() throws ExchangeRefused {
        TokenExchangeContext.Params params = context.getParams();
        refuseIf(params.getSubjectToken() == null, ExchangeRefused.Reason.SUBJECT_TOKEN_MISSING);
        refuseIf(
                !OAuth2Constants.ACCESS_TOKEN_TYPE.equals(params.getSubjectTokenType()),
                ExchangeRefused.Reason.SUBJECT_TOKEN_TYPE_UNSUPPORTED);
        String requestedType = params.getRequestedTokenType();
        refuseIf(
                requestedType != null && !requestedType.equals(OAuth2Constants.ACCESS_TOKEN_TYPE),
                ExchangeRefused.Reason.REQUESTED_TOKEN_TYPE_UNSUPPORTED);
        // Additional: unsupported parameters are refused, not ignored.
        refuseIf(
                params.getAudience() != null || params.getResource() != null || params.getActorToken() != null,
                ExchangeRefused.Reason.PARAMETER_UNSUPPORTED);
        refuseIf(
                params.getScope() != null && !KeycloakLine.calls().isValidScope(session, params.getScope(), client),
                ExchangeRefused.Reason.SCOPE_UNKNOWN);
    }

    /** The subject token, verified as a resource endpoint would: signature, expiry, realm, user, session, not-before. */
    AuthenticationManager.AuthResult requireSubject() throws ExchangeRefused {
        refuseIf(
                !SignedToken.namesAlgorithm(context.getParams().getSubjectToken()),
                ExchangeRefused.Reason.SUBJECT_TOKEN_INVALID);
        AuthenticationManager.AuthResult subject = AuthenticationManager.verifyIdentityToken(
                session,
                context.getRealm(),
                session.getContext().getUri(),
                context.getClientConnection(),
                true,
                true,
                null,
                false,
                context.getParams().getSubjectToken(),
                context.getHeaders(),
                verifier -> verifier.withChecks(GrantTypeEndpointRestrictionValidator.check(session)));
        refuseIf(subject == null, ExchangeRefused.Reason.SUBJECT_TOKEN_INVALID);
        return subject;
    }

    /** Additional: an impersonator must not get the user's ClassLink token. */
    void requireNoImpersonation(UserSessionModel userSession) throws ExchangeRefused {
        Optional<Impersonation> impersonation = Impersonation.in(userSession);
        impersonation.ifPresent(found -> found.describe(context.getEvent()));
        refuseIf(impersonation.isPresent(), ExchangeRefused.Reason.IMPERSONATED);
    }

    /** RFC 7800: a token bound to a certificate or key requires proof of possession. */
    void requireProofOfPossession(AccessToken token) throws ExchangeRefused {
        AccessToken.Confirmation confirmation = token.getConfirmation();
        if (confirmation == null) {
            return;
        }
        refuseIf(!client.getClientId().equals(token.getIssuedFor()), ExchangeRefused.Reason.BOUND_TO_OTHER_CLIENT);
        refuseIf(
                confirmation.getCertThumbprint() != null
                        && !MtlsHoKTokenUtil.verifyTokenBindingWithClientCertificate(
                                token, session.getContext().getHttpRequest(), session),
                ExchangeRefused.Reason.CERTIFICATE_MISSING);
        if (Profile.isFeatureEnabled(Profile.Feature.DPOP) && confirmation.getKeyThumbprint() != null) {
            DPoP proof = session.getAttribute(DPoPUtil.DPOP_SESSION_ATTRIBUTE, DPoP.class);
            refuseIf(proof == null, ExchangeRefused.Reason.DPOP_PROOF_MISSING);
            try {
                DPoPUtil.validateBinding(token, proof);
            } catch (VerificationException e) {
                throw new ExchangeRefused(ExchangeRefused.Reason.DPOP_PROOF_INVALID);
            }
        }
    }

    void requireOwnToken(AccessToken token) throws ExchangeRefused {
        refuseIf(
                !client.getClientId().equals(token.getIssuedFor()) && !token.hasAudience(client.getClientId()),
                ExchangeRefused.Reason.NOT_IN_AUDIENCE);
    }

    /** Additional: the client scope permits the exchange of this token for a ClassLink token. */
    void requireTokenScope(AccessToken token, String tokenScope) throws ExchangeRefused {
        if (!TokenUtil.hasScope(token.getScope(), tokenScope)) {
            throw ExchangeRefused.lacking(tokenScope);
        }
    }

    /** The user's consent for the requesting client. Additional: for the client that the token was issued to. */
    void requireConsent(AuthenticationManager.AuthResult subject) throws ExchangeRefused {
        refuseIf(
                !KeycloakLine.calls()
                        .isConsentAvailable(
                                session,
                                subject.user(),
                                client,
                                null,
                                context.getParams().getScope()),
                ExchangeRefused.Reason.CONSENT_MISSING);
        ClientModel issuedFor =
                context.getRealm().getClientByClientId(subject.token().getIssuedFor());
        refuseIf(issuedFor == null || !issuedFor.isEnabled(), ExchangeRefused.Reason.SUBJECT_TOKEN_INVALID);
        AuthenticatedClientSessionModel clientSession = subject.session() == null
                ? null
                : subject.session().getAuthenticatedClientSessionByClient(issuedFor.getId());
        refuseIf(
                !KeycloakLine.calls()
                        .isConsentAvailable(
                                session,
                                subject.user(),
                                issuedFor,
                                clientSession,
                                subject.token().getScope()),
                ExchangeRefused.Reason.CONSENT_MISSING);
    }

    private static void refuseIf(boolean refused, ExchangeRefused.Reason error) throws ExchangeRefused {
        if (refused) {
            throw new ExchangeRefused(error);
        }
    }
}
