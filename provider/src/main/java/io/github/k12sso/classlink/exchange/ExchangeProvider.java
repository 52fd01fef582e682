package io.github.k12sso.classlink.exchange;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.k12sso.classlink.http.MeasuredSeries;
import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.keycloak.Clocks;
import io.github.k12sso.classlink.keycloak.KeycloakLine;
import io.github.k12sso.classlink.vault.TokenRecord.TokenSet;
import io.github.k12sso.classlink.vault.TokenUnavailable;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.OAuth2Constants;
import org.keycloak.broker.provider.IdentityProvider;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.oidc.TokenExchangeContext;
import org.keycloak.protocol.oidc.TokenExchangeProvider;
import org.keycloak.protocol.oidc.TokenExchangeProviderFactory;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.resources.IdentityBrokerService;
import org.keycloak.util.TokenUtil;

/**
 * Exchanges a Keycloak access token for the user's ClassLink token. Handles only requests whose {@code
 * requested_issuer} is an enabled ClassLink provider; Keycloak handles all others.
 */
public final class ExchangeProvider implements TokenExchangeProvider {

    /** Event detail with the source of the token: {@code stored}, {@code refreshed} or {@code coalesced}. */
    private static final String TOKEN_SOURCE = "classlink_token";

    /** Set by {@link #supports}, which Keycloak calls first on the same instance, to save a second lookup. */
    private Optional<ExchangeableTokens> requested = Optional.empty();

    @Override
    public boolean supports(TokenExchangeContext context) {
        requested = context.getFormParams().getFirst(OAuth2Constants.REQUESTED_SUBJECT) == null
                        && context.getFormParams().getFirst(OAuth2Constants.SUBJECT_ISSUER) == null
                ? requestedProvider(context)
                : Optional.empty();
        return requested.isPresent();
    }

    /** Required by the interface up to Keycloak 26.6. Version 2, like Keycloak's standard exchange. */
    public int getVersion() {
        return 2;
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
            Measurement.TOKEN_REQUESTS.count(context.getRealm(), IssuedToken.Api.TOKEN_EXCHANGE, token.source());
            return context.getCors()
                    .add(Response.ok(
                            IssuedToken.json(token, Clocks.keycloak().instant()), MediaType.APPLICATION_JSON_TYPE));
        } catch (ExchangeRefused e) {
            ExchangeRefused.Reason error = e.error();
            event.detail(Details.REASON, e.description());
            event.error(error.eventError());
            Measurement.TOKEN_REQUESTS.count(context.getRealm(), IssuedToken.Api.TOKEN_EXCHANGE, error);
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
        request.requireNoImpersonation(subject.session());
        request.requireOwnToken(token);
        request.requireTokenScope(token, provider.tokenScope());
        request.requireConsent(subject);
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

    @SuppressWarnings({"unchecked", "rawtypes"}) // Keycloak's lookup takes the class of a generic type.
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

    /** The operations of the requested identity provider that an exchange needs. */
    public interface ExchangeableTokens {

        /** Returns the client scope that the Keycloak access token must have. */
        String tokenScope();

        /**
         * Returns a user's tokens with a valid access token.
         *
         * @throws TokenUnavailable if there are none: not linked, not stored or expired
         */
        TokenSet tokensOf(RealmModel realm, UserModel user) throws TokenUnavailable;
    }

    /** The answer to a successful exchange (RFC 8693, 2.2.1). Never contains a refresh token or id_token. */
    static final class IssuedToken {

        private static final JsonFactory JSON = new JsonFactory();
        private static final int INITIAL_CAPACITY = 512;

        private IssuedToken() {}

        /** Returns the JSON as text, because Keycloak's response writer costs several times as much for an object. */
        static String json(TokenSet tokens, Instant now) {
            StringWriter answer = new StringWriter(INITIAL_CAPACITY);
            try (JsonGenerator json = JSON.createGenerator(answer)) {
                json.writeStartObject();
                json.writeStringField(OAuth2Constants.ACCESS_TOKEN, tokens.accessToken());
                json.writeStringField(OAuth2Constants.ISSUED_TOKEN_TYPE, OAuth2Constants.ACCESS_TOKEN_TYPE);
                json.writeStringField(OAuth2Constants.TOKEN_TYPE, TokenUtil.TOKEN_TYPE_BEARER);
                json.writeNumberField(
                        OAuth2Constants.EXPIRES_IN, tokens.remaining(now).toSeconds());
                json.writeEndObject();
            } catch (IOException e) {
                throw new UncheckedIOException("writing to memory does not fail", e);
            }
            return answer.toString();
        }

        private static void declareSeries() {
            Enum<?>[] answers = TokenSet.Source.values();
            for (Api api : List.of(Api.TOKEN_EXCHANGE, Api.BROKERING_V2)) {
                MeasuredSeries.declare(Measurement.TOKEN_REQUESTS, new Api[] {api}, answers);
                MeasuredSeries.declare(Measurement.TOKEN_REQUESTS, new Api[] {api}, ExchangeRefused.Reason.of(api));
            }
            MeasuredSeries.declare(
                    Measurement.TOKEN_REQUESTS,
                    new Api[] {Api.BROKERING_V1},
                    ExchangeRefused.Reason.of(Api.BROKERING_V1));
        }

        /**
         * The APIs that return ClassLink tokens, for {@link
         * io.github.k12sso.classlink.http.Measurement#TOKEN_REQUESTS}.
         */
        enum Api {
            /** RFC 8693 token exchange at the token endpoint. */
            TOKEN_EXCHANGE,
            /** Keycloak's brokering API, version 2. */
            BROKERING_V2,
            /** Version 1, which is always refused. */
            BROKERING_V1
        }
    }

    /** Registers {@link ExchangeProvider} before Keycloak's standard exchange. */
    public static final class Factory implements TokenExchangeProviderFactory, KeycloakLine.Dependent {

        /** Keycloak asks the provider with the highest order first; its standard exchange has 10. */
        private static final int BEFORE_STANDARD = 20;

        @Override
        public String getId() {
            return "classlink";
        }

        @Override
        public int order() {
            return BEFORE_STANDARD;
        }

        @Override
        public TokenExchangeProvider create(KeycloakSession session) {
            return new ExchangeProvider();
        }

        @Override
        public void init(Config.Scope config) {
            // no options
        }

        @Override
        public void postInit(KeycloakSessionFactory factory) {
            IssuedToken.declareSeries();
        }

        @Override
        public void close() {
            // holds nothing
        }
    }
}
