package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.http.UpstreamFailure.OAuthError;
import io.github.k12sso.classlink.keycloak.KeycloakLine;
import io.github.k12sso.classlink.launchpad.TileLaunch;
import io.github.k12sso.classlink.oneroster.gateway.GatewayResource;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.OAuth2Constants;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.services.resource.RealmResourceProvider;
import org.keycloak.services.resource.RealmResourceProviderFactory;
import org.keycloak.services.resources.IdentityBrokerService;

/** {@code /realms/{realm}/classlink}: the endpoints of this extension in addition to Keycloak's. */
public final class RealmResource implements RealmResourceProvider {

    private final KeycloakSession session;

    RealmResource(KeycloakSession session) {
        this.session = session;
    }

    @Override
    public Object getResource() {
        return this;
    }

    /** LaunchPad tiles. */
    @Path("{alias}")
    public LaunchResource launches(@PathParam("alias") String alias) {
        return new LaunchResource(session, provider(session, alias).settings());
    }

    /** The page for a trial sign-in link. */
    @Path("{alias}/trial")
    public TrialPages trial(@PathParam("alias") String alias) {
        return new TrialPages(session, provider(session, alias).settings());
    }

    /** The roster gateway for the caller's district. */
    @Path("{alias}/ims/oneroster/v1p1")
    public GatewayResource roster(@PathParam("alias") String alias) {
        return new GatewayResource(session, provider(session, alias).rosterSettings(), Optional.empty());
    }

    /** The roster gateway for the district in the URL. */
    @Path("{alias}/tenants/{tenantId}/ims/oneroster/v1p1")
    public GatewayResource roster(@PathParam("alias") String alias, @PathParam("tenantId") String tenantId) {
        return new GatewayResource(session, provider(session, alias).rosterSettings(), Optional.of(tenantId));
    }

    /** Other OneRoster versions, for example 1.2: returns an error in OneRoster's format. */
    @GET
    @Path("{alias}/ims/{other:.*}")
    public Response otherRoster(@PathParam("alias") String alias) {
        provider(session, alias);
        return GatewayResource.unknownRoot();
    }

    /** Other OneRoster versions below a district. */
    @GET
    @Path("{alias}/tenants/{other:.*}")
    public Response otherRosterOfDistrict(@PathParam("alias") String alias) {
        return otherRoster(alias);
    }

    /** Returns a ClassLink provider of the realm, enabled or not; 404 for other aliases. */
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
    public static final class Factory implements RealmResourceProviderFactory, KeycloakLine.Dependent {

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

    /** {@code /realms/{realm}/classlink/{alias}/launch}: web-link tiles, and the redirect URI of their logins. */
    public static final class LaunchResource {

        private final KeycloakSession session;
        private final ClassLinkIdentityProviderConfig config;

        LaunchResource(KeycloakSession session, ClassLinkIdentityProviderConfig config) {
            this.session = session;
            this.config = config;
        }

        /** Starts a {@link TileLaunch} from a web-link tile. */
        @GET
        @Path("launch")
        public Response launch() {
            return page(TileLaunch::start);
        }

        /** The redirect URI of a launch's login, after success or failure. */
        @GET
        @Path("launched")
        public Response launched(@QueryParam(OAuth2Constants.ERROR) String error) {
            return page(launch -> {
                OAuthError refusal = OAuthError.of(error);
                // The user signed in in another tab.
                if (error != null && refusal != OAuthError.TEMPORARILY_UNAVAILABLE) {
                    throw new LoginRefused(
                            LoginRefused.meaning(refusal),
                            "Keycloak ended the launch with the error " + refusal.code());
                }
                return launch.finish();
            });
        }

        /** Other paths are most likely from a OneRoster client with a wrong base URL. */
        @GET
        @Path("{other:.*}")
        public Response other() {
            return GatewayResource.unknownRoot();
        }

        private Response page(Step step) {
            CallbackEndpoint.emptyQueryOfSpan();
            EventBuilder event = new EventBuilder(
                    session.getContext().getRealm(),
                    session,
                    session.getContext().getConnection());
            TileLaunch launch = new TileLaunch(session, config, event);
            FailedLogin failed = new FailedLogin(session, config, event);
            LoginRefused refused;
            try {
                return step.of(launch);
            } catch (LoginRefused e) {
                refused = e;
            } catch (TileLaunch.Refused e) {
                refused = LoginRefused.because(e);
            } catch (RuntimeException e) {
                refused = FailedLogin.unexpected(e);
            }
            return failed.page(refused, refused.reason().messageKey(), failed.report(refused), null, launch.startUrl());
        }

        private interface Step {
            Response of(TileLaunch launch) throws LoginRefused, TileLaunch.Refused;
        }
    }
}
