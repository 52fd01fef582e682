package io.github.k12sso.classlink.oneroster.gateway;

import io.github.k12sso.classlink.keycloak.SignedToken;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import io.github.k12sso.classlink.oneroster.client.UserTokenCredentials;
import io.github.k12sso.classlink.oneroster.gateway.GatewayResource.RosterSettings;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import io.github.k12sso.classlink.settings.Setting.RosterMode;
import io.github.k12sso.classlink.vault.TokenRecord;
import io.github.k12sso.classlink.vault.TokenUnavailable;
import java.util.List;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.oidc.OIDCAdvancedConfigWrapper;
import org.keycloak.services.managers.AppAuthManager;
import org.keycloak.services.managers.AuthenticationManager.AuthResult;
import org.keycloak.services.util.MtlsHoKTokenUtil;
import org.keycloak.util.TokenUtil;

/**
 * Who sent a roster request, and the district that they may read.
 *
 * @param user the access token's
 * @param tenant the district
 * @param inPolicy what the policy knows of the user
 * @param districtKey of caches and limits: realm, provider and district
 */
record RosterCaller(UserModel user, TenantId tenant, Caller inPolicy, String districtKey) {

    /** The realm role that may read every district; with {@code -<TenantId>}, that one. */
    static final String ADMINISTRATOR = "roster-administrator";

    /**
     * The access token, checked as strictly as Keycloak's own userinfo endpoint does: signature, expiry, realm, not-before, session, user and client, revocation, and the proof that belongs to a token that is
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

    /**
     * The caller and the district, by the user's record and roles.
     *
     * @param tenantInUrl the district, if the address names one
     * @throws RosterFailure if there is no such district, or it is not for this user
     */
    static RosterCaller of(RealmModel realm, RosterSettings settings, UserModel user, Optional<String> tenantInUrl)
            throws RosterFailure {
        Optional<TokenRecord.Identity> identity = Optional.empty();
        RosterFailure unlinked = null;
        try {
            identity = settings.vault().find(realm, user).record().identity();
        } catch (TokenUnavailable e) {
            unlinked = UserTokenCredentials.failure(e);
        }
        Optional<TenantId> own = identity.flatMap(TokenRecord.Identity::tenantId);
        if (tenantInUrl.isEmpty() && own.isEmpty()) {
            throw unlinked != null
                    ? unlinked
                    : new RosterFailure(
                            RosterFailure.Reason.DISTRICT_MISSING,
                            "ClassLink named no district at this person's last login. They may have to log in again");
        }
        Optional<TenantId> asked = tenantInUrl.isPresent() ? TenantId.of(tenantInUrl.get()) : own;
        boolean administrator =
                asked.filter(tenant -> isAdministrator(realm, user, tenant)).isPresent();
        TenantId tenant = admitted(settings, asked, asked.equals(own), administrator);
        return new RosterCaller(
                user,
                tenant,
                administrator
                        ? Caller.ofAdministrator()
                        : Caller.ofPerson(
                                identity.flatMap(TokenRecord.Identity::sourcedId)
                                        .map(Object::toString),
                                identity.map(TokenRecord.Identity::roles).orElse(List.of())),
                realm.getId() + " " + settings.alias() + " " + tenant.value());
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

    private static boolean isAdministrator(RealmModel realm, UserModel user, TenantId tenant) {
        return has(realm, user, ADMINISTRATOR) || has(realm, user, ADMINISTRATOR + "-" + tenant.value());
    }

    private static boolean has(RealmModel realm, UserModel user, String name) {
        RoleModel role = realm.getRole(name);
        return role != null && user.hasRole(role);
    }
}
