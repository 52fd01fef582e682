package io.github.k12sso.classlink.idp;

import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.resource.RealmResourceProvider;
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

    /** A provider of the realm, whether it is enabled or not; 404 for any other alias. */
    @Path("{alias}")
    public ProviderResource provider(@PathParam("alias") String alias) {
        IdentityProviderModel model = session.identityProviders().getByAlias(alias);
        if (model == null || !ClassLinkIdentityProviderFactory.PROVIDER_ID.equals(model.getProviderId())) {
            throw new NotFoundException();
        }
        return new ProviderResource(
                session, IdentityBrokerService.getIdentityProvider(session, model, ClassLinkIdentityProvider.class));
    }

    @Override
    public void close() {
        // nothing to close
    }
}
