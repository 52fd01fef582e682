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
 * Who sent a roster request, and the district that they may read.
 *
 * @param user the access token's
 * @param tenant the district
 * @param inPolicy what the policy knows of the user
 * @param district for limits: realm, provider and district
 */
record RosterCaller(UserModel user, TenantId tenant, Caller inPolicy, String district) {

    /** The realm role that may read every district; with {@code -<TenantId>}, that one. */
    static final String ADMINISTRATOR = "roster-administrator";

    /** As Keycloak's own endpoints: no answer in a realm that is disabled, and none over http where the realm requires https. */
    static void requireOpenRealm(KeycloakSession session) throws RosterFailure {
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
     * The access token, checked as strictly as Keycloak's own userinfo endpoint does: signature, expiry, realm, not-before, session,
     * user and client, revocation, and the proof that belongs to a token that is bound to a key (DPoP) or a certificate.
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

    /** An administrator who impersonates a user has their own rights, not the user's. */
    static void requireNoImpersonation(AuthResult bearer, EventBuilder event) throws RosterFailure {
        Optional<Impersonation> impersonation = Impersonation.in(bearer.session());
        if (impersonation.isPresent()) {
            impersonation.get().describe(event);
            throw new RosterFailure(
                    RosterFailure.Reason.IMPERSONATED,
                    "Nobody reads rosters in another user's place: this session is an impersonation");
        }
    }

    static void requireScope(AuthResult result, String scope) throws RosterFailure {
        if (!TokenUtil.hasScope(result.token().getScope(), scope)) {
            throw new RosterFailure(
                    RosterFailure.Reason.SCOPE_MISSING,
                    "The access token lacks the client scope '" + scope + "' that opens rosters");
        }
    }

    /**
     * The caller and the district, by the user's record and the roles of the token.
     *
     * @param tenantInUrl the district, if the address names one
     * @throws RosterFailure if there is no such district, or it is not for this user
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
                    "ClassLink named no district at this person's last login. They may have to log in again");
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

    /** What ClassLink said at the last login, if it was written down then and would be again. */
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
                    "Another district's roster is for the Keycloak role " + ADMINISTRATOR + " only");
        }
        if (settings.mode() == RosterMode.USER_TOKEN && !isOwn) {
            throw new RosterFailure(
                    RosterFailure.Reason.OTHER_DISTRICT,
                    "With the roster access user-token, people read their own district and no other");
        }
        return asked.get();
    }

    /**
     * Whether the access token has the role, and the user has it still. Keycloak's own rules say which roles a token has: the
     * user's, within the scope of the client and of the token. A lightweight token names no roles, so these rules alone decide.
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
