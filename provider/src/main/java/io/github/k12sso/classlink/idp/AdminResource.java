package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.diagnostics.SetupCheck;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProvider;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProviderFactory;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/**
 * {@code /admin/realms/{realm}/classlink}: what administrators ask about a ClassLink provider. Keycloak has checked that the
 * caller is an administrator of the realm; the permission {@code manage-identity-providers} is demanded here.
 */
public final class AdminResource implements AdminRealmResourceProvider {

    /** A check may wait 30 seconds for ClassLink, on a worker thread of this server. */
    private static final int MAX_CHECKS = 2;

    private static final int RETRY_AFTER_SECONDS = 10;
    private static final Semaphore CHECKS = new Semaphore(MAX_CHECKS);

    @Override
    public Object getResource(
            KeycloakSession session, RealmModel realm, AdminPermissionEvaluator auth, AdminEventBuilder events) {
        auth.realm().requireManageIdentityProviders();
        return new Diagnostics(session);
    }

    @Override
    public void close() {
        // nothing to close
    }

    /** What is below the path, for a caller who may. */
    public static final class Diagnostics {

        private final KeycloakSession session;

        Diagnostics(KeycloakSession session) {
            this.session = session;
        }

        /** The connection check: {@code {"checks":[{"name","status","detail","fix"}]}}. */
        @GET
        @Path("{alias}/check")
        @Produces(MediaType.APPLICATION_JSON)
        public Response check(@PathParam("alias") String alias) {
            ClassLinkIdentityProvider provider = RealmResource.provider(session, alias);
            if (!CHECKS.tryAcquire()) {
                return Response.status(Response.Status.SERVICE_UNAVAILABLE)
                        .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                        .entity(Map.of("errorMessage", "Too many connection checks at once. Try again later."))
                        .build();
            }
            try {
                CacheControl never = new CacheControl();
                never.setNoStore(true);
                return Response.ok(Map.of("checks", new SetupCheck(provider.setup()).run()))
                        .cacheControl(never)
                        .build();
            } finally {
                CHECKS.release();
            }
        }
    }

    /** Registers the path. */
    public static final class Factory implements AdminRealmResourceProviderFactory {

        /** The first segment of the path below the realm. */
        private static final String ID = "classlink";

        @Override
        public String getId() {
            return ID;
        }

        @Override
        public AdminRealmResourceProvider create(KeycloakSession session) {
            return new AdminResource();
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
