package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.oneroster.gateway.GatewayResource;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.services.resource.RealmResourceProvider;
import org.keycloak.services.resource.RealmResourceProviderFactory;
import org.keycloak.services.resources.IdentityBrokerService;

/** {@code /realms/{realm}/classlink}: what this extension answers besides Keycloak's own endpoints. */
public final class RealmResource implements RealmResourceProvider {

    private final KeycloakSession session;

    RealmResource(KeycloakSession session) {
        this.session = session;
    }

    @Override
    public Object getResource() {
        return this;
    }

    /** LaunchPad's tiles. */
    @Path("{alias}")
    public LaunchResource launches(@PathParam("alias") String alias) {
        return new LaunchResource(session, provider(session, alias).settings());
    }

    /** The roster gateway, for the caller's own district. */
    @Path("{alias}/ims/oneroster/v1p1")
    public GatewayResource roster(@PathParam("alias") String alias) {
        return new GatewayResource(session, provider(session, alias).rosterSettings(), Optional.empty());
    }

    /** The same for a district that the address names. */
    @Path("{alias}/tenants/{tenantId}/ims/oneroster/v1p1")
    public GatewayResource roster(@PathParam("alias") String alias, @PathParam("tenantId") String tenantId) {
        return new GatewayResource(session, provider(session, alias).rosterSettings(), Optional.of(tenantId));
    }

    /** A provider of the realm, whether it is enabled or not; 404 for any other alias. */
    static ClassLinkIdentityProvider provider(KeycloakSession session, String alias) {
        IdentityProviderModel model = session.identityProviders().getByAlias(alias);
        if (model == null || !ClassLinkIdentityProviderFactory.PROVIDER_ID.equals(model.getProviderId())) {
            throw new NotFoundException();
        }
        return IdentityBrokerService.getIdentityProvider(session, model, ClassLinkIdentityProvider.class);
    }

    @Override
    public void close() {
        // nothing to close
    }

    /** Registers {@code /realms/{realm}/classlink}. */
    public static final class Factory implements RealmResourceProviderFactory {

        /** The first segment of the path below the realm. */
        private static final String ID = "classlink";

        @Override
        public String getId() {
            return ID;
        }

        @Override
        public RealmResourceProvider create(KeycloakSession session) {
            return new RealmResource(session);
        }

        @Override
        public void init(Config.Scope options) {
            // no options
        }

        @Override
        public void postInit(KeycloakSessionFactory factory) {
            // nothing to do
        }

        @Override
        public void close() {
            // nothing to close
        }
    }
}
