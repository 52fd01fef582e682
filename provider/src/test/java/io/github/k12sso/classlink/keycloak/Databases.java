package io.github.k12sso.classlink.keycloak;

import io.github.k12sso.classlink.Stub;
import java.util.Map;
import java.util.Set;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.UserProvider;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.ServerInfoAwareProviderFactory;
import org.keycloak.provider.Spi;

/** Stubs for servers with a database. */
public final class Databases {

    private Databases() {}

    /** Keycloak's factory of database connections. */
    private interface Connections extends ProviderFactory<Provider>, ServerInfoAwareProviderFactory {}

    /** Returns a server whose database has this name and version. */
    public static KeycloakSessionFactory server(String product) {
        Connections connections = Stub.of(
                Connections.class, Map.of("getOperationalInfo", arguments -> Map.of("databaseProduct", product)));
        return server("connectionsJpa", connections);
    }

    /** Returns a server with one kind of providers. */
    static KeycloakSessionFactory server(String kind, ProviderFactory<?> factory) {
        Spi spi = Stub.of(
                Spi.class, Map.of("getName", arguments -> kind, "getProviderClass", arguments -> UserProvider.class));
        return Stub.of(
                KeycloakSessionFactory.class,
                Map.of("getSpis", arguments -> Set.of(spi), "getProviderFactory", arguments -> factory));
    }
}
