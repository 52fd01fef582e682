package io.github.k12sso.classlink.it.support.clock;

import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.services.resource.RealmResourceProvider;
import org.keycloak.services.resource.RealmResourceProviderFactory;

/** Registers {@link ClockResource} in every realm. */
public final class ClockResourceFactory implements RealmResourceProviderFactory {

    static final String ID = "movable-clock";

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public RealmResourceProvider create(KeycloakSession session) {
        return new ClockProvider();
    }

    /** Stateless. */
    static final class ClockProvider implements RealmResourceProvider {

        @Override
        public Object getResource() {
            return new ClockResource();
        }

        @Override
        public void close() {
            // nothing to release
        }
    }

    @Override
    public void init(Config.Scope options) {
        // no configuration
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        // nothing to do
    }

    @Override
    public void close() {
        // nothing to release
    }
}
