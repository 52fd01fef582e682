package io.github.k12sso.classlink.exchange;

import io.github.k12sso.classlink.exchange.ExchangeProvider.ExchangeableTokens;
import io.github.k12sso.classlink.exchange.ExchangeProvider.IssuedToken;
import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.keycloak.Clocks;
import io.github.k12sso.classlink.keycloak.SignedToken.Impersonation;
import io.github.k12sso.classlink.vault.TokenRecord.TokenSet;
import io.github.k12sso.classlink.vault.TokenUnavailable;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.AccessToken;
import org.keycloak.util.TokenUtil;

/**
 * Responses of Keycloak's identity brokering API for this provider. Errors are returned as responses because Keycloak
 * replaces an exception with its own 400.
 */
public final class BrokeringApi {

    private BrokeringApi() {}

    /**
     * Version 2, {@code POST /realms/{realm}/broker/{alias}/token}. Keycloak has already verified the {@code token} and
     * the client, but not that the token has the provider's client scope.
     */
    public static Response version2(
            KeycloakSession session, UserSessionModel userSession, UserModel user, ExchangeableTokens provider) {
        Optional<Impersonation> impersonation = Impersonation.in(userSession);
        if (impersonation.isPresent()) {
            report(session, user, impersonation.get());
            return refusal(
                    session, IssuedToken.Api.BROKERING_V2, new ExchangeRefused(ExchangeRefused.Reason.IMPERSONATED));
        }
        if (!TokenUtil.hasScope(scopeOfVerifiedToken(session), provider.tokenScope())) {
            return refusal(session, IssuedToken.Api.BROKERING_V2, ExchangeRefused.lacking(provider.tokenScope()));
        }
        try {
            RealmModel realm = session.getContext().getRealm();
            TokenSet token = provider.tokensOf(realm, user);
            Measurement.TOKEN_REQUESTS.count(realm, IssuedToken.Api.BROKERING_V2, token.source());
            return Response.ok(IssuedToken.json(token, Clocks.keycloak().instant()), MediaType.APPLICATION_JSON_TYPE)
                    .build();
        } catch (TokenUnavailable e) {
            return refusal(session, IssuedToken.Api.BROKERING_V2, new ExchangeRefused(e));
        }
    }

    /** A separate event, because Keycloak's event does not contain this provider's outcome. */
    private static void report(KeycloakSession session, UserModel user, Impersonation impersonation) {
        KeycloakContext context = session.getContext();
        EventBuilder event = new EventBuilder(context.getRealm(), session, context.getConnection())
                .event(EventType.IDENTITY_PROVIDER_RETRIEVE_TOKEN)
                .client(context.getClient())
                .user(user);
        impersonation.describe(event);
        event.detail(Details.REASON, ExchangeRefused.Reason.IMPERSONATED.description());
        event.error(ExchangeRefused.Reason.IMPERSONATED.eventError());
    }

    /**
     * Version 1, {@code GET …/token}: any user with a realm-wide role can call it, so it never returns a ClassLink
     * token.
     */
    public static Response version1(KeycloakSession session) {
        return refusal(
                session,
                IssuedToken.Api.BROKERING_V1,
                new ExchangeRefused(ExchangeRefused.Reason.BROKERING_API_VERSION));
    }

    /** Keycloak doesn't pass on the verified token's claims, but stores the token in the request's context. */
    private static String scopeOfVerifiedToken(KeycloakSession session) {
        if (session.getContext().getBearerToken() instanceof AccessToken token) {
            return token.getScope();
        }
        throw new IllegalStateException("Keycloak requested a user's token without verifying the client's token");
    }

    private static Response refusal(KeycloakSession session, IssuedToken.Api api, ExchangeRefused refused) {
        Measurement.TOKEN_REQUESTS.count(session.getContext().getRealm(), api, refused.error());
        return refused.answer().build();
    }
}
