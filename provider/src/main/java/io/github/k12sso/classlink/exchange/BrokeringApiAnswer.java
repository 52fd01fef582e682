package io.github.k12sso.classlink.exchange;

import io.github.k12sso.classlink.token.KeycloakClock;
import io.github.k12sso.classlink.token.TokenFailure;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.keycloak.OAuth2Constants;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.representations.AccessToken;

/**
 * The answers of Keycloak's brokering API where it asks this provider. Errors are answers here, not exceptions: Keycloak
 * would turn an exception into a 400 of its own.
 */
public final class BrokeringApiAnswer {

    private BrokeringApiAnswer() {}

    /**
     * Version 2, {@code POST /realms/{realm}/broker/{alias}/token}. Keycloak has verified the form's {@code token} and the
     * client by now; what it does not know is that the token must carry the provider's scope.
     */
    public static Response version2(KeycloakSession session, UserModel user, ExchangeableTokens provider) {
        if (!TokenScope.isIn(verifiedToken(session), provider.tokenScope())) {
            return refusal(ExchangeError.TOKEN_SCOPE_MISSING);
        }
        try {
            return Response.ok(
                            IssuedToken.json(
                                    provider.tokensOf(session.getContext().getRealm(), user),
                                    new KeycloakClock().instant()),
                            MediaType.APPLICATION_JSON_TYPE)
                    .build();
        } catch (TokenFailure e) {
            return refusal(ExchangeError.of(e));
        }
    }

    /** Version 1, {@code GET …/token}: its caller is any holder of a realm-wide role, so it never gets a ClassLink token. */
    public static Response version1() {
        return json(
                Response.Status.FORBIDDEN,
                "access_denied",
                "ClassLink tokens are not handed out here. Use token exchange with requested_issuer, or the Identity "
                        + "Brokering API V2");
    }

    private static AccessToken verifiedToken(KeycloakSession session) {
        String token =
                session.getContext().getHttpRequest().getDecodedFormParameters().getFirst(OAuth2Constants.TOKEN);
        try {
            return new JWSInput(token).readJsonContent(AccessToken.class);
        } catch (JWSInputException e) {
            throw new IllegalStateException("Keycloak verified a token that is not a JWS", e);
        }
    }

    private static Response refusal(ExchangeError error) {
        return json(error.status(), error.error(), error.description());
    }

    private static Response json(Response.Status status, String error, String description) {
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(Map.of(OAuth2Constants.ERROR, error, OAuth2Constants.ERROR_DESCRIPTION, description))
                .build();
    }
}
