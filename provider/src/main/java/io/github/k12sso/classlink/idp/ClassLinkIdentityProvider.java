package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.diagnostics.SetupCheck;
import io.github.k12sso.classlink.exchange.BrokeringApi;
import io.github.k12sso.classlink.exchange.ExchangeProvider.ExchangeableTokens;
import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.http.Bulkheads;
import io.github.k12sso.classlink.http.TokenEndpointClient;
import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.keycloak.Clocks;
import io.github.k12sso.classlink.launchpad.SharedDevice.SignOutPage;
import io.github.k12sso.classlink.mapper.SessionClasses;
import io.github.k12sso.classlink.oneroster.gateway.RosterState;
import io.github.k12sso.classlink.oneroster.gateway.RosterState.RosterSettings;
import io.github.k12sso.classlink.refresh.RefreshesInFlight;
import io.github.k12sso.classlink.refresh.ValidTokens;
import io.github.k12sso.classlink.refresh.ValidTokens.TokenLifetimes;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import io.github.k12sso.classlink.vault.KeySource;
import io.github.k12sso.classlink.vault.Revocations;
import io.github.k12sso.classlink.vault.TokenRecord.TokenSet;
import io.github.k12sso.classlink.vault.TokenUnavailable;
import io.github.k12sso.classlink.vault.TokenVault;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import org.keycloak.broker.oidc.OIDCIdentityProvider;
import org.keycloak.broker.oidc.OIDCIdentityProviderConfig;
import org.keycloak.broker.oidc.OIDCIdentityProviderFactory;
import org.keycloak.broker.provider.AuthenticationRequest;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.broker.provider.IdentityProviderMapper;
import org.keycloak.broker.social.SocialIdentityProvider;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.ClientModel;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.IdentityProviderType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.util.Booleans;

/**
 * ClassLink as a social identity provider. The authorization request is Keycloak's. The response is handled here
 * because Keycloak's implementation logs whole responses, has no deadline, and stores unencrypted tokens in several
 * places.
 */
public class ClassLinkIdentityProvider extends OIDCIdentityProvider
        implements SocialIdentityProvider<OIDCIdentityProviderConfig>, ExchangeableTokens {

    private final ClassLinkIdentityProviderConfig config;
    private final AllowedHosts allowedHosts;
    private final KeySource tokenKeys;
    private final VerificationKeys keys;
    private final LoginService logins;
    private final ValidTokens tokens;
    private final RosterState rosters;
    private final InstantSource clock = Clocks.keycloak();

    /** State that all providers of a server share. */
    public record ServerState(
            AllowedHosts allowedHosts,
            KeySource tokenKeys,
            Bulkheads bulkheads,
            RefreshesInFlight refreshes,
            Revocations revocations,
            RosterState rosters) {}

    /** Creates the provider; has one implementation per Keycloak line. */
    public interface Creator {

        ClassLinkIdentityProvider create(
                KeycloakSession session, ClassLinkIdentityProviderConfig config, ServerState server);
    }

    /** Only for a {@link Creator}. */
    @SuppressWarnings("this-escape") // LoginService stores the reference and calls nothing yet
    public ClassLinkIdentityProvider(
            KeycloakSession session, ClassLinkIdentityProviderConfig config, ServerState server) {
        super(session, config);
        this.rosters = server.rosters();
        this.config = config;
        this.allowedHosts = server.allowedHosts();
        this.tokenKeys = server.tokenKeys();
        UpstreamClient upstream = new UpstreamClient(session, allowedHosts).within(server.bulkheads());
        this.keys = new VerificationKeys(session, config, upstream);
        TokenEndpointClient endpoint = new TokenEndpointClient(session, upstream, config.getApp());
        TokenLifetimes lifetimes =
                new TokenLifetimes(config.getTokenLifetime(), Duration.ofSeconds(config.getMinValidityToken()));
        IdTokenVerifier idTokens = new IdTokenVerifier(session, config, keys, clock);
        TokenVault vault = new TokenVault(
                session,
                config.getAlias(),
                server.tokenKeys(),
                endpoint,
                new AccountLinking(session, config, null).vaultRules(lifetimes.unstated()),
                server.revocations(),
                clock);
        this.logins =
                new LoginService(session, this, config, upstream, endpoint, idTokens, vault, this::rosterSettings);
        this.tokens = new ValidTokens(
                session,
                vault,
                endpoint,
                (idToken, userId) -> !config.isRequireIdToken() || idTokens.continuesLogin(idToken, userId),
                lifetimes,
                server.refreshes(),
                clock);
    }

    ClassLinkIdentityProviderConfig settings() {
        return config;
    }

    /** Returns the subject of the connection check. */
    SetupCheck.Subject setup() {
        return new SetupCheck.Subject(
                session, session.getContext().getRealm(), config, allowedHosts, logins.upstream(), tokenKeys);
    }

    @Override
    protected UriBuilder createAuthorizationUrl(AuthenticationRequest request) {
        return AuthorizationUrl.of(request, config, allowedHosts, super::createAuthorizationUrl);
    }

    @Override
    public Object callback(RealmModel realm, AuthenticationCallback callback, EventBuilder event) {
        return new CallbackEndpoint(session, logins, callback, event);
    }

    /** Overridden because the base classes copy unencrypted tokens to the stored user session. */
    @Override
    public void authenticationFinished(AuthenticationSessionModel authSession, BrokeredIdentityContext context) {
        SessionClasses.keep(session, authSession, context);
    }

    @Override
    public void updateBrokeredUser(
            KeycloakSession ignored, RealmModel realm, UserModel user, BrokeredIdentityContext person) {
        super.updateBrokeredUser(session, realm, user, person);
        new FirstLogin(session, config, null).continueFlow(user, person);
        LoginUser.distrustPlaceholder(user);
    }

    /** Keycloak's OIDC mappers also work with the profile document. */
    @Override
    public boolean isMapperSupported(IdentityProviderMapper mapper) {
        return super.isMapperSupported(mapper)
                || Arrays.asList(mapper.getCompatibleProviders()).contains(OIDCIdentityProviderFactory.PROVIDER_ID);
    }

    @Override
    public boolean reloadKeys() {
        return keys.reload();
    }

    @Override
    public String tokenScope() {
        return config.getTokenScope();
    }

    @Override
    public TokenSet tokensOf(RealmModel realm, UserModel user) throws TokenUnavailable {
        if (!Booleans.isTrue(config.isStoreToken())) {
            throw new TokenUnavailable(TokenUnavailable.Reason.NOT_LINKED);
        }
        return tokens.of(realm, user);
    }

    @Override
    public Response retrieveToken(KeycloakSession ignored, FederatedIdentityModel identity) {
        return BrokeringApi.version1(session);
    }

    /** Version 2 of Keycloak's brokering API. */
    @Override
    public Response retrieveToken(
            KeycloakSession ignored, FederatedIdentityModel identity, UserSessionModel userSession, UserModel user) {
        return BrokeringApi.version2(session, userSession, user, this);
    }

    /**
     * Keycloak's legacy token exchange. Not used in practice because this extension's exchange provider comes first.
     */
    @Override
    public Response exchangeFromToken(
            UriInfo uriInfo,
            EventBuilder event,
            ClientModel authorizedClient,
            UserSessionModel tokenUserSession,
            UserModel tokenSubject,
            MultivaluedMap<String, String> params) {
        return exchangeNotSupported();
    }

    RosterSettings rosterSettings() {
        return new RosterSettings(
                config.getAlias(),
                config.isEnabled(),
                config.getRosterMode(),
                config.getRosterUrl(),
                config.getPartnerKey(),
                config.getDistrictKeys(),
                Booleans.isTrue(config.isStoreToken()),
                config.getRosterScope(),
                config.getRosterRequestsPerMinute(),
                config.getAllowedTenants(),
                logins.vault(),
                tokens,
                logins.upstream(),
                rosters);
    }

    /** Disabled: a ClassLink token of any other app would be accepted as a login, because userinfo has no audience. */
    @Override
    protected boolean supportsExternalExchange() {
        return false;
    }

    @Override
    public boolean isType(KeycloakSession ignored, IdentityProviderType type) {
        return type == IdentityProviderType.USER_AUTHENTICATION;
    }

    /**
     * ClassLink has no logout for apps (docs/internals/classlink-protocol.md#districts-and-logout), so only the stored
     * tokens can be deleted.
     */
    @Override
    public void backchannelLogout(
            KeycloakSession ignored, UserSessionModel userSession, UriInfo uriInfo, RealmModel realm) {
        forgetTokensAtLastLogout(realm, userSession);
    }

    @Override
    public Response keycloakInitiatedBrowserLogout(
            KeycloakSession ignored, UserSessionModel userSession, UriInfo uriInfo, RealmModel realm) {
        forgetTokensAtLastLogout(realm, userSession);
        return config.getLaunchpadSignOutUrl()
                .map(url -> new SignOutPage(session, config, url).end(userSession, uriInfo, realm))
                .orElse(null); // Keycloak continues its own logout
    }

    private void forgetTokensAtLastLogout(RealmModel realm, UserSessionModel ending) {
        if (config.isForgetTokensOnLogout()) {
            new LinkRemovalListener.LastLogout(session, config.getAlias(), logins.vault()).ended(realm, ending);
        }
    }

    LoginService logins() {
        return logins;
    }
}
