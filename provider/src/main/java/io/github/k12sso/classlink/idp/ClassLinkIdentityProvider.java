package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.exchange.BrokeringApi;
import io.github.k12sso.classlink.exchange.ExchangeableTokens;
import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.http.HostNotAllowed;
import io.github.k12sso.classlink.http.Operation;
import io.github.k12sso.classlink.http.TokenEndpointClient;
import io.github.k12sso.classlink.http.TokenResponse;
import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.keycloak.KeycloakClock;
import io.github.k12sso.classlink.mapper.MyGroups;
import io.github.k12sso.classlink.oneroster.gateway.RosterSettings;
import io.github.k12sso.classlink.oneroster.gateway.RosterState;
import io.github.k12sso.classlink.profile.ClassLinkGroup;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.profile.ProfileUnreadable;
import io.github.k12sso.classlink.profile.UsernameTemplate;
import io.github.k12sso.classlink.refresh.RefreshesInFlight;
import io.github.k12sso.classlink.refresh.ValidTokens;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import io.github.k12sso.classlink.settings.EssentialClaim;
import io.github.k12sso.classlink.vault.KeySource;
import io.github.k12sso.classlink.vault.Revocations;
import io.github.k12sso.classlink.vault.TokenSet;
import io.github.k12sso.classlink.vault.TokenUnavailable;
import io.github.k12sso.classlink.vault.TokenVault;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.OAuth2Constants;
import org.keycloak.broker.oidc.OIDCIdentityProvider;
import org.keycloak.broker.oidc.OIDCIdentityProviderConfig;
import org.keycloak.broker.oidc.OIDCIdentityProviderFactory;
import org.keycloak.broker.oidc.mappers.AbstractJsonUserAttributeMapper;
import org.keycloak.broker.provider.AuthenticationRequest;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.broker.provider.IdentityBrokerException;
import org.keycloak.broker.provider.IdentityProviderMapper;
import org.keycloak.broker.provider.TrustMaterialRequest;
import org.keycloak.broker.social.SocialIdentityProvider;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.jose.jwk.JWK;
import org.keycloak.models.ClientModel;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.IdentityProviderType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.JsonWebToken;
import org.keycloak.services.Urls;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.util.Booleans;

/**
 * ClassLink as a social login. The request to ClassLink is Keycloak's own; the answer is handled here, because Keycloak's
 * handling prints whole responses into the log, has no deadline, and keeps tokens in clear in several places.
 */
public final class ClassLinkIdentityProvider extends OIDCIdentityProvider
        implements SocialIdentityProvider<OIDCIdentityProviderConfig>, ExchangeableTokens {

    /** Where {@link OIDCIdentityProvider} and its base class note, for the login under way, what only this browser asked. */
    private static final String NONCE_NOTE = "BROKER_NONCE";

    private static final String PKCE_VERIFIER_NOTE = "BROKER_CODE_CHALLENGE";

    private static final Logger LOG = Logger.getLogger(ClassLinkIdentityProvider.class);

    private final ClassLinkIdentityProviderConfig config;
    private final AllowedHosts allowedHosts;
    private final UpstreamClient upstream;
    private final VerificationKeys keys;
    private final TokenEndpointClient endpoint;
    private final TokenVault vault;
    private final ValidTokens tokens;
    private final RosterState rosters;
    private final Clock clock = new KeycloakClock();

    ClassLinkIdentityProvider(
            KeycloakSession session,
            ClassLinkIdentityProviderConfig config,
            AllowedHosts allowedHosts,
            KeySource sealingKeys,
            RefreshesInFlight refreshes,
            Revocations revocations,
            RosterState rosters) {
        super(session, config);
        this.rosters = rosters;
        this.config = config;
        this.allowedHosts = allowedHosts;
        this.upstream = new UpstreamClient(session, allowedHosts);
        this.keys = new VerificationKeys(session, config, upstream);
        this.endpoint = new TokenEndpointClient(session, upstream, config.getApp());
        this.vault = new TokenVault(
                session,
                config.getAlias(),
                sealingKeys,
                endpoint,
                config.getTokenLifetimes().unstated(),
                revocations,
                clock);
        this.tokens = new ValidTokens(
                session, config.getAlias(), vault, endpoint, config.getTokenLifetimes(), refreshes, clock);
    }

    ClassLinkIdentityProviderConfig settings() {
        return config;
    }

    // ---- login -----------------------------------------------------------------------------------------------------

    @Override
    protected UriBuilder createAuthorizationUrl(AuthenticationRequest request) {
        try {
            allowedHosts.require(config.getAuthorizationUrl());
        } catch (HostNotAllowed e) {
            throw new IdentityBrokerException("Authorization URL " + e.getMessage(), e);
        }
        return super.createAuthorizationUrl(request);
    }

    @Override
    public Object callback(RealmModel realm, AuthenticationCallback callback, EventBuilder event) {
        return new CallbackEndpoint(session, this, callback, event);
    }

    /** Redeems the code of this browser's own request. Sent once: a code that met a lost answer is spent. */
    TokenResponse redeem(String code, AuthenticationSessionModel login) throws LoginRefused {
        Map<String, String> form = new LinkedHashMap<>();
        form.put(OAUTH2_PARAMETER_CODE, code);
        form.put(OAUTH2_PARAMETER_REDIRECT_URI, redirectUri());
        if (config.isPkceEnabled()) {
            String verifier = login.getClientNote(PKCE_VERIFIER_NOTE);
            if (verifier == null) {
                throw new LoginRefused(LoginProblem.PKCE_VERIFIER_MISSING);
            }
            // Keycloak copies such notes into the client session, which is stored.
            login.removeClientNote(PKCE_VERIFIER_NOTE);
            form.put(OAuth2Constants.CODE_VERIFIER, verifier);
        }
        try {
            return endpoint.redeem(form);
        } catch (UpstreamFailure e) {
            throw LoginRefused.because(Operation.TOKEN, e);
        }
    }

    /** Who signed in, everything about them verified. */
    BrokeredIdentityContext identify(TokenResponse tokens, AuthenticationSessionModel login) throws LoginRefused {
        JsonWebToken idToken = null;
        if (config.isRequireIdToken()) {
            String encoded = tokens.idToken().orElseThrow(() -> new LoginRefused(LoginProblem.ID_TOKEN_MISSING));
            idToken =
                    new IdTokenVerifier(session, config, keys, clock).verify(encoded, login.getClientNote(NONCE_NOTE));
        }
        Profile profile = profile(tokens.accessToken());
        if (idToken != null && !idToken.getSubject().equals(profile.userId())) {
            throw new LoginRefused(LoginProblem.SUBJECT_MISMATCH);
        }
        if (!config.getAllowedTenants().admits(profile)) {
            throw new LoginRefused(LoginProblem.DISTRICT_NOT_ALLOWED);
        }
        Optional<EssentialClaim> essential = EssentialClaim.of(config);
        if (essential.isPresent() && !essential.get().isSatisfiedBy(idToken, profile.document())) {
            throw new LoginRefused(LoginProblem.ESSENTIAL_CLAIM_UNMATCHED);
        }
        BrokeredIdentityContext identity = brokeredIdentity(profile);
        MyGroups.offer(session, () -> myGroups(tokens.accessToken()));
        if (idToken != null) {
            identity.getContextData().put(VALIDATED_ID_TOKEN, idToken);
            identity.getContextData().put(NONCE_NOTE, login.getClientNote(NONCE_NOTE));
        }
        if (Booleans.isTrue(config.isStoreToken())) {
            identity.setToken(record(tokens, profile, identity.getId()));
        }
        identity.setIdp(this);
        identity.setAuthenticationSession(login);
        return identity;
    }

    private String record(TokenResponse tokens, Profile profile, String brokerUserId) throws LoginRefused {
        try {
            return vault.record(tokens, profile, brokerUserId);
        } catch (KeySource.Unavailable e) {
            throw new LoginRefused(LoginProblem.CONFIGURATION, e.getMessage());
        }
    }

    private Profile profile(String accessToken) throws LoginRefused {
        try {
            return Profile.read(upstream.get(Operation.PROFILE, config.getUserInfoUrl(), accessToken));
        } catch (UpstreamFailure e) {
            throw LoginRefused.because(Operation.PROFILE, e);
        } catch (ProfileUnreadable e) {
            throw new LoginRefused(LoginProblem.PROFILE_WITHOUT_IDENTITY);
        }
    }

    /** Empty if ClassLink does not tell them: nobody is kept from logging in for that, memberships stay as they are. */
    private Optional<List<ClassLinkGroup>> myGroups(String accessToken) {
        String url = URI.create(config.getUserInfoUrl()).resolve("/my/groups").toString();
        String why = "the list cannot be read, or is too long";
        try {
            Optional<List<ClassLinkGroup>> groups =
                    ClassLinkGroup.readAll(upstream.getJson(Operation.GROUPS, url, accessToken));
            if (groups.isPresent()) {
                return groups;
            }
        } catch (UpstreamFailure e) {
            why = e.getMessage();
        }
        LOG.warnf(
                "Login with ClassLink goes on without the person's groups. realm=%s, provider=%s, reason=%s: %s",
                session.getContext().getRealm().getName(), config.getAlias(), "groups_unavailable", why);
        return Optional.empty();
    }

    private BrokeredIdentityContext brokeredIdentity(Profile profile) throws LoginRefused {
        String id = config.getIdentityKey()
                .of(profile)
                .orElseThrow(() -> new LoginRefused(LoginProblem.IDENTITY_INCOMPLETE));
        BrokeredIdentityContext identity = new BrokeredIdentityContext(id, config);
        identity.setBrokerUserId(config.getAlias() + "." + id);
        identity.setUsername(config.getUsernameTemplate()
                .apply(profile)
                .orElseGet(() -> UsernameTemplate.nameOfId(config.getAlias(), profile)));
        identity.setFirstName(profile.firstName().orElse(null));
        identity.setLastName(profile.lastName().orElse(null));
        identity.setEmail(profile.email().orElse(null));
        // Not storeUserProfileForMapper(): it prints the whole profile when its debug logger is on.
        identity.getContextData().put(AbstractJsonUserAttributeMapper.CONTEXT_JSON_NODE, profile.document());
        return identity;
    }

    /** Exactly the one that {@code createAuthorizationUrl} sent; ClassLink compares them. */
    String redirectUri() {
        return Urls.identityProviderAuthnResponse(
                        session.getContext().getUri().getBaseUri(),
                        config.getAlias(),
                        session.getContext().getRealm().getName())
                .toString();
    }

    /** Keycloak's base classes copy the tokens in clear into the user session here, which is stored. Nothing is copied. */
    @Override
    public void authenticationFinished(AuthenticationSessionModel authSession, BrokeredIdentityContext context) {
        // deliberately empty
    }

    /** Keycloak's own OIDC mappers work on the profile document as well as our own. */
    @Override
    public boolean isMapperSupported(IdentityProviderMapper mapper) {
        return super.isMapperSupported(mapper)
                || Arrays.asList(mapper.getCompatibleProviders()).contains(OIDCIdentityProviderFactory.PROVIDER_ID);
    }

    // ---- keys ------------------------------------------------------------------------------------------------------

    @Override
    public boolean reloadKeys() {
        return keys.reload();
    }

    // ---- tokens for apps -------------------------------------------------------------------------------------------

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

    /** Version 1 of Keycloak's brokering API. */
    @Override
    public Response retrieveToken(KeycloakSession ignored, FederatedIdentityModel identity) {
        return BrokeringApi.version1();
    }

    /** Version 2 of Keycloak's brokering API. */
    @Override
    public Response retrieveToken(
            KeycloakSession ignored, FederatedIdentityModel identity, UserSessionModel userSession, UserModel user) {
        return BrokeringApi.version2(session, user, this);
    }

    /** Keycloak's legacy token exchange, were it ever asked: our own exchange provider comes before it. */
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

    // ---- rosters ---------------------------------------------------------------------------------------------------

    RosterSettings rosterSettings() {
        return new RosterSettings(
                config.getAlias(),
                config.isEnabled(),
                config.getRosterMode(),
                config.getRosterUrl(),
                config.getPartnerKey(),
                config.getRosterScope(),
                config.getRosterRequestsPerMinute(),
                config.getAllowedTenants(),
                vault,
                tokens,
                upstream,
                rosters);
    }

    // ---- what a ClassLink provider is not --------------------------------------------------------------------------

    /** A ClassLink token of any other app would be taken for a login here: userinfo does not say for whom it was issued. */
    @Override
    protected boolean supportsExternalExchange() {
        return false;
    }

    @Override
    public boolean isType(KeycloakSession ignored, IdentityProviderType type) {
        return type == IdentityProviderType.USER_AUTHENTICATION;
    }

    @Override
    public Stream<JWK> resolveKeys(TrustMaterialRequest request) {
        return Stream.empty();
    }

    // ---- logout ----------------------------------------------------------------------------------------------------

    /** ClassLink has no logout for apps (classlink-facts section 6); what can end is our hold on the person's tokens. */
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
                .orElse(null); // Keycloak goes on with its own logout
    }

    private void forgetTokensAtLastLogout(RealmModel realm, UserSessionModel ending) {
        if (config.isForgetTokensOnLogout() && isLast(realm, ending)) {
            vault.forget(realm, ending.getUser());
        }
    }

    /** Whether the person has no other session that began with this provider: on another device, say. */
    private boolean isLast(RealmModel realm, UserSessionModel ending) {
        return session.sessions()
                .getUserSessionsStream(realm, ending.getUser())
                .filter(other -> !other.getId().equals(ending.getId()))
                .noneMatch(other -> config.getAlias().equals(other.getNote(Details.IDENTITY_PROVIDER)));
    }

    // ---- disconnecting ---------------------------------------------------------------------------------------------

    /** A link of this provider is going away, and its record with it. */
    void unlinked(RealmModel realm, FederatedIdentityModel link) {
        vault.revokeAfterCommit(realm, link);
    }

    /** Takes a user's tokens away; the link stays. */
    void forgetTokens(RealmModel realm, UserModel user) {
        vault.forget(realm, user);
    }
}
