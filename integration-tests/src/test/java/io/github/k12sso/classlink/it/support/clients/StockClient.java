package io.github.k12sso.classlink.it.support.clients;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;

/** A way to exchange tokens that docs/develop/token-exchange.md shows. */
public interface StockClient {

    /**
     * Exchanges a token of the realm's app.
     *
     * @return what the client printed: Keycloak's answer, or what its library made of a refusal
     */
    JsonNode exchange(URI issuer, String accessToken);

    /** The command of the page as it stands there. */
    static StockClient curl() {
        return new Curl(ExchangePage.read().code("sh"));
    }

    /** openid-client, as {@code npm ci} fetches it. */
    static StockClient javaScript() {
        return Script.javaScript();
    }

    /** Authlib, as Debian packs it. */
    static StockClient python() {
        return Script.python();
    }
}
