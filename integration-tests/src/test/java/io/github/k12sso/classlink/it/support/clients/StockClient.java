package io.github.k12sso.classlink.it.support.clients;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;

/** A client shown in docs/develop/token-exchange.md that exchanges tokens. */
public interface StockClient {

    /**
     * Exchanges a token of the realm's app.
     *
     * @return the client's output: Keycloak's response or the library's error
     */
    JsonNode exchange(URI issuer, String accessToken);

    /** The command as shown on the page. */
    static StockClient curl() {
        return new Curl(ExchangePage.read().code("sh"));
    }

    /** openid-client from {@code npm ci}. */
    static StockClient javaScript() {
        return Script.javaScript();
    }

    /** Authlib from Debian's package. */
    static StockClient python() {
        return Script.python();
    }
}
