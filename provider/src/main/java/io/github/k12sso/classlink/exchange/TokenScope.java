package io.github.k12sso.classlink.exchange;

import java.util.Arrays;
import org.keycloak.representations.AccessToken;

/** Whether a Keycloak access token carries a client scope. */
final class TokenScope {

    private TokenScope() {}

    static boolean isIn(AccessToken token, String scope) {
        String scopes = token.getScope();
        return scopes != null && Arrays.asList(scopes.split(" ", -1)).contains(scope);
    }
}
