package io.github.k12sso.classlink.idp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.k12sso.classlink.diagnostics.SetupCheck;
import io.github.k12sso.classlink.diagnostics.Trials;
import io.github.k12sso.classlink.keycloak.Clocks;
import io.github.k12sso.classlink.keycloak.KeycloakLine;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.keycloak.Config;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProvider;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProviderFactory;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;
import org.keycloak.urls.UrlType;

/**
 * {@code /admin/realms/{realm}/classlink}: the admin API of a ClassLink provider. Keycloak has checked that the caller
 * is a realm administrator; this class requires the permission {@code manage-identity-providers}.
 */
public final class AdminResource implements AdminRealmResourceProvider {

    /** A check can block a worker thread for 30 seconds. */
    private static final int MAX_CHECKS = 2;

    private static final int RETRY_AFTER_SECONDS = 10;
    private static final Semaphore CHECKS = new Semaphore(MAX_CHECKS);

    @Override
    public Object getResource(
            KeycloakSession session, RealmModel realm, AdminPermissionEvaluator auth, AdminEventBuilder events) {
        auth.realm().requireManageIdentityProviders();
        return new Diagnostics(session, events);
    }

    @Override
    public void close() {
        // nothing to close
    }

    /** The resources below the path, for authorized callers. */
    public static final class Diagnostics {

        private static final ObjectMapper JSON = new ObjectMapper();

        private final KeycloakSession session;
        private final AdminEventBuilder events;

        Diagnostics(KeycloakSession session, AdminEventBuilder events) {
            this.session = session;
            this.events = events;
        }

        /** Runs the connection check: {@code {"checks":[{"name","status","detail","fix"}]}}. */
        @GET
        @Path("{alias}/check")
        @Produces(MediaType.APPLICATION_JSON)
        public Response check(@PathParam("alias") String alias) {
            ClassLinkIdentityProvider provider = RealmResource.provider(session, alias);
            if (!CHECKS.tryAcquire()) {
                return Response.status(Response.Status.SERVICE_UNAVAILABLE)
                        .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                        .entity(Map.of("errorMessage", "Too many concurrent connection checks. Try again later."))
                        .build();
            }
            try {
                return answer(Response.ok(), Map.of("checks", new SetupCheck(provider.setup()).run()));
            } finally {
                CHECKS.release();
            }
        }

        /**
         * Creates a link for a trial sign-in: {@code {"id","url","expiresAt"}}.
         *
         * @param body empty, or {@code {"lifespanSeconds"}}
         */
        @POST
        @Path("{alias}/trials")
        @Produces(MediaType.APPLICATION_JSON)
        public Response newTrial(@PathParam("alias") String alias, String body) {
            RealmResource.provider(session, alias);
            Optional<Duration> lifespan = lifespan(body);
            if (lifespan.isEmpty()) {
                return error(
                        Response.Status.BAD_REQUEST,
                        "lifespanSeconds must be a whole number from " + Trials.MIN_LIFESPAN.toSeconds() + " to "
                                + Trials.MAX_LIFESPAN.toSeconds());
            }
            Optional<Trials.Created> created = trials(alias).create(lifespan.get());
            if (created.isEmpty()) {
                return error(
                        Response.Status.CONFLICT,
                        "This realm has too many trial sign-ins. Each one is deleted one day after its link "
                                + "expires.");
            }
            String id = created.get().id();
            events.operation(OperationType.ACTION)
                    .resource(ResourceType.IDENTITY_PROVIDER)
                    .resourcePath("classlink", alias, "trials", id)
                    .success();
            String realm = session.getContext().getRealm().getName();
            String url = TrialPages.link(
                    session.getContext().getUri(UrlType.FRONTEND).getBaseUri(),
                    realm,
                    alias,
                    created.get().key());
            return answer(
                    Response.created(session.getContext()
                            .getUri()
                            .getAbsolutePathBuilder()
                            .path(id)
                            .build()),
                    Map.of(
                            "id",
                            id,
                            "url",
                            url,
                            "expiresAt",
                            created.get().expiresAt().toString()));
        }

        /**
         * Returns the report of a trial sign-in: {@code
         * {"id","status","expiresAt","steps":[{"name","status","values"}]}}.
         */
        @GET
        @Path("{alias}/trials/{id}")
        @Produces(MediaType.APPLICATION_JSON)
        public Response trial(@PathParam("alias") String alias, @PathParam("id") String id) {
            RealmResource.provider(session, alias);
            Trials.Trial trial = trials(alias).find(id).orElseThrow(NotFoundException::new);
            return answer(
                    Response.ok(),
                    Map.of(
                            "id",
                            trial.id(),
                            "status",
                            trial.status().code(),
                            "expiresAt",
                            trial.expiresAt().toString(),
                            "steps",
                            trial.steps()));
        }

        private Trials trials(String alias) {
            return new Trials(session, alias, Clocks.keycloak());
        }

        private static Optional<Duration> lifespan(String body) {
            if (body == null || body.isBlank()) {
                return Optional.of(Trials.DEFAULT_LIFESPAN);
            }
            try {
                JsonNode asked = JSON.readTree(body).path("lifespanSeconds");
                Duration lifespan = asked.isMissingNode() || asked.isNull()
                        ? Trials.DEFAULT_LIFESPAN
                        : Duration.ofSeconds(
                                asked.isNumber() || asked.isTextual() ? Integer.parseInt(asked.asText()) : 0);
                return Optional.of(lifespan)
                        .filter(duration -> duration.compareTo(Trials.MIN_LIFESPAN) >= 0
                                && duration.compareTo(Trials.MAX_LIFESPAN) <= 0);
            } catch (JsonProcessingException | NumberFormatException e) {
                return Optional.empty();
            }
        }

        private static Response error(Response.Status status, String message) {
            return Response.status(status)
                    .entity(Map.of("errorMessage", message))
                    .build();
        }

        private static Response answer(Response.ResponseBuilder response, Map<String, Object> body) {
            CacheControl never = new CacheControl();
            never.setNoStore(true);
            return response.entity(body).cacheControl(never).build();
        }
    }

    /** Registers the path. */
    public static final class Factory implements AdminRealmResourceProviderFactory, KeycloakLine.Dependent {

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
