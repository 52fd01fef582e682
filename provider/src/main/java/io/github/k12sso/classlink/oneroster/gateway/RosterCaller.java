package io.github.k12sso.classlink.oneroster.gateway;

import io.github.k12sso.classlink.keycloak.SignedToken;
import io.github.k12sso.classlink.keycloak.SignedToken.Impersonation;
import io.github.k12sso.classlink.oneroster.client.RosterCredentials.UserToken;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import io.github.k12sso.classlink.oneroster.gateway.RosterState.RosterSettings;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import io.github.k12sso.classlink.settings.Setting.RosterMode;
import io.github.k12sso.classlink.vault.TokenRecord;
import io.github.k12sso.classlink.vault.TokenUnavailable;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.oidc.OIDCAdvancedConfigWrapper;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.protocol.oidc.encode.AccessTokenContext;
import org.keycloak.protocol.oidc.encode.TokenContextEncoderProvider;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.managers.AppAuthManager;
import org.keycloak.services.managers.AuthenticationManager.AuthResult;
import org.keycloak.services.util.DefaultClientSessionContext;
import org.keycloak.services.util.MtlsHoKTokenUtil;
import org.keycloak.util.TokenUtil;

/**
 * The caller of a roster request and the district that the caller can read.
 *
 * @param user the user of the access token
 * @param tenant the district
 * @param inPolicy the caller for the policy
 * @param district the key for limits: realm, provider and district
 */
record RosterCaller(UserModel user, TenantId tenant, Caller inPolicy, String district) {

    /** The realm role for reading every district; with the suffix {@code -<TenantId>}, for one district. */
    static final String ADMINISTRATOR = "roster-administrator";

    /** Like Keycloak's endpoints, requires an enabled realm, and https if the realm requires it. */
    static void requireEnabledRealm(KeycloakSession session) throws RosterFailure {
        RealmModel realm = session.getContext().getRealm();
        boolean https =
                "https".equals(session.getContext().getUri().getBaseUri().getScheme());
        if (!https && realm.getSslRequired().isRequired(session.getContext().getConnection())) {
            throw new RosterFailure(RosterFailure.Reason.HTTPS_REQUIRED, "HTTPS required");
        }
        if (!realm.isEnabled()) {
            throw new RosterFailure(RosterFailure.Reason.REALM_DISABLED, "Realm not enabled");
        }
    }

    /**
     * Verifies the access token as strictly as Keycloak's userinfo endpoint: signature, expiry, realm, not-before,
     * session, user, client, revocation, and proof of possession for a token bound to a key (DPoP) or certificate.
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
        if (result == null
                || !OIDCLoginProtocol.LOGIN_PROTOCOL.equals(result.client().getProtocol())
                || !hasItsCertificate(session, result)) {
            throw new RosterFailure(
                    RosterFailure.Reason.TOKEN_INVALID,
                    "A valid Keycloak access token is required in the Authorization header");
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

    /** Refuses impersonation: an administrator must not get the user's access. */
    static void requireNoImpersonation(AuthResult bearer, EventBuilder event) throws RosterFailure {
        Optional<Impersonation> impersonation = Impersonation.in(bearer.session());
        if (impersonation.isPresent()) {
            impersonation.get().describe(event);
            throw new RosterFailure(
                    RosterFailure.Reason.IMPERSONATED,
                    "The user session is an impersonation: rosters are available only to the user");
        }
    }

    static void requireScope(AuthResult result, String scope) throws RosterFailure {
        if (!TokenUtil.hasScope(result.token().getScope(), scope)) {
            throw new RosterFailure(
                    RosterFailure.Reason.SCOPE_MISSING,
                    "The access token doesn't have the client scope '" + scope + "'");
        }
    }

    /**
     * Determines the caller and the district from the user's record and the token's roles.
     *
     * @param tenantInUrl the district, if the URL has one
     * @throws RosterFailure if the district is unknown or the user cannot read it
     */
    static RosterCaller of(
            KeycloakSession session, RosterSettings settings, AuthResult bearer, Optional<String> tenantInUrl)
            throws RosterFailure {
        Optional<TokenRecord.Identity> identity = Optional.empty();
        RosterFailure unlinked = null;
        try {
            identity = identity(session.getContext().getRealm(), settings, bearer.user());
        } catch (TokenUnavailable e) {
            unlinked = UserToken.failure(e);
        }
        Optional<TenantId> own = identity.flatMap(TokenRecord.Identity::tenantId);
        Optional<TenantId> asked = tenantInUrl.isPresent() ? TenantId.of(tenantInUrl.get()) : own;
        boolean administrator = asked.isPresent() && isAdministrator(session, bearer, asked.get());
        boolean needsNoLink = bearer.user().getServiceAccountClientLink() != null
                || (administrator && settings.mode() != RosterMode.USER_TOKEN);
        if (unlinked != null && (tenantInUrl.isEmpty() || !needsNoLink)) {
            throw unlinked;
        }
        if (tenantInUrl.isEmpty() && own.isEmpty()) {
            throw new RosterFailure(
                    RosterFailure.Reason.DISTRICT_MISSING,
                    "ClassLink sent no district at the user's last login. Ask the user to sign in again");
        }
        TenantId tenant = admitted(settings, asked, asked.equals(own), administrator);
        return new RosterCaller(
                bearer.user(),
                tenant,
                administrator
                        ? Caller.ofAdministrator()
                        : Caller.ofPerson(
                                identity.flatMap(TokenRecord.Identity::sourcedId)
                                        .map(Object::toString),
                                identity.map(TokenRecord.Identity::roles).orElse(List.of())),
                session.getContext().getRealm().getId() + " " + settings.alias() + " " + tenant.value());
    }

    /** Returns the identity from the last login, if it was stored and storing is still on. */
    private static Optional<TokenRecord.Identity> identity(RealmModel realm, RosterSettings settings, UserModel user)
            throws TokenUnavailable {
        if (!settings.storesTokens()) {
            throw new TokenUnavailable(TokenUnavailable.Reason.NOT_LINKED);
        }
        return settings.vault().find(realm, user).record().identity();
    }

    private static TenantId admitted(
            RosterSettings settings, Optional<TenantId> asked, boolean isOwn, boolean administrator)
            throws RosterFailure {
        if (asked.isEmpty()
                || !(isOwn || administrator)
                || !settings.allowedTenants().admits(asked.get())) {
            throw new RosterFailure(
                    RosterFailure.Reason.OTHER_DISTRICT,
                    "Another district's roster requires the Keycloak role " + ADMINISTRATOR + " only");
        }
        if (settings.mode() == RosterMode.USER_TOKEN && !isOwn) {
            throw new RosterFailure(
                    RosterFailure.Reason.OTHER_DISTRICT,
                    "With the roster access mode user-token, users can read only their own district");
        }
        return asked.get();
    }

    /**
     * Returns whether the access token has the role and the user still has it. Keycloak's rules determine a token's
     * roles: the user's roles within the scope of the client and the token. A lightweight token contains no roles, so
     * only these rules apply.
     */
    private static boolean isAdministrator(KeycloakSession session, AuthResult bearer, TenantId tenant) {
        Set<String> names = Set.of(ADMINISTRATOR, ADMINISTRATOR + "-" + tenant.value());
        AccessToken token = bearer.token();
        AuthenticatedClientSessionModel clientSession = bearer.session()
                .getAuthenticatedClientSessionByClient(bearer.client().getId());
        if (clientSession == null) {
            return false;
        }
        Set<String> granted = DefaultClientSessionContext.fromClientSessionAndScopeParameter(
                        clientSession, token.getScope(), session)
                .getRolesStream()
                .filter(role -> !role.isClientRole())
                .map(RoleModel::getName)
                .filter(names::contains)
                .collect(Collectors.toSet());
        if (!isLightweight(session, token)) {
            AccessToken.Access named = token.getRealmAccess();
            granted.removeIf(name -> named == null || !named.isUserInRole(name));
        }
        return !granted.isEmpty();
    }

    private static boolean isLightweight(KeycloakSession session, AccessToken token) {
        return session.getProvider(TokenContextEncoderProvider.class)
                        .getTokenContextFromTokenId(token.getId())
                        .getTokenType()
                == AccessTokenContext.TokenType.LIGHTWEIGHT;
    }
}
