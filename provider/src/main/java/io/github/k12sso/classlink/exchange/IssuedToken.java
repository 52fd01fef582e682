package io.github.k12sso.classlink.exchange;

import io.github.k12sso.classlink.vault.TokenSet;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.keycloak.OAuth2Constants;
import org.keycloak.util.TokenUtil;

/** The answer to a successful exchange (RFC 8693, 2.2.1). Never a refresh token, never an id_token. */
final class IssuedToken {

    private IssuedToken() {}

    static Map<String, Object> json(TokenSet tokens, Instant now) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put(OAuth2Constants.ACCESS_TOKEN, tokens.accessToken());
        answer.put(OAuth2Constants.ISSUED_TOKEN_TYPE, OAuth2Constants.ACCESS_TOKEN_TYPE);
        answer.put(OAuth2Constants.TOKEN_TYPE, TokenUtil.TOKEN_TYPE_BEARER);
        answer.put(OAuth2Constants.EXPIRES_IN, tokens.remaining(now).toSeconds());
        return answer;
    }

    /** The ways in which apps ask for a ClassLink token, for {@link io.github.k12sso.classlink.http.Measurement#TOKEN_REQUESTS}. */
    enum Api {
        /** RFC 8693, on the token endpoint. */
        TOKEN_EXCHANGE,
        /** Keycloak's brokering API, version 2. */
        BROKERING_V2,
        /** Version 1, which is always refused. */
        BROKERING_V1
    }
}
