package io.github.k12sso.classlink.exchange;

import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.TokenExchangeProvider;
import org.keycloak.protocol.oidc.TokenExchangeProviderFactory;

/** Puts {@link ClassLinkTokenExchangeProvider} in front of Keycloak's standard exchange. */
public final class ClassLinkTokenExchangeProviderFactory implements TokenExchangeProviderFactory {

    /** Keycloak asks the highest first; its standard exchange has 10. */
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
        return new ClassLinkTokenExchangeProvider();
    }

    @Override
    public void init(Config.Scope config) {
        // no options
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        // nothing to prepare
    }

    @Override
    public void close() {
        // holds nothing
    }
}
