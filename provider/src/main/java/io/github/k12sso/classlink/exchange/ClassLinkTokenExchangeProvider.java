package io.github.k12sso.classlink.exchange;

import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.keycloak.KeycloakClock;
import io.github.k12sso.classlink.vault.TokenSet;
import io.github.k12sso.classlink.vault.TokenUnavailable;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import java.util.Optional;
import org.keycloak.OAuth2Constants;
import org.keycloak.broker.provider.IdentityProvider;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.oidc.TokenExchangeContext;
import org.keycloak.protocol.oidc.TokenExchangeProvider;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.resources.IdentityBrokerService;

/**
 * Exchanges a Keycloak access token for the ClassLink token of its user. Only requests whose {@code requested_issuer} is an
 * enabled ClassLink provider come here; every other exchange stays Keycloak's own.
 */
final class ClassLinkTokenExchangeProvider implements TokenExchangeProvider {

    /** The event's detail that says how the answer came about: {@code stored}, {@code refreshed} or {@code coalesced}. */
    private static final String TOKEN_SOURCE = "classlink_token";

    /** Found by {@link #supports}, which Keycloak asks first, of the same instance: one look-up for a request. */
    private Optional<ExchangeableTokens> requested = Optional.empty();

    @Override
    public boolean supports(TokenExchangeContext context) {
        requested = context.getFormParams().getFirst(OAuth2Constants.REQUESTED_SUBJECT) == null
                        && context.getFormParams().getFirst(OAuth2Constants.SUBJECT_ISSUER) == null
                ? requestedProvider(context)
                : Optional.empty();
        return requested.isPresent();
    }

    @Override
    public Response exchange(TokenExchangeContext context) {
        EventBuilder event = context.getEvent();
        String alias = requestedIssuer(context);
        event.detail(Details.REQUESTED_ISSUER, alias).detail(Details.IDENTITY_PROVIDER, alias);
        try {
            TokenSet token = exchange(context, requested.orElseThrow());
            event.detail(TOKEN_SOURCE, token.source().name().toLowerCase(Locale.ROOT));
            event.success();
            Measurement.TOKEN_REQUESTS.count(IssuedToken.Api.TOKEN_EXCHANGE, token.source());
            return context.getCors()
                    .add(Response.ok(
                            IssuedToken.json(token, new KeycloakClock().instant()), MediaType.APPLICATION_JSON_TYPE));
        } catch (ExchangeRefused e) {
            ExchangeRefused.Reason error = e.error();
            event.detail(Details.REASON, error.description());
            event.error(error.eventError());
            Measurement.TOKEN_REQUESTS.count(IssuedToken.Api.TOKEN_EXCHANGE, error);
            return context.getCors().add(e.answer());
        }
    }

    private static TokenSet exchange(TokenExchangeContext context, ExchangeableTokens provider) throws ExchangeRefused {
        ExchangeChecks request = new ExchangeChecks(context);
        request.requireConfidentialClientWithExchangeEnabled();
        request.requireUnderstoodParameters();

        AuthenticationManager.AuthResult subject = request.requireSubject();
        UserModel user = subject.user();
        AccessToken token = subject.token();
        describe(context.getEvent(), subject);

        request.requireProofOfPossession(token);
        request.requireOwnToken(token);
        request.requireTokenScope(token, provider.tokenScope());
        request.requireConsent(user);
        try {
            return provider.tokensOf(context.getRealm(), user);
        } catch (TokenUnavailable e) {
            throw new ExchangeRefused(e);
        }
    }

    private static void describe(EventBuilder event, AuthenticationManager.AuthResult subject) {
        event.user(subject.user()).detail(Details.USERNAME, subject.user().getUsername());
        if (subject.token().getSessionId() != null) {
            event.session(subject.session());
        }
        event.detail(Details.SUBJECT_TOKEN_CLIENT_ID, subject.token().getIssuedFor());
    }

    private static Optional<ExchangeableTokens> requestedProvider(TokenExchangeContext context) {
        KeycloakSession session = context.getSession();
        return Optional.ofNullable(requestedIssuer(context))
                .map(alias -> session.identityProviders().getByAlias(alias))
                .filter(IdentityProviderModel::isEnabled)
                .map(model -> IdentityBrokerService.<IdentityProvider<?>>getIdentityProvider(
                        session, model, anyIdentityProvider()))
                .filter(ExchangeableTokens.class::isInstance)
                .map(ExchangeableTokens.class::cast);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Keycloak's look-up takes a class token of a generic type.
    private static Class<IdentityProvider<?>> anyIdentityProvider() {
        return (Class) IdentityProvider.class;
    }

    private static String requestedIssuer(TokenExchangeContext context) {
        return context.getFormParams().getFirst(OAuth2Constants.REQUESTED_ISSUER);
    }

    @Override
    public void close() {
        // holds nothing
    }
}
