package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.http.Bulkheads;
import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.TokenEndpointClient;
import io.github.k12sso.classlink.http.TokenEndpointClient.TokenResponse;
import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.keycloak.FederatedIds;
import io.github.k12sso.classlink.keycloak.KeycloakLine;
import io.github.k12sso.classlink.mapper.ClassLinkGroupMapper.MyGroups;
import io.github.k12sso.classlink.mapper.RosterClasses;
import io.github.k12sso.classlink.oneroster.gateway.ClassesAtLogin;
import io.github.k12sso.classlink.oneroster.gateway.RosterState.RosterSettings;
import io.github.k12sso.classlink.profile.ClassLinkGroup;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.profile.UsernameTemplate;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import io.github.k12sso.classlink.settings.SettingValues.EssentialClaim;
import io.github.k12sso.classlink.vault.KeySource;
import io.github.k12sso.classlink.vault.TokenVault;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.keycloak.OAuth2Constants;
import org.keycloak.broker.oidc.OIDCIdentityProvider;
import org.keycloak.broker.oidc.mappers.AbstractJsonUserAttributeMapper;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.broker.provider.UserAuthenticationIdentityProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.representations.JsonWebToken;
import org.keycloak.services.Urls;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.util.Booleans;

/**
 * Identifies the user: redeems the code, verifies the id_token, reads the profile and returns the identity for
 * Keycloak's flow.
 *
 * @param provider the identity provider of the returned identity
 */
record LoginService(
        KeycloakSession session,
        UserAuthenticationIdentityProvider<?> provider,
        ClassLinkIdentityProviderConfig config,
        UpstreamClient upstream,
        TokenEndpointClient endpoint,
        IdTokenVerifier idTokens,
        TokenVault vault,
        Supplier<RosterSettings> rosters) {

    /**
     * Login notes in which {@link OIDCIdentityProvider} and its base class store the values of the authorization
     * request.
     */
    static final String NONCE_NOTE = KeycloakLine.Note.NONCE.key();

    static final String PKCE_VERIFIER_NOTE = KeycloakLine.Note.PKCE_VERIFIER.key();

    private static final Logger LOG = Logger.getLogger(LoginService.class);

    /**
     * Returns the verified identity of the user.
     *
     * @param code the authorization code for this browser's request
     * @throws LoginRefused if ClassLink, its answers or the settings do not allow the login
     */
    BrokeredIdentityContext login(String code, AuthenticationSessionModel login) throws LoginRefused {
        return login(code, login, new Answers());
    }

    /** Identifies the user and records the responses. */
    BrokeredIdentityContext login(String code, AuthenticationSessionModel login, Answers answers) throws LoginRefused {
        BrokeredIdentityContext person;
        try (Bulkheads.Place place = acquirePermit()) {
            TokenResponse tokens = redeem(code, login);
            answers.tokens = tokens;
            person = identity(tokens, login, answers);
        } catch (IllegalArgumentException e) {
            // A setting was stored without validation, for example by an older version.
            throw FailedLogin.unexpected(LoginRefused.Reason.CONFIGURATION, e);
        }
        RosterClasses.fetchForTokens(session, person); // after the permit is released, which other logins need
        return person;
    }

    /** Acquires a permit before the code is redeemed, so a rejected login can be repeated. */
    private Bulkheads.Place acquirePermit() throws LoginRefused {
        try {
            return upstream.enter(Bulkheads.Group.LOGINS);
        } catch (UpstreamFailure.Unavailable e) {
            throw new LoginRefused(LoginRefused.Reason.TOO_MANY_LOGINS, e);
        }
    }

    /** Sent once: if the response is lost, the code cannot be used again. */
    private TokenResponse redeem(String code, AuthenticationSessionModel login) throws LoginRefused {
        Map<String, String> form = new LinkedHashMap<>();
        form.put(OIDCIdentityProvider.OAUTH2_PARAMETER_CODE, code);
        form.put(OIDCIdentityProvider.OAUTH2_PARAMETER_REDIRECT_URI, redirectUri());
        if (config.isPkceEnabled()) {
            String verifier = login.getClientNote(PKCE_VERIFIER_NOTE);
            if (verifier == null) {
                throw new LoginRefused(LoginRefused.Reason.PKCE_VERIFIER_MISSING);
            }
            // Keycloak would copy these notes to the stored client session.
            login.removeClientNote(PKCE_VERIFIER_NOTE);
            form.put(OAuth2Constants.CODE_VERIFIER, verifier);
        }
        try {
            return endpoint.redeem(form);
        } catch (UpstreamFailure e) {
            throw LoginRefused.because(Operation.TOKEN, e);
        }
    }

    /** Must be identical to the one of {@code createAuthorizationUrl}; ClassLink compares them. */
    String redirectUri() {
        return Urls.identityProviderAuthnResponse(
                        session.getContext().getUri().getBaseUri(),
                        config.getAlias(),
                        session.getContext().getRealm().getName())
                .toString();
    }

    /** ClassLink's responses so far; null where the login did not get that far. */
    static final class Answers {
        TokenResponse tokens;
        boolean idTokenVerified;
        Profile profile;
    }

    private BrokeredIdentityContext identity(TokenResponse tokens, AuthenticationSessionModel login, Answers answers)
            throws LoginRefused {
        String nonce = login.getClientNote(NONCE_NOTE);
        JsonWebToken idToken = config.isRequireIdToken() ? verified(tokens, nonce) : null;
        requireRecentLogin(idToken, login);
        answers.idTokenVerified = true;
        Profile profile = profile(tokens.accessToken());
        answers.profile = profile;
        requireAllowed(idToken, profile);
        FederatedIds users = new FederatedIds(session, session.getContext().getRealm());
        FederatedIds.Link link = users.link(config.getAlias(), identityKey(profile));
        BrokeredIdentityContext identity = identity(profile, users, link);
        MyGroups.offer(session, () -> myGroups(tokens.accessToken()));
        RosterClasses.offer(session, new ClassesAtLogin(session, rosters, profile, tokens.accessToken())::read);
        if (idToken != null) {
            // Keycloak's own mappers write its claims.
            idToken.getOtherClaims().replaceAll((name, value) -> IdTokenVerifier.storable(value));
            identity.getContextData().put(OIDCIdentityProvider.VALIDATED_ID_TOKEN, idToken);
            identity.getContextData().put(NONCE_NOTE, nonce);
        }
        if (Booleans.isTrue(config.isStoreToken())) {
            identity.setToken(record(tokens, profile, link));
        }
        identity.setIdp(provider);
        identity.setAuthenticationSession(login);
        return identity;
    }

    private JsonWebToken verified(TokenResponse tokens, String nonce) throws LoginRefused {
        String encoded = tokens.idToken().orElseThrow(() -> new LoginRefused(LoginRefused.Reason.ID_TOKEN_MISSING));
        return idTokens.verify(encoded, nonce);
    }

    /** Checks {@code max_age} if Keycloak passes it on. The app's {@code auth_time} is then ClassLink's. */
    private void requireRecentLogin(JsonWebToken idToken, AuthenticationSessionModel login) throws LoginRefused {
        String maxAge = login.getClientNote(OIDCLoginProtocol.MAX_AGE_PARAM);
        if (Booleans.isTrue(config.isPassMaxAge()) && maxAge != null) {
            long authTime = idTokens.requireAuthenticatedWithin(idToken, Duration.ofSeconds(Integer.parseInt(maxAge)));
            login.setClientNote(AuthenticationManager.AUTH_TIME_BROKER, String.valueOf(authTime));
        }
    }

    private void requireAllowed(JsonWebToken idToken, Profile profile) throws LoginRefused {
        if (idToken != null && !idToken.getSubject().equals(profile.userId())) {
            throw new LoginRefused(LoginRefused.Reason.SUBJECT_MISMATCH);
        }
        if (!config.getAllowedTenants().admits(profile)) {
            throw new LoginRefused(FailedLogin.District.of(profile));
        }
        Optional<EssentialClaim> essential = EssentialClaim.of(config);
        if (essential.isPresent() && !essential.get().isSatisfiedBy(idToken, profile.document())) {
            throw new LoginRefused(LoginRefused.Reason.ESSENTIAL_CLAIM_UNMATCHED);
        }
    }

    private String identityKey(Profile profile) throws LoginRefused {
        return config.getIdentityKey()
                .of(profile)
                .orElseThrow(() -> new LoginRefused(LoginRefused.Reason.IDENTITY_INCOMPLETE));
    }

    private BrokeredIdentityContext identity(Profile profile, FederatedIds users, FederatedIds.Link link)
            throws LoginRefused {
        BrokeredIdentityContext identity = new BrokeredIdentityContext(link.id(), config);
        identity.setBrokerUserId(config.getAlias() + "." + link.id());
        identity.getContextData().put(AccountLinking.IDENTITY_KEY, identityKey(profile));
        identity.setUsername(link.user().isEmpty() ? newUsername(profile, users) : username(profile));
        identity.setFirstName(profile.firstName().orElse(null));
        identity.setLastName(profile.lastName().orElse(null));
        identity.setEmail(profile.email().orElse(null));
        // storeUserProfileForMapper() would log the whole profile at debug level.
        identity.getContextData().put(AbstractJsonUserAttributeMapper.CONTEXT_JSON_NODE, profile.document());
        return identity;
    }

    private String username(Profile profile) {
        return config.getUsernameTemplate()
                .apply(profile)
                .orElseGet(() -> UsernameTemplate.nameOfId(config.getAlias(), profile));
    }

    private String newUsername(Profile profile, FederatedIds users) {
        String username = username(profile);
        return users.isAnothers(username) ? UsernameTemplate.marked(username, profile) : username;
    }

    private String record(TokenResponse tokens, Profile profile, FederatedIds.Link link) throws LoginRefused {
        try {
            return vault.record(tokens, profile, link.id(), link.user());
        } catch (KeySource.Unavailable e) {
            throw new LoginRefused(LoginRefused.Reason.CONFIGURATION, e.getMessage());
        }
    }

    private Profile profile(String accessToken) throws LoginRefused {
        try {
            return Profile.read(upstream.get(Operation.PROFILE, config.getUserInfoUrl(), accessToken));
        } catch (UpstreamFailure e) {
            throw LoginRefused.because(Operation.PROFILE, e);
        } catch (Profile.Unreadable e) {
            throw new LoginRefused(LoginRefused.Reason.PROFILE_WITHOUT_IDENTITY);
        }
    }

    /** Reads the user's groups. Empty if that fails: the login continues and memberships stay unchanged. */
    private Optional<List<ClassLinkGroup>> myGroups(String accessToken) {
        String url = URI.create(config.getUserInfoUrl()).resolve("/my/groups").toString();
        String why = "the list is malformed or too long";
        try (Bulkheads.Place place = upstream.enter(Bulkheads.Group.LOGINS)) {
            Optional<List<ClassLinkGroup>> groups =
                    ClassLinkGroup.readAll(upstream.getJson(Operation.GROUPS, url, accessToken));
            if (groups.isPresent()) {
                return groups;
            }
        } catch (UpstreamFailure e) {
            why = e.getMessage();
        }
        LOG.warnf(
                "The user's ClassLink groups could not be read; the login continues. realm=%s, provider=%s, "
                        + "reason=%s: %s",
                session.getContext().getRealm().getName(), config.getAlias(), "groups_unavailable", why);
        return Optional.empty();
    }
}
